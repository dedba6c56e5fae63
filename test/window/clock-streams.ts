import { Random } from '../../src/core/random.ts'

export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
export const START = Date.UTC(2024, 2, 5, 9)

/** Where the frames come from, which decides their record times. */
export type Origin = 'file' | 'live' | 'log-append' | 'backfill'
export const origins: readonly Origin[] = ['file', 'live', 'log-append', 'backfill']

export interface StreamFrame {
  /** Event time as the frame says it. */
  t: number
  /** Record time, NaN in files. */
  r: number
  key: number
  /** Slight: its time is wrong by too little to tell. */
  kind: 'good' | 'slight' | 'bad'
}

export interface StreamOptions {
  readonly origin: Origin
  readonly keys: number
}

/** Frames whose clocks are right, sent at `times`, up to 2 s after their event. */
export function goodFrames(
  { origin, keys }: StreamOptions,
  times: readonly number[],
  delay = 2 * SECOND
): StreamFrame[] {
  const random = new Random(1_000 + keys)
  // A backfill is loaded long after the last event, in a short time.
  const loaded = times.at(-1)! + 500 * DAY
  return times.map((now, i) => {
    const r = { file: Number.NaN, live: now, 'log-append': now + 20, backfill: loaded + i }[origin]
    return { t: now - random.below(delay + 1), r, key: random.below(keys), kind: 'good' }
  })
}

/** `count` moments, `step` ms apart, from `start` on. */
export function every(step: number, count: number, start = START): number[] {
  return Array.from({ length: count }, (_, i) => start + i * step)
}

/** Makes frames wrong by `by` ms. */
export function spoil(frames: readonly StreamFrame[], by: number): void {
  for (const frame of frames) {
    frame.t += by
    frame.kind = 'bad'
  }
}

/** Makes `count` frames from the 1,000th on wrong by 400 days, all of one device. */
export function spoilOneDevice(frames: StreamFrame[], count: number): StreamFrame[] {
  const bad = frames.slice(1_000, 1_000 + count)
  for (const frame of bad) frame.key = 0
  spoil(bad, 400 * DAY)
  return frames
}

/** Picks a share of the frames, but for the last hundred. */
export function share(frames: readonly StreamFrame[], part: number): StreamFrame[] {
  const random = new Random(5)
  return frames.slice(0, -100).filter(() => random.real() < part)
}
