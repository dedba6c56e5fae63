import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '../../src/core/random.ts'
import { run, tally, wronglyLate } from './clock-run.ts'
import {
  DAY,
  every,
  goodFrames,
  HOUR,
  MINUTE,
  type Origin,
  origins,
  SECOND,
  START,
  type StreamFrame,
  type StreamOptions,
  share,
  spoil,
  spoilOneDevice
} from './clock-streams.ts'

/*
 * What the clock must pass: every stream as a file, live with CreateTime, with LogAppendTime and as a
 * backfill, with 1, 3 and 200 keys unless said. Nothing good is rejected or wrongly late, everything
 * bad is rejected, and hand-overs at any point change no verdict.
 */
interface Stream {
  readonly name: string
  readonly frames: number
  /** Frames that must be rejected. */
  readonly bad: number
  readonly make: (options: StreamOptions) => StreamFrame[]
  readonly keys?: readonly number[]
  readonly from?: readonly Origin[]
  /** Good frames that may still be suspended when an input that does not end pauses. */
  readonly waiting?: number
}

function twoStretches(options: StreamOptions, gap: number, oneKey = false): StreamFrame[] {
  const frames = goodFrames(options, [...every(100, 2_000), ...every(100, 2_000, START + gap)])
  if (oneKey) for (const frame of frames.slice(2_000)) frame.key = 0
  return frames
}

const streams: readonly Stream[] = [
  {
    name: 'frames up to 2 s out of order',
    frames: 4_000,
    bad: 0,
    make: options => goodFrames(options, every(100, 4_000))
  },
  {
    name: '3 bad frames of one device in a row',
    frames: 3_000,
    bad: 3,
    make: options => spoilOneDevice(goodFrames(options, every(100, 3_000)), 3)
  },
  {
    name: '40 bad frames of one device in a row',
    frames: 3_000,
    bad: 40,
    make: options => spoilOneDevice(goodFrames(options, every(100, 3_000)), 40)
  },
  {
    name: '500 bad frames of one device in a row, among several keys',
    frames: 3_000,
    bad: 500,
    keys: [3, 200],
    make: options => spoilOneDevice(goodFrames(options, every(100, 3_000)), 500)
  },
  {
    name: 'one bad frame from each of 20 devices in a row, of 20 and of more',
    frames: 3_000,
    bad: 20,
    keys: [20, 200],
    make: options => {
      const frames = goodFrames(options, every(100, 3_000))
      const bad = frames.slice(1_000, 1_020)
      bad.forEach((frame, i) => {
        frame.key = i
      })
      spoil(bad, 400 * DAY)
      return frames
    }
  },
  {
    name: '3 % of the frames a year ahead, from 5 devices',
    frames: 6_000,
    bad: 171,
    make: options => {
      const frames = goodFrames(options, every(100, 6_000))
      const bad = share(frames, 0.03)
      bad.forEach((frame, i) => {
        frame.key = i % Math.min(5, options.keys)
      })
      spoil(bad, 365 * DAY)
      return frames
    }
  },
  {
    name: 'the very first frame from 2038',
    frames: 3_000,
    bad: 1,
    make: options => {
      const frames = goodFrames(options, every(100, 3_000))
      spoil(frames.slice(0, 1), 2 ** 31 * SECOND - frames[0]!.t)
      return frames
    }
  },
  {
    name: 'one bad frame in a stream of one per 2 h',
    frames: 1_000,
    bad: 1,
    waiting: 8,
    make: options => {
      const frames = goodFrames(options, every(2 * HOUR, 1_000))
      spoil(frames.slice(300, 301), 400 * DAY)
      return frames
    }
  },
  {
    name: 'one flipped bit in 0.1 % of the times',
    frames: 50_000,
    bad: 13,
    make: options => {
      const random = new Random(6)
      const frames = goodFrames(options, every(100, 50_000))
      for (const frame of share(frames, 0.001)) {
        const bit = 2 ** random.below(47)
        const by = Math.floor(frame.t / bit) % 2 === 1 ? -bit : bit
        frame.t += by
        // Back in time is late; ahead by little is believed, as its neighbours soon follow.
        frame.kind = by > HOUR + 10 * SECOND ? 'bad' : 'slight'
      }
      return frames
    }
  },
  {
    name: '1 % of the devices 0 to 6 h fast',
    frames: 20_000,
    bad: 158,
    keys: [1_000],
    make: options => {
      const frames = goodFrames(options, every(100, 20_000))
      for (const frame of frames.slice(0, -100)) {
        const by = frame.key < 10 ? (frame.key + 0.5) * 36 * MINUTE : 0
        frame.t += by
        if (by > 0) frame.kind = by > HOUR + 10 * SECOND ? 'bad' : 'slight'
      }
      return frames
    }
  },
  {
    name: 'one of 3 devices 3 h fast',
    frames: 6_000,
    bad: 2_050,
    keys: [3],
    make: options => {
      const frames = goodFrames(options, every(100, 6_000))
      const fast = frames.slice(0, -100).filter(({ key }) => key === 1)
      spoil(fast, 3 * HOUR)
      return frames
    }
  },
  {
    name: 'a producer whose records are 10 minutes fast',
    frames: 6_000,
    bad: 0,
    make: options => {
      const frames = goodFrames(options, every(100, 6_000))
      for (const frame of frames) if (frame.key % 3 === 0) frame.r += 10 * MINUTE
      return frames
    }
  },
  {
    name: 'one of several devices 10 minutes fast',
    frames: 6_000,
    bad: 0,
    keys: [3, 200],
    make: options => {
      const frames = goodFrames(options, every(100, 6_000))
      for (const frame of frames.filter(({ key }) => key === 0)) {
        frame.t += 10 * MINUTE
        frame.kind = 'slight'
      }
      return frames
    }
  },
  {
    name: 'records with time −1',
    frames: 4_000,
    bad: 0,
    make: options => {
      const frames = goodFrames(options, every(100, 4_000))
      for (const frame of frames) frame.r = -1
      return frames
    }
  },
  { name: 'a gap of 5 h', frames: 4_000, bad: 0, make: options => twoStretches(options, 5 * HOUR) },
  { name: 'a gap of 4 d', frames: 4_000, bad: 0, make: options => twoStretches(options, 4 * DAY) },
  {
    name: 'a gap of 5 h, after which one of the keys goes on',
    frames: 4_000,
    bad: 0,
    make: options => twoStretches(options, 5 * HOUR, true)
  },
  {
    name: 'a gap of 4 d, after which one of the keys goes on, with record times',
    frames: 4_000,
    bad: 0,
    from: ['live', 'log-append'],
    make: options => twoStretches(options, 4 * DAY, true)
  },
  {
    name: 'keys that die one after the other',
    frames: 6_000,
    bad: 0,
    make: options => {
      const frames = goodFrames(options, every(SECOND, 6_000))
      frames.forEach((frame, i) => {
        frame.key %= Math.max(1, Math.ceil(options.keys * (1 - i / 5_000)))
      })
      return frames
    }
  },
  {
    name: '2 keys, one per minute and one per 6 h',
    frames: 6_000,
    bad: 0,
    keys: [2],
    make: options => {
      const frames = goodFrames(options, every(MINUTE, 6_000))
      frames.forEach((frame, i) => {
        frame.key = i % 360 === 359 ? 1 : 0
      })
      return frames
    }
  },
  {
    name: 'steps of exactly one jump',
    frames: 2_000,
    bad: 0,
    waiting: 7,
    make: options => goodFrames(options, every(HOUR, 2_000), 0)
  },
  {
    name: 'a night with one frame an hour, then a burst',
    frames: 4_010,
    bad: 0,
    make: options =>
      goodFrames(options, [
        ...every(100, 1_000),
        ...every(HOUR, 10, START + HOUR),
        ...every(10, 3_000, START + 11 * HOUR)
      ])
  },
  {
    name: 'two years in order',
    frames: 70_080,
    bad: 0,
    waiting: 8,
    make: options => goodFrames(options, every(15 * MINUTE, 70_080), 0)
  }
]

for (const { name, frames: total, bad, make, keys = [1, 3, 200], from, waiting = 0 } of streams) {
  test(`the clock passes ${name}: ${total} frames, ${bad} bad`, () => {
    for (const origin of from ?? origins) {
      for (const count of keys) {
        const bounded = origin === 'file'
        const options = { logAppendTime: origin === 'log-append', bounded }
        const frames = make({ origin, keys: count })
        const { fates } = run(frames, options)
        const good = tally(frames, fates, 'good')
        const at = `${origin}, ${count} keys`
        assert.equal(frames.length, total)
        assert.equal(good.rejected, 0, `good frames rejected: ${at}`)
        assert.ok(good.suspended <= (bounded ? 0 : waiting), `good frames suspended: ${at}`)
        assert.equal(wronglyLate(frames, fates), 0, `good frames wrongly late: ${at}`)
        assert.deepEqual(
          tally(frames, fates, 'bad'),
          { believed: 0, late: 0, suspended: 0, rejected: bad },
          at
        )
        assert.deepEqual(run(frames, { ...options, handOvers: 0.02 }).fates, fates, at)
      }
    }
  })
}

test('a first frame from 2038 whose record says 2038, too, counts, and moves nothing', () => {
  for (const origin of ['live', 'backfill'] as const) {
    for (const keys of [1, 3, 200]) {
      const frames = goodFrames({ origin, keys }, every(100, 3_000))
      spoil(frames.slice(0, 1), 2 ** 31 * SECOND - frames[0]!.t)
      frames[0]!.r = frames[0]!.t
      const { fates, newest } = run(frames)
      assert.equal(fates[0], 'believed')
      assert.deepEqual(new Set(fates.slice(1)), new Set(['believed']))
      assert.ok(newest < START + HOUR)
    }
  }
})
