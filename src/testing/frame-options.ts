/** `small` ≈ 90 B, `challenge` ≈ 2.1 kB, `mixed` from 90 B to 3 kB. */
export type FrameShape = 'small' | 'challenge' | 'mixed'

/** What the generator makes. The same options give the same bytes, on every machine and forever. */
export interface FrameOptions {
  /** Lines, broken ones included. */
  readonly frames: number
  /** Different users, 1 … 2^32; every frame draws one of them evenly. */
  readonly users: number
  readonly seed: number
  /** Event time of the first frame, ms since the epoch, from 1980 on. */
  readonly startMs: number
  /** Frames per second of event time. */
  readonly framesPerSecond: number
  /** What the `ts` field counts. */
  readonly timeUnit: 's' | 'ms'
  readonly shape: FrameShape
  /** Bytes of a frame, instead of those of the shape: 90 … 3072. */
  readonly frameBytes?: number
  /** Different values of the `country` field, each user has one; 0 leaves the field out. */
  readonly groups: number
  /** Share of frames whose event time lies up to `lateMaxMs` behind its place. */
  readonly lateShare: number
  readonly lateMaxMs: number
  /** Share of frames with one bit of their event time in seconds flipped. */
  readonly bitflipShare: number
  /** Share of lines that cannot be counted. */
  readonly brokenShare: number
  /** Keep the true counts. */
  readonly truth: boolean
}

export const frameDefaults: FrameOptions = Object.freeze({
  frames: 100_000,
  users: 10_000,
  seed: 1,
  startMs: Date.UTC(2016, 6, 11, 13),
  framesPerSecond: 1_000,
  timeUnit: 's',
  shape: 'mixed',
  groups: 0,
  lateShare: 0,
  lateMaxMs: 10_000,
  bitflipShare: 0,
  brokenShare: 0,
  truth: false
})

export const FRAME_BYTES_MIN = 90
export const FRAME_BYTES_MAX = 3_072
export const START_MS_MIN: number = Date.UTC(1980)
