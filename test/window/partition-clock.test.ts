import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  BELIEVED,
  LATE,
  PartitionClock,
  REFUSED,
  SUSPENDED
} from '../../src/window/partition-clock.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const NOW = Date.UTC(2024, 2, 5, 9)
const NONE = Number.NaN

/** A clock at NOW, after 16 frames of as many keys without record times. */
function started(): PartitionClock {
  const clock = new PartitionClock({ waitMs: 5_000 })
  for (let i = 0; i < 16; i++) clock.observe(NOW, NONE, false, i, i)
  assert.equal(clock.newest, NOW)
  return clock
}

function decisions(clock: PartitionClock): [number, boolean][] {
  return Array.from({ length: clock.decided }, (_, i) => [
    clock.decidedOffset[i]!,
    clock.decidedBelieved[i] === 1
  ])
}

test('nothing is known before the first frame', () => {
  const clock = new PartitionClock({ waitMs: 5_000 })
  assert.equal(clock.known, false)
  assert.equal(started().known, true)
  assert.equal(clock.newest, Number.NEGATIVE_INFINITY)
  assert.equal(clock.watermark, Number.NEGATIVE_INFINITY)
  assert.deepEqual(clock.suspendedOffsets(), [])
  clock.end()
  assert.equal(clock.decided, 0)
})

test('a frame is late when it lies more than the wait behind the clock before it', () => {
  const clock = started()
  assert.equal(clock.observe(NOW - 5_000, NONE, false, 1, 20), BELIEVED)
  assert.equal(clock.observe(NOW - 5_001, NONE, false, 1, 21), LATE)
  assert.equal(clock.watermarkBefore, NOW - 5_000)
  assert.equal(clock.watermark, NOW - 5_000)
})

test('a frame more than an hour after its own record is refused, and leaves no trace', () => {
  const clock = started()
  const before = clock.serialize(100)
  assert.equal(clock.observe(NOW + HOUR + 1, NOW, false, 1, 20), REFUSED)
  assert.deepEqual(clock.serialize(100), before)
  assert.equal(clock.observe(NOW + HOUR, NOW, false, 1, 21), BELIEVED)
  assert.equal(clock.newest, NOW)
})

test('times beyond ±2^47 ms are refused, those at the border are not', () => {
  const clock = started()
  assert.equal(clock.observe(2 ** 47 + 1, NONE, false, 1, 20), REFUSED)
  assert.equal(clock.observe(-(2 ** 47) - 1, NONE, false, 1, 21), REFUSED)
  assert.equal(clock.observe(Number.NaN, NONE, false, 1, 22), REFUSED)
  assert.equal(clock.observe(-(2 ** 47), NONE, false, 1, 23), LATE)
  assert.equal(clock.observe(2 ** 47, NONE, false, 1, 24), SUSPENDED)
})

test('a fast device cannot push the clock beyond the time of its record', () => {
  const clock = started()
  clock.observe(NOW + 50 * 60_000, NOW + 1_000, false, 1, 20)
  assert.equal(clock.newest, NOW + 1_000)
})

test('a record vouches for its frame after a gap, and with LogAppendTime moves the clock at once', () => {
  const live = started()
  assert.equal(live.observe(NOW + DAY, NOW + DAY, false, 1, 20), BELIEVED)
  assert.equal(live.newest, NOW)
  const logAppend = started()
  assert.equal(logAppend.observe(NOW + DAY, NOW + DAY, true, 1, 20), BELIEVED)
  assert.equal(logAppend.newest, NOW + DAY)
})

test('negative record times are none', () => {
  const clock = started()
  assert.equal(clock.observe(NOW + 2 * HOUR, -1, true, 1, 20), SUSPENDED)
})

test('a frame far ahead waits until its neighbours have reached it', () => {
  const clock = started()
  const verdicts = Array.from({ length: 9 }, (_, i) =>
    clock.observe(NOW + 5 * HOUR, NONE, false, 100 + i, 20 + i)
  )
  // The ninth of 16 neighbours makes the majority, and is itself believed at once.
  assert.deepEqual(verdicts, [...Array.from({ length: 8 }, () => SUSPENDED), BELIEVED])
  assert.deepEqual(
    decisions(clock),
    Array.from({ length: 8 }, (_, i) => [20 + i, true])
  )
  assert.deepEqual(clock.suspendedOffsets(), [])
})

test('a frame that 64 others have passed is rejected', () => {
  const clock = started()
  assert.equal(clock.observe(NOW + 400 * DAY, NONE, false, 1, 20), SUSPENDED)
  for (let i = 0; i < 63; i++) {
    clock.observe(NOW, NONE, false, i, 21 + i)
    assert.equal(clock.decided, 0)
  }
  assert.deepEqual(clock.suspendedOffsets(), [20])
  clock.observe(NOW, NONE, false, 1, 90)
  assert.deepEqual(decisions(clock), [[20, false]])
  clock.observe(NOW, NONE, false, 1, 91)
  assert.equal(clock.decided, 0)
})

test('no more than 64 frames are ever suspended', () => {
  const clock = started()
  for (let i = 0; i < 200; i++) {
    // Each far ahead of all before it: no two agree.
    clock.observe(NOW + 2 ** 30 * (i + 1), NONE, false, 7, 20 + i)
    assert.ok(clock.suspendedOffsets().length <= 64)
  }
  assert.equal(clock.suspendedOffsets().length, 64)
})

test('the end of the input decides by what followed, and leaves the clock', () => {
  const clock = started()
  clock.observe(NOW + 10 * DAY, NONE, false, 1, 20)
  clock.observe(NOW, NONE, false, 2, 21)
  clock.observe(NOW + 20 * DAY, NONE, false, 3, 22)
  clock.observe(NOW + 20 * DAY, NONE, false, 4, 23)
  clock.end()
  // Two of the three after the first are not behind it; the last has nothing after it.
  assert.deepEqual(decisions(clock), [
    [20, true],
    [22, true],
    [23, true]
  ])
  assert.equal(clock.newest, NOW)
  const other = started()
  other.observe(NOW + 10 * DAY, NONE, false, 1, 20)
  for (let i = 0; i < 3; i++) other.observe(NOW, NONE, false, i, 21 + i)
  other.end()
  assert.deepEqual(decisions(other), [[20, false]])
})

test('the first clock needs eight neighbours, or three and a record, or 64 frames', () => {
  const newest = (frames: number, keys: number, recordTime: number): number => {
    const clock = new PartitionClock({ waitMs: 0 })
    for (let i = 0; i < frames; i++) clock.observe(NOW, recordTime, false, i % keys, i)
    return clock.newest
  }
  const nothing = Number.NEGATIVE_INFINITY
  assert.equal(newest(7, 7, NONE), nothing)
  assert.equal(newest(8, 8, NONE), NOW)
  assert.equal(newest(2, 2, NOW), nothing)
  assert.equal(newest(3, 1, NOW), NOW)
  assert.equal(newest(63, 1, NONE), nothing)
  assert.equal(newest(64, 1, NONE), NOW)
})

test('frame numbers that start again change nothing', () => {
  const options = { waitMs: 5_000 }
  const long = new PartitionClock(options)
  let offset = 0
  const feed = (clock: PartitionClock, i: number): number => {
    const far = i % 37 === 0 ? 400 * DAY : 0
    return clock.observe(NOW + i * 100 + far - (i % 7) * 1_000, NONE, false, i % 9, i)
  }
  for (; offset < 2 ** 20 - 700; offset++) long.observe(NOW, NONE, false, offset % 9, offset)
  // The other one counts from the beginning again.
  const young = new PartitionClock(options)
  young.restore(long.serialize(offset), offset)
  for (; offset < 2 ** 20 + 1_500; offset++) {
    assert.equal(feed(long, offset), feed(young, offset))
    assert.deepEqual(decisions(long), decisions(young))
    if (offset % 50 === 0) assert.deepEqual(long.serialize(2 ** 30), young.serialize(2 ** 30))
  }
})
