import { spawn } from 'node:child_process'
import { StringDecoder } from 'node:string_decoder'
import { failure } from '../core/errors.ts'
import { parseBytes } from '../core/units.ts'
import type { Machine } from './machine.ts'

const SILENCE_MS_MAX = 120_000
const PROGRESS_EVERY_MS = 1_000
const GOAL = 'dependency:build-classpath'

export interface MavenRun {
  readonly machine: Machine
  readonly pom: string
  /** Where the class path is written. */
  readonly output: string
  readonly onProgress: (line: string) => void
  readonly signal?: AbortSignal | undefined
}

/** True when `mvn` is on the PATH and runs. */
export function hasMaven(machine: Machine): Promise<boolean> {
  return new Promise(resolve => {
    const child = spawn('mvn', ['--version'], { stdio: 'ignore', env: { ...machine.env } })
    child.on('error', () => resolve(false))
    child.on('exit', code => resolve(code === 0))
  })
}

/**
 * Lets Maven resolve the pom's jars and write their class path. Throws `kafka-missing` with Maven's
 * own first error line, or when Maven says nothing for two minutes.
 */
export async function resolveWithMaven(run: MavenRun): Promise<void> {
  const args = ['-B', '-f', run.pom, GOAL, `-Dmdep.outputFile=${run.output}`]
  const progress = new DownloadProgress(run.onProgress)
  const child = spawn('mvn', args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...run.machine.env },
    ...(run.signal ? { signal: run.signal } : {})
  })
  let silent = false
  const watchdog = setTimeout(() => {
    silent = true
    child.kill('SIGKILL')
  }, SILENCE_MS_MAX)
  const errors: string[] = []
  const take = lineSplitter(line => {
    watchdog.refresh()
    progress.take(line)
    if (line.startsWith('[ERROR] ') && errors.length < 50) errors.push(line.slice(8).trim())
  })
  child.stdout.on('data', take)
  child.stderr.on(
    'data',
    lineSplitter(line => errors.push(line))
  )
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  }).finally(() => clearTimeout(watchdog))
  run.signal?.throwIfAborted()
  if (status === 0) return
  throw failure('kafka-missing', {
    problem: silent ? 'Maven said nothing for 2 minutes' : `Maven failed: ${shortened(errors[0])}`
  })
}

/** `Downloaded from central: …/zstd-jni.jar (6.7 MB at 20 MB/s)` lines as one moving count. */
export class DownloadProgress {
  readonly #onProgress: (line: string) => void
  #jars = 0
  #bytes = 0
  #toldAt = Number.NEGATIVE_INFINITY

  constructor(onProgress: (line: string) => void) {
    this.#onProgress = onProgress
  }

  take(line: string): void {
    const match = /Downloaded from .*\.jar \((\d+(?:\.\d+)? [kMG]?B)\b/.exec(line)
    if (!match) return
    this.#jars++
    this.#bytes += parseBytes(match[1]!) ?? 0
    const now = performance.now()
    if (now - this.#toldAt < PROGRESS_EVERY_MS) return
    this.#toldAt = now
    this.#onProgress(`fetching Kafka: ${this.#jars} jars, ${Math.round(this.#bytes / 1e6)} MB`)
  }
}

function lineSplitter(onLine: (line: string) => void): (bytes: Buffer) => void {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  return bytes => {
    const lines = (rest + decoder.write(bytes)).split('\n')
    // A line without an end must not grow: no line of Maven's that matters is longer than this.
    rest = lines.pop()!.slice(-4_096)
    for (const line of lines) onLine(line)
  }
}

function shortened(line = 'it gave no reason'): string {
  return line.length > 300 ? `${line.slice(0, 300)}…` : line
}
