import { MemoryCache } from '../../src/merge/memory-cache.ts'
import type { AppLog } from '../../src/port/log.ts'
import type { Transactional } from '../../src/port/transaction.ts'
import { LatestResults } from '../../src/result/latest-results.ts'
import { parseResult, type ResultRecord } from '../../src/result/result-record.ts'
import type { AppPorts } from '../../src/runtime/app-ports.ts'
import { runApp } from '../../src/runtime/app-run.ts'
import type { CountRun } from '../../src/runtime/count-run.ts'
import type { CountSettings } from '../../src/runtime/settings.ts'
import { MemoryLog, MemoryTopics } from '../../src/testing/memory-log.ts'
import { MemoryMembership, type StoredOffsets } from '../../src/testing/memory-membership.ts'
import { type CommitHook, MemoryTransactions } from '../../src/testing/memory-transactions.ts'
import { ScriptedSource } from '../../src/testing/scripted-source.ts'
import { SimClock } from '../../src/testing/sim-clock.ts'

/** What survives a kill -9: the app's topics and its groups' offsets; and the time. */
export interface Durable {
  readonly topics: MemoryTopics
  readonly transactions: MemoryTransactions
  readonly combined: StoredOffsets
  readonly merged: StoredOffsets
  readonly clock: SimClock
}

export function createDurable(nowMs: number): Durable {
  const partitions = { partials: 1, windows: 1, counts: 1, rejects: 1, control: 1 }
  const topics = new MemoryTopics(partitions)
  const transactions = new MemoryTransactions(topics)
  return {
    topics,
    transactions,
    combined: new Map(),
    merged: new Map(),
    clock: new SimClock(nowMs)
  }
}

export interface InstanceOptions {
  /** Frames of each partition as JSON text. What a test adds to them later is read, too. */
  readonly script: readonly (readonly string[])[]
  readonly settings: CountSettings
  /** The first offset that the log still has. */
  readonly firstKept?: (partition: number) => number
  readonly batch?: number
  readonly exitAtEnd?: boolean
  /** What the instance reads its topics through. */
  readonly log?: (log: AppLog) => AppLog
  /** Asked at every commit of either stage; throwing kills the instance before it counts. */
  readonly hook?: CommitHook
}

/** One instance of the app over topics in memory: the real runtime, both stages. */
export async function startInstance(durable: Durable, options: InstanceOptions): Promise<CountRun> {
  const { clock, topics, transactions } = durable
  const { script, settings, batch = 100, exitAtEnd = false, hook } = options
  const source = new ScriptedSource({
    partitions: script,
    batch,
    clock,
    ...(options.firstKept && { firstKept: options.firstKept })
  })
  const combine = new MemoryMembership(durable.combined, script.length)
  const merge = new MemoryMembership(durable.merged, 1)
  const log = new MemoryLog(topics, clock)
  let commits = 0
  const open = (stage: string, partition: number, offsets: StoredOffsets): Transactional =>
    transactions.open({
      transactionalId: `${stage}-${partition}`,
      input: { offsets, partition, seat: () => ({ memberId: 'simulated', generation: 1 }) },
      ...(hook && { hook: ({ work }) => hook({ number: commits++, work }) })
    })
  const ports: AppPorts = {
    source,
    log: options.log ? options.log(log) : log,
    combine,
    merge,
    startOf: async () => 0,
    latestOf: async partition => script[partition]!.length,
    hints: async () => [durable.merged.get(0)?.metadata],
    sessionMs: 6_000,
    from: 'earliest',
    combineTransactions: partition => open('combine', partition, durable.combined),
    mergeTransactions: partition => open('merge', partition, durable.merged),
    close: async () => {}
  }
  return runApp({
    source: { attach: async () => ports },
    openStateCache: () => new MemoryCache(),
    settings,
    clock,
    role: 'both',
    exitAtEnd
  })
}

/** Lets time pass, `stepMs` whenever nothing else has anything to do, until `done` says so. */
export function passTime(clock: SimClock, stepMs: number, done: () => boolean): Promise<void> {
  return new Promise(resolve => {
    const step = (): void => {
      if (done()) {
        resolve()
        return
      }
      clock.advance(stepMs)
      setImmediate(step)
    }
    setImmediate(step)
  })
}

/** The newest record of every window on the results topic. */
export function latestResults({ topics }: Durable): LatestResults {
  const latest = new LatestResults()
  for (const result of allResults(topics)) latest.take(result)
  return latest
}

/** Every record on the results topic, in order. */
export function allResults(topics: MemoryTopics): ResultRecord[] {
  return topics.partition('counts', 0).records.flatMap(({ value }) => {
    const result = value && parseResult(new TextDecoder().decode(value))
    return result ? [result] : []
  })
}
