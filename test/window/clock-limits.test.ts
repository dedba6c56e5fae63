import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '../../src/core/random.ts'
import { type RunOptions, run, tally } from './clock-run.ts'
import {
  DAY,
  every,
  goodFrames,
  HOUR,
  MINUTE,
  type Origin,
  START,
  type StreamFrame,
  spoil
} from './clock-streams.ts'

/* What the clock can't tell, and what it does then. The cures are those of docs/specs/clock.md. */

const FILE = { bounded: true }
const none = { believed: 0, late: 0, suspended: 0, rejected: 0 }

function fatesOf(frames: readonly StreamFrame[], options: RunOptions = {}) {
  const { fates } = run(frames, options)
  return { good: tally(frames, fates, 'good'), bad: tally(frames, fates, 'bad') }
}

test('300 frames that are wrong together look like a gap: they count, and all that follows is late', () => {
  for (const keys of [1, 200]) {
    const frames = goodFrames({ origin: 'file', keys }, every(100, 3_000))
    spoil(frames.slice(1_000, 1_300), 400 * DAY)
    const { good, bad } = fatesOf(frames, FILE)
    assert.deepEqual(bad, { ...none, believed: 300 })
    assert.deepEqual(good, { ...none, believed: 1_000, late: 1_700 })
  }
})

test('record times tell 300 frames that are wrong together from a gap', () => {
  const frames = goodFrames({ origin: 'live', keys: 200 }, every(100, 3_000))
  spoil(frames.slice(1_000, 1_300), 400 * DAY)
  const { good, bad } = fatesOf(frames)
  assert.deepEqual(bad, { ...none, rejected: 300 })
  assert.deepEqual(good, { ...none, believed: 2_700 })
})

test('two devices with clocks 3 h apart: the slower one is believed', () => {
  const frames = goodFrames({ origin: 'file', keys: 2 }, every(100, 3_000))
  spoil(
    frames.filter(({ key }) => key === 1),
    3 * HOUR
  )
  const { good, bad } = fatesOf(frames, FILE)
  assert.equal(good.believed, 1_494)
  assert.equal(bad.rejected, 1_472)
  // The last ones have too few after them that disagree.
  assert.equal(bad.believed, 34)
})

test('two halves of many devices, 3 h apart: the faster half wins once, then the others are late', () => {
  const frames = goodFrames({ origin: 'file', keys: 200 }, every(100, 3_000))
  spoil(
    frames.filter(({ key }) => key % 2 === 1),
    3 * HOUR
  )
  const { good, bad } = fatesOf(frames, FILE)
  assert.deepEqual({ ...bad, late: 0 }, { ...none, believed: 1_537 })
  assert.equal(good.believed + good.late, 1_463)
  assert.ok(good.late > 1_400)
})

test('bad frames at the very end of a file are believed, as nothing contradicts them', () => {
  const frames = goodFrames({ origin: 'file', keys: 200 }, every(100, 3_000))
  spoil(frames.slice(-3), 400 * DAY)
  assert.deepEqual(fatesOf(frames, FILE).bad, { ...none, believed: 3 })
})

test('days in order but shuffled within lose frames as bad-time; --max-jump 1d cures it', () => {
  const random = new Random(3)
  const times = Array.from({ length: 20_000 }, (_, i) => Math.floor(i / 2_000) * DAY)
  const shuffled = times.map(day => START + day + random.below(DAY))
  const frames = goodFrames({ origin: 'file', keys: 200 }, shuffled, 0)
  assert.equal(fatesOf(frames, FILE).good.rejected, 3_405)
  assert.equal(fatesOf(frames, { ...FILE, maxJumpMs: DAY }).good.rejected, 0)
})

test('a backfill among live frames under LogAppendTime is late, all of it', () => {
  const live = goodFrames({ origin: 'log-append', keys: 200 }, every(100, 3_000))
  const old = goodFrames({ origin: 'log-append', keys: 200 }, every(100, 3_000, START - 30 * DAY))
  const frames = live.flatMap((frame, i) => [frame, { ...old[i]!, r: frame.r }])
  const { good } = fatesOf(frames, { logAppendTime: true })
  assert.deepEqual(good, { ...none, believed: 3_000, late: 3_000 })
})

test('less than one frame per jump: the clock is 8 frames behind; LogAppendTime or a jump of 9 cures it', () => {
  const behind = (origin: Origin, options: RunOptions = {}): number => {
    const frames = goodFrames({ origin, keys: 200 }, every(2 * HOUR, 500), 0)
    return (frames.at(-1)!.t - run(frames, options).newest) / (2 * HOUR)
  }
  assert.equal(behind('live'), 8)
  assert.equal(behind('file', FILE), 8)
  assert.equal(behind('log-append', { logAppendTime: true }), 0)
  assert.equal(behind('live', { maxJumpMs: 18 * HOUR }), 0)
})

test('one of several keys goes on after a gap of 4 d: without record times its first 960 frames are lost', () => {
  // Nothing tells them from a device that is wrong 500 times in a row.
  for (const [keys, rejected] of [
    [3, 954],
    [200, 956]
  ] as const) {
    const times = [...every(100, 2_000), ...every(100, 2_000, START + 4 * DAY)]
    const frames = goodFrames({ origin: 'file', keys }, times)
    for (const frame of frames.slice(2_000)) frame.key = 0
    assert.equal(fatesOf(frames, FILE).good.rejected, rejected)
    assert.equal(fatesOf(frames, { ...FILE, maxJumpMs: 5 * DAY }).good.rejected, 0)
  }
})

test('a device 10 minutes fast that fills a partition of its own moves that clock', () => {
  const frames = goodFrames({ origin: 'file', keys: 1 }, every(100, 1_000))
  spoil(frames.slice(500, 510), 10 * MINUTE)
  const { good } = fatesOf(frames, FILE)
  assert.deepEqual(good, { ...none, believed: 500, late: 490 })
})
