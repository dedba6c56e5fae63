import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { failure, isFailure } from '../core/errors.ts'
import { cachedClasspath, resolveClasspath } from './jar-cache.ts'
import { findJava } from './java-runtime.ts'
import { KAFKA_VERSION } from './kafka-pom.ts'
import type { Machine } from './machine.ts'
import { hasMaven } from './maven.ts'

const IMAGE = `apache/kafka:${KAFKA_VERSION}`
const ENGINE_MS_MAX = 5_000

/** A way to run a class of Kafka's: `command` `args` `-cp classpath` Class. */
export interface KafkaRuntime {
  /** Where Kafka comes from, for people. */
  readonly origin: string
  readonly command: string
  /** What comes before the options of Java. */
  argsBefore(container: Container): readonly string[]
  readonly classpath: string
  /** A kill -9 of its process would leave the container behind. */
  readonly isContainer: boolean
}

/** What a container needs to stand for a process of this machine; jars ignore it. */
export interface Container {
  /** Folder it reads and writes, under the same path. */
  readonly folder: string
  readonly name?: string
}

export interface KafkaRequest {
  readonly machine: Machine
  readonly onProgress: (line: string) => void
  readonly signal?: AbortSignal | undefined
}

/**
 * Finds Kafka: `KAFKA_HOME`, then the jars that Maven resolves from our pom, then the image when a
 * Docker engine answers. Throws `java-missing` or `kafka-missing`, which name the way on.
 */
export async function findKafka(request: KafkaRequest): Promise<KafkaRuntime> {
  const { machine } = request
  const home = machine.env.KAFKA_HOME
  if (home) return withJava(await findJava(machine), await homeClasspath(home), home)
  try {
    const java = await findJava(machine)
    const ready = await cachedClasspath(machine)
    if (ready !== undefined) return withJava(java, ready, 'jars')
    if (!(await hasMaven(machine)))
      throw failure('kafka-missing', { problem: 'no mvn on the PATH' })
    return withJava(java, await resolveClasspath(request), 'jars')
  } catch (error) {
    if (!isFailure(error, 'java-missing', 'kafka-missing')) throw error
    if (!(await engineAnswers(machine))) throw error
    request.onProgress(`${error.message}: using the image ${IMAGE}`)
    return withImage()
  }
}

function withJava(java: string, classpath: string, origin: string): KafkaRuntime {
  return { origin, command: java, argsBefore: () => [], classpath, isContainer: false }
}

/** `libs/*` of an unpacked Kafka. Throws `kafka-missing` unless it is Kafka 4. */
async function homeClasspath(home: string): Promise<string> {
  const libs = join(home, 'libs')
  const names = await readdir(libs).catch(() => [])
  if (!names.some(name => /^kafka_2\.13-4\..*\.jar$/.test(name))) {
    throw failure('kafka-missing', { problem: `KAFKA_HOME is ${home}, which holds no Kafka 4` })
  }
  return join(libs, '*')
}

/**
 * Host network and the same paths, so that one configuration serves both ways. Not tried by the
 * tests of this project: they run where no Docker engine is.
 */
function withImage(): KafkaRuntime {
  const { uid, gid } = userInfo()
  return {
    origin: IMAGE,
    command: 'docker',
    argsBefore: ({ folder, name }) => [
      ...['run', '--rm', '--interactive', '--network', 'host', '--user', `${uid}:${gid}`],
      ...(name === undefined ? [] : ['--name', name]),
      ...['--volume', `${folder}:${folder}`, '--workdir', folder, '--entrypoint', 'java', IMAGE]
    ],
    classpath: '/opt/kafka/libs/*',
    isContainer: true
  }
}

function engineAnswers(machine: Machine): Promise<boolean> {
  return new Promise(resolve => {
    const args = ['version', '--format', '{{.Server.Version}}']
    const options = { timeout: ENGINE_MS_MAX, env: { ...machine.env } }
    execFile('docker', args, options, error => resolve(!error))
  })
}
