import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AlignmentGate } from '../../src/runtime/alignment-gate.ts'
import { encodeHint } from '../../src/runtime/alignment-hint.ts'
import { SimClock } from '../../src/testing/sim-clock.ts'

const HOUR = 3_600_000
const SKEW = 6 * HOUR

/** Partitions 0 and 1 of four, with what the others' owners have said. */
class Reading {
  readonly clock = new SimClock()
  readonly combiners = new Map([0, 1].map(slot => [slot, { clock: { newest: 0 }, position: 0 }]))
  readonly held = new Set<number>()
  readonly calls: string[] = []
  readonly ended = new Set<number>()
  readonly shares = new Map<number, number>()
  floor: number | undefined = 0
  partitions = 4
  asked = 0
  failure: Error | undefined
  readonly gate: AlignmentGate

  constructor(bounded = false) {
    this.gate = new AlignmentGate({
      source: {
        wake: () => this.calls.push('wake'),
        pause: slot => this.calls.push(`pause ${slot}`),
        resume: slot => this.calls.push(`resume ${slot}`),
        pace: (slot, share) => void this.shares.set(slot, share)
      },
      intake: {
        combiners: this.combiners,
        isReading: slot => !this.ended.has(slot),
        hold: (slot, held) => void (held ? this.held.add(slot) : this.held.delete(slot))
      },
      maxSkewMs: SKEW,
      clock: this.clock,
      partitions: () => this.partitions,
      nameOf: slot => `s|${slot}`,
      hints: async () => {
        this.asked++
        if (this.failure) throw this.failure
        return this.floor === undefined ? undefined : [hintOf(this.floor)]
      },
      bounded
    })
  }

  set(slot: number, clock: number): void {
    const combiner = this.combiners.get(slot)!
    combiner.clock.newest = clock
    combiner.position++
  }

  /** A turn, and the answer to what it asked. */
  async turn(ms = 0): Promise<number[]> {
    this.clock.advance(ms)
    this.gate.turn()
    await new Promise(resolve => setImmediate(resolve))
    this.gate.turn()
    return [...this.held]
  }
}

function hintOf(clock: number): string {
  const slowest = [{ source: 's', partition: 3, clock }]
  return encodeHint({ commit: 1, watermark: 0, slowest, stateBytes: 0 })
}

test('a partition too far ahead is paused once, and goes on when the others have followed', async () => {
  const reading = new Reading()
  await reading.turn()
  reading.set(0, SKEW + 1)
  reading.set(1, SKEW)
  assert.deepEqual(await reading.turn(), [0])
  reading.floor = HOUR
  assert.deepEqual(await reading.turn(1_000), [])
  assert.deepEqual(
    reading.calls.filter(call => call !== 'wake'),
    ['pause 0', 'resume 0']
  )
})

test('the own partitions are aligned without asking anybody', async () => {
  const reading = new Reading()
  reading.partitions = 2
  reading.set(0, SKEW + 1)
  assert.deepEqual(await reading.turn(), [0])
  reading.set(1, 1)
  assert.deepEqual(await reading.turn(), [])
  assert.equal(reading.asked, 0)
})

test('one at its end is waited for by nobody', async () => {
  const reading = new Reading()
  reading.partitions = 2
  reading.ended.add(1)
  reading.set(0, SKEW * 10)
  assert.deepEqual(await reading.turn(), [])
})

test('whoever comes back is somebody new: not paused, and compared from where it begins', async () => {
  const reading = new Reading()
  reading.floor = undefined
  await reading.turn()
  reading.set(0, SKEW + 1)
  assert.deepEqual(await reading.turn(), [0])
  reading.held.clear()
  reading.combiners.set(0, { clock: { newest: SKEW + 1 }, position: 0 })
  reading.set(1, SKEW)
  assert.deepEqual(await reading.turn(), [])
})

test('it asks rarely while nothing is near its limit, and often while something waits', async () => {
  const reading = new Reading()
  await reading.turn()
  assert.equal(reading.asked, 1)
  const askedIn = async (seconds: number): Promise<number> => {
    const before = reading.asked
    for (let turns = 0; turns < seconds * 10; turns++) await reading.turn(100)
    return reading.asked - before
  }
  assert.equal(await askedIn(20), 4)
  reading.set(0, SKEW * 0.75)
  reading.set(1, SKEW * 0.75)
  assert.equal(await askedIn(10), 10)
  reading.floor = 1
  reading.set(0, SKEW * 2)
  reading.set(1, SKEW * 2)
  await reading.turn(1_000)
  assert.ok((await askedIn(1)) >= 8)
  assert.ok((await askedIn(600)) <= 160, 'less often the longer nothing changes')
})

test('while the brokers are away the last word holds; what waiting does not cure ends the run', async () => {
  const reading = new Reading()
  await reading.turn()
  reading.floor = undefined
  reading.set(0, SKEW + 1)
  reading.set(1, SKEW)
  assert.deepEqual(await reading.turn(5_000), [0])
  reading.failure = new Error('denied')
  await assert.rejects(reading.turn(5_000), /denied/)
})

test('a run that reads up to given offsets does not wait long for a floor that stands', async () => {
  for (const [bounded, after] of [
    [true, []],
    [false, [0, 1]]
  ] as const) {
    const reading = new Reading(bounded)
    await reading.turn()
    reading.set(0, SKEW * 2)
    reading.set(1, SKEW * 2)
    assert.deepEqual(await reading.turn(1_000), [0, 1])
    assert.deepEqual(await reading.turn(30_000), after, `bounded ${bounded}`)
  }
})

test('one read brings little at first, more while it moves the clock by little, less when by much', async () => {
  const reading = new Reading()
  const shares: (number | undefined)[] = []
  for (const clock of [0, 1, 2, SKEW, SKEW * 1.3, SKEW * 3]) {
    reading.set(0, clock)
    await reading.turn()
    shares.push(reading.shares.get(0))
  }
  assert.deepEqual(shares, [1 / 4, 1 / 2, 1, 1 / 2, 1 / 2, 1 / 4])
  for (let clock = SKEW * 3; clock < SKEW * 3 + 20; clock++) {
    reading.set(0, clock)
    await reading.turn()
  }
  assert.equal(reading.shares.get(0), 1)
})
