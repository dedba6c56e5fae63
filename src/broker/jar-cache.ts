import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { failure } from '../core/errors.ts'
import { damagedJars } from './jar-check.ts'
import { KAFKA_VERSION, kafkaPom, kafkaPomHash } from './kafka-pom.ts'
import { awaitLock } from './lock-file.ts'
import type { Machine } from './machine.ts'
import { resolveWithMaven } from './maven.ts'

export interface JarRequest {
  readonly machine: Machine
  readonly onProgress: (line: string) => void
  readonly signal?: AbortSignal | undefined
  /** Resolves the pom into a class path file; Maven, unless a test says otherwise. */
  readonly resolve?: typeof resolveWithMaven
}

/** `$XDG_CACHE_HOME/headcount/kafka-<version>`, or the same below `~/.cache`. */
export function cacheFolder(machine: Machine): string {
  const cache = machine.env.XDG_CACHE_HOME || join(machine.env.HOME || homedir(), '.cache')
  return join(cache, 'headcount', `kafka-${KAFKA_VERSION}`)
}

/**
 * The class path of the jars that an earlier run resolved; undefined when there is none, when it is
 * of another pom, or when one of the jars is gone or damaged since.
 */
export async function cachedClasspath(machine: Machine): Promise<string | undefined> {
  const jars = await rememberedJars(cacheFolder(machine))
  if (!jars || (await damagedJars(jars)).length > 0) return undefined
  return jars.join(delimiter)
}

/**
 * The class path of Kafka's jars: remembered, or resolved now. Only one process resolves at a
 * time; the others wait for it and find its result.
 */
export async function resolveClasspath(request: JarRequest): Promise<string> {
  const ready = await cachedClasspath(request.machine)
  if (ready !== undefined) return ready
  const folder = cacheFolder(request.machine)
  await mkdir(folder, { recursive: true })
  const lock = await awaitLock(
    request.machine,
    join(folder, 'resolve.lock'),
    holder => request.onProgress(`waiting for process ${holder.pid}, which is fetching Kafka`),
    request.signal
  )
  try {
    return (await cachedClasspath(request.machine)) ?? (await resolveLocked(folder, request))
  } finally {
    await lock.release()
  }
}

async function resolveLocked(folder: string, request: JarRequest): Promise<string> {
  const pom = join(folder, 'pom.xml')
  const output = join(folder, 'classpath.resolving')
  request.onProgress(`fetching Kafka ${KAFKA_VERSION} with Maven (46 MB, once)`)
  await writeFile(pom, kafkaPom)
  await dropDamagedJars((await rememberedJars(folder)) ?? [], request)
  let jars = await resolveOnce(pom, output, request)
  // Maven trusts a jar that lies in its repository. A half one has to go before it fetches again.
  if (await dropDamagedJars(jars, request)) jars = await resolveOnce(pom, output, request)
  const damaged = await damagedJars(jars)
  if (jars.length === 0 || damaged.length > 0) {
    throw failure('kafka-missing', {
      problem: `Maven delivered a damaged jar: ${damaged[0] ?? 'an empty class path'}`
    })
  }
  await writeFile(output, `${kafkaPomHash}\n${jars.join('\n')}\n`)
  await rename(output, join(folder, 'classpath'))
  return jars.join(delimiter)
}

async function resolveOnce(pom: string, output: string, request: JarRequest): Promise<string[]> {
  const { machine, onProgress, signal } = request
  await (request.resolve ?? resolveWithMaven)({ machine, pom, output, onProgress, signal })
  const text = await readFile(output, 'utf8')
  return text.trim().split(delimiter).filter(Boolean)
}

async function dropDamagedJars(jars: readonly string[], request: JarRequest): Promise<boolean> {
  const damaged = await damagedJars(jars)
  for (const jar of damaged) {
    request.onProgress(`fetching again, missing or damaged: ${jar}`)
    await rm(jar, { force: true })
  }
  return damaged.length > 0
}

/** The first line of the file names the pom, each further one is a jar. */
async function rememberedJars(folder: string): Promise<string[] | undefined> {
  const text = await readFile(join(folder, 'classpath'), 'utf8').catch(() => '')
  const [hash, ...jars] = text.split('\n').filter(Boolean)
  return hash === kafkaPomHash && jars.length > 0 ? jars : undefined
}
