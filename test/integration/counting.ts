import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LatestResults } from '../../src/result/latest-results.ts'
import { parseResult, type ResultRecord } from '../../src/result/result-record.ts'
import { type Ended, ended, freshFolder, startHeadcount } from '../cli/child.ts'
import { Scratch } from './scratch.ts'

/** Minutes with uniques and frames; starts in seconds. */
export interface MinutesTruth {
  readonly frames: number
  readonly minutes: readonly { start: number; frames: number; uniques: number }[]
}

const LOGS = ['partials', 'windows', 'counts', 'rejects', 'control']

/** A place to count in: a folder, a broker, and topics of its own that go away with it. */
export class CountingPlace {
  readonly folder: string
  readonly bootstrap: string
  readonly scratch: Scratch
  private readonly disposable = freshFolder()

  static async open(bootstrap: string): Promise<CountingPlace> {
    return new CountingPlace(bootstrap, await Scratch.open(bootstrap))
  }

  private constructor(bootstrap: string, scratch: Scratch) {
    this.folder = this.disposable.path
    this.bootstrap = bootstrap
    this.scratch = scratch
  }

  async close(): Promise<void> {
    await this.scratch.close()
    this.disposable[Symbol.dispose]()
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  /** Another way to the brokers than the place's own may be given. */
  start(
    args: readonly string[],
    brokers: string = this.bootstrap,
    more: Readonly<Record<string, string>> = {}
  ): ReturnType<typeof startHeadcount> {
    const env = { HEADCOUNT_BROKERS: brokers, ...more }
    return startHeadcount(args, { folder: this.folder, env })
  }

  /** Runs a command that has to succeed. */
  async run(...args: string[]): Promise<Ended> {
    const done = await ended(this.start(args))
    assert.equal(done.status, 0, `headcount ${args.join(' ')}: ${done.stderr}`)
    return done
  }

  /** Runs a command that has to fail; its standard error. */
  async refuse(...args: string[]): Promise<string> {
    const done = await ended(this.start(args))
    assert.notEqual(done.status, 0, `headcount ${args.join(' ')} did not fail`)
    return done.stderr
  }

  /** A topic and, registered for removal, the topics of an app on it. */
  async topic(partitions: number): Promise<{ topic: string; app: string }> {
    const { name } = await this.scratch.topic('count', partitions)
    return { topic: name, app: this.app() }
  }

  app(): string {
    const app = this.scratch.name('app')
    for (const log of LOGS) this.scratch.own(`${app}-${log}`)
    return app
  }

  truth(name: string): MinutesTruth {
    return JSON.parse(readFileSync(this.path(name), 'utf8'))
  }
}

/** The newest result of each window in JSONL. */
export function latestOf(jsonl: string): ResultRecord[] {
  const latest = new LatestResults()
  for (const line of jsonl.split('\n')) {
    const result = line === '' ? undefined : parseResult(line)
    assert.ok(line === '' || result, `not a result: ${line}`)
    if (result) latest.take(result)
  }
  return latest.sorted()
}

/** Every minute has the users and frames of the truth, and there is no other. */
export function assertMinutes(jsonl: string, truth: MinutesTruth): void {
  const found = latestOf(jsonl)
    .filter(({ window }) => window === '1m')
    .map(({ start, frames, uniques }) => ({ start: Date.parse(start) / 1_000, frames, uniques }))
  assert.deepEqual(found, truth.minutes)
}
