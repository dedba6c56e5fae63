import { MemoryCache } from '../../src/merge/memory-cache.ts'
import { LatestResults } from '../../src/result/latest-results.ts'
import { parseResult, type ResultRecord } from '../../src/result/result-record.ts'
import { type AppPorts, runApp } from '../../src/runtime/app-run.ts'
import type { CountRun } from '../../src/runtime/count-run.ts'
import type { CountSettings } from '../../src/runtime/settings.ts'
import { type AppendHook, MemoryLog, MemoryTopics } from '../../src/testing/memory-log.ts'
import { MemoryMembership, type StoredOffsets } from '../../src/testing/memory-membership.ts'
import { ScriptedSource } from '../../src/testing/scripted-source.ts'
import { SimClock } from '../../src/testing/sim-clock.ts'

/** What survives a kill -9: the app's topics and its groups' offsets; and the time. */
export interface Durable {
  readonly topics: MemoryTopics
  readonly combined: StoredOffsets
  readonly merged: StoredOffsets
  readonly clock: SimClock
}

export function createDurable(nowMs: number): Durable {
  const partitions = { partials: 1, windows: 1, counts: 1, rejects: 1, control: 1 }
  const topics = new MemoryTopics(partitions)
  return { topics, combined: new Map(), merged: new Map(), clock: new SimClock(nowMs) }
}

export interface InstanceOptions {
  /** Frames of each partition as JSON text. What a test adds to them later is read, too. */
  readonly script: readonly (readonly string[])[]
  readonly settings: CountSettings
  readonly batch?: number
  readonly exitAtEnd?: boolean
  readonly hook?: AppendHook
}

/** One instance of the app over topics in memory: the real runtime, both stages. */
export async function startInstance(durable: Durable, options: InstanceOptions): Promise<CountRun> {
  const { clock, topics } = durable
  const { script, settings, batch = 100, exitAtEnd = false, hook } = options
  const source = new ScriptedSource({ partitions: script, batch, clock })
  const combine = new MemoryMembership(durable.combined, source.partitions)
  const merge = new MemoryMembership(durable.merged, 1)
  await Promise.all([combine.join(), merge.join()])
  const ports: AppPorts = {
    source,
    log: new MemoryLog(topics, clock, hook),
    combine,
    merge,
    startOf: async () => 0,
    from: 'earliest',
    onLoss: () => {},
    close: async () => {}
  }
  return runApp({
    source: { attach: async () => ports },
    openStateCache: () => new MemoryCache(),
    settings,
    clock,
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
