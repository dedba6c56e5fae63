import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '../../src/core/random.ts'
import { LatestResults } from '../../src/result/latest-results.ts'
import { parseResult } from '../../src/result/result-record.ts'
import { type AppPorts, runApp } from '../../src/runtime/app-run.ts'
import { countSettings } from '../../src/runtime/count.ts'
import { MemoryLog, MemoryTopics } from '../../src/testing/memory-log.ts'
import { MemoryMembership, type StoredOffsets } from '../../src/testing/memory-membership.ts'
import { ScriptedSource } from '../../src/testing/scripted-source.ts'
import { SimClock } from '../../src/testing/sim-clock.ts'
import { countsOf, type OracleFrame, sortedEntries, trueCounts } from '../testing/oracle.ts'

const SIZES = { '1m': 60, '1h': 3_600 }
const SEEDS = Number(process.env.HEADCOUNT_RUNS ?? 300)

/** What survives a kill -9: the topics and the groups' offsets. */
interface World {
  readonly topics: MemoryTopics
  readonly combined: StoredOffsets
  readonly merged: StoredOffsets
  readonly clock: SimClock
  readonly frames: readonly (readonly OracleFrame[])[]
}

function createWorld(random: Random): World {
  const partitions = { partials: 1, windows: 1, counts: 1, rejects: 1, control: 1 }
  const frames = Array.from({ length: 1 + random.below(3) }, () => {
    let ts = 1_468_244_384
    return Array.from({ length: 20 + random.below(60) }, () => {
      ts += random.below(20)
      const late = random.below(5) === 0 ? random.below(300) : 0
      return { ts: ts - late, uid: `u${random.below(25)}` }
    })
  })
  return {
    topics: new MemoryTopics(partitions),
    combined: new Map(),
    merged: new Map(),
    clock: new SimClock(Date.UTC(2026, 0, 1)),
    frames
  }
}

/** One instance of the app. It dies at the `fatal`-th append, before or after that was stored. */
async function runInstance(world: World, random: Random, fatal: number): Promise<boolean> {
  const { clock, frames } = world
  let died = false
  const log = new MemoryLog(world.topics, clock, ({ number }) => {
    if (number !== fatal) return undefined
    died = true
    return random.below(2) === 0 ? 'before' : 'after'
  })
  const script = frames.map(partition => partition.map(frame => JSON.stringify(frame)))
  const source = new ScriptedSource({ partitions: script, batch: 1 + random.below(6), clock })
  const combine = new MemoryMembership(world.combined, source.partitions)
  const merge = new MemoryMembership(world.merged, 1)
  await Promise.all([combine.join(), merge.join()])
  const ports: AppPorts = {
    source,
    log,
    combine,
    merge,
    startOf: async () => 0,
    from: 'earliest',
    onLoss: () => {},
    close: async () => {}
  }
  const windows = Object.keys(SIZES)
  const settings = countSettings({
    key: 'uid',
    windows,
    sketch: 'exact',
    flushEvery: 1,
    emitEvery: 10
  })
  const run = runApp({
    source: { attach: async () => ports },
    settings,
    clock,
    exitAtEnd: true
  })
  // Time passes whenever nothing else has anything to do.
  let running = true
  const pump = (): void => {
    if (!running) return
    clock.advance(5)
    setImmediate(pump)
  }
  setImmediate(pump)
  try {
    for await (const _ of run);
  } catch (error) {
    if (!died) throw error
  } finally {
    running = false
  }
  return !died
}

function latestCounts(world: World): LatestResults {
  const latest = new LatestResults()
  for (const { value } of world.topics.partition('counts', 0).records) {
    const result = value && parseResult(new TextDecoder().decode(value))
    if (result) latest.take(result)
  }
  return latest
}

test('killed at any append, restarted until it is done: the users of every window are right', async () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const random = new Random(seed)
    const world = createWorld(random)
    let crashes = 0
    while (!(await runInstance(world, random, crashes < 4 ? random.below(9) : -1))) crashes++
    const truth = trueCounts(world.frames.flat(), SIZES)
    const found = countsOf(latestCounts(world))
    const uniques = (counts: typeof truth): [string, number][] =>
      sortedEntries(counts).map(([key, { uniques }]) => [key, uniques])
    assert.deepEqual(uniques(found), uniques(truth), `seed ${seed}, ${crashes} crashes`)
    for (const [key, { frames }] of truth) {
      const counted = found.get(key)!.frames
      // Without transactions a crash may count frames twice, never lose one.
      assert.ok(counted >= frames, `seed ${seed}: ${key} lost frames: ${counted} of ${frames}`)
      if (crashes === 0) assert.equal(counted, frames, `seed ${seed}: ${key}`)
    }
  }
})

test('stopped in order and started again, frames are exact too', async () => {
  const random = new Random(4)
  const world = createWorld(random)
  assert.ok(await runInstance(world, random, -1))
  assert.ok(await runInstance(world, random, -1))
  assert.deepEqual(
    sortedEntries(countsOf(latestCounts(world))),
    sortedEntries(trueCounts(world.frames.flat(), SIZES))
  )
})
