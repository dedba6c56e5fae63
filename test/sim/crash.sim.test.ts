import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '../../src/core/random.ts'
import { countSettings } from '../../src/runtime/count.ts'
import { countsOf, type OracleFrame, sortedEntries, trueCounts } from '../testing/oracle.ts'
import {
  createDurable,
  type Durable,
  latestResults,
  passTime,
  startInstance
} from './simulated-app.ts'

const SIZES = { '1m': 60, '1h': 3_600 }
const SEEDS = Number(process.env.HEADCOUNT_RUNS ?? 300)

interface World extends Durable {
  readonly frames: readonly (readonly OracleFrame[])[]
}

function createWorld(random: Random): World {
  const frames = Array.from({ length: 1 + random.below(3) }, () => {
    let ts = 1_468_244_384
    return Array.from({ length: 20 + random.below(60) }, () => {
      ts += random.below(20)
      const late = random.below(5) === 0 ? random.below(300) : 0
      return { ts: ts - late, uid: `u${random.below(25)}` }
    })
  })
  return { ...createDurable(Date.UTC(2026, 0, 1)), frames }
}

const settings = countSettings({
  key: 'uid',
  windows: Object.keys(SIZES),
  sketch: 'exact',
  flushEvery: 1,
  emitEvery: 10
})

/** One instance of the app. It dies at the `fatal`-th commit, before or after that counts. */
async function runInstance(world: World, random: Random, fatal: number): Promise<boolean> {
  let died = false
  const run = await startInstance(world, {
    script: world.frames.map(partition => partition.map(frame => JSON.stringify(frame))),
    settings,
    batch: 1 + random.below(6),
    exitAtEnd: true,
    hook: ({ number }) => {
      // Now and then a broker aborts one: the same work is sent again.
      if (number !== fatal) return random.below(6) === 0 ? 'before' : undefined
      died = true
      if (random.below(2) === 0) throw new Error('killed')
      return 'after'
    }
  })
  let running = true
  void passTime(world.clock, 5, () => !running)
  try {
    for await (const _ of run);
  } catch (error) {
    if (!died) throw error
  } finally {
    running = false
  }
  return !died
}

test('killed at any commit, restarted until it is done: users and frames of every window are right', async () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const random = new Random(seed)
    const world = createWorld(random)
    let crashes = 0
    while (!(await runInstance(world, random, crashes < 4 ? random.below(9) : -1))) crashes++
    const truth = trueCounts(world.frames.flat(), SIZES)
    const found = countsOf(latestResults(world))
    assert.deepEqual(sortedEntries(found), sortedEntries(truth), `seed ${seed}, ${crashes} crashes`)
  }
})

test('stopped in order and started again, frames are exact too', async () => {
  const random = new Random(4)
  const world = createWorld(random)
  assert.ok(await runInstance(world, random, -1))
  assert.ok(await runInstance(world, random, -1))
  assert.deepEqual(
    sortedEntries(countsOf(latestResults(world))),
    sortedEntries(trueCounts(world.frames.flat(), SIZES))
  )
})
