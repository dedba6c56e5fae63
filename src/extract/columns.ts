/**
 * What became of a frame; the names are those of the accounting and of the rejects topic, the codes
 * those of marks: both are frozen, new ones are appended.
 */
export const verdicts = [
  'counted',
  'tombstone',
  'bad-json',
  'too-long',
  'no-key',
  'bad-key',
  'no-time',
  'bad-time',
  'confluent-framing',
  'filtered',
  'too-late'
] as const

export type Verdict = (typeof verdicts)[number]

/** Codes of `verdicts`, for columns. */
export const COUNTED = 0
export const TOMBSTONE = 1
export const BAD_JSON = 2
export const TOO_LONG = 3
export const NO_KEY = 4
export const BAD_KEY = 5
export const NO_TIME = 6
export const BAD_TIME = 7
export const CONFLUENT_FRAMING = 8
/** A condition (`where`) leaves the frame out. */
export const FILTERED = 9
/** Older than everything kept. The partition's combiner says so, never an extractor. */
export const TOO_LATE = 10

/**
 * Extracted frames, one row each, in the order of their partition. Filled again and again: nothing
 * is allocated per frame. Rows that were not counted have a verdict, a span and an offset only, and
 * filtered ones also a time (NaN when it has none that can be read) and a hash (0 without a key).
 */
export class Columns {
  readonly capacity: number
  /** Rows filled. */
  count = 0
  /** Record times are those at which the broker appended the batch; false for lines. */
  logAppendTime = false
  /** `verdicts` code. */
  readonly verdict: Uint8Array
  /** Event time, whole milliseconds since the epoch. */
  readonly time: Float64Array
  /** The record's own time in ms, NaN where there is none (files, stdin, negative times). */
  readonly recordTime: Float64Array
  /** The 128-bit key hash: MurmurHash3_x64_128, h1 and h2 in halves. */
  readonly h1lo: Uint32Array
  readonly h1hi: Uint32Array
  readonly h2lo: Uint32Array
  readonly h2hi: Uint32Array
  /** Offset of the record; for lines the number of the frame, from 0. */
  readonly offset: Float64Array
  /** Id of the frame's group in the extractor's group table; 0 in every row when nothing groups. */
  readonly group: Int32Array
  /** The frame's bytes in the chunk it came from, for rejects. */
  readonly start: Int32Array
  readonly end: Int32Array

  constructor(capacity: number) {
    this.capacity = capacity
    this.verdict = new Uint8Array(capacity)
    this.time = new Float64Array(capacity)
    this.recordTime = new Float64Array(capacity)
    this.h1lo = new Uint32Array(capacity)
    this.h1hi = new Uint32Array(capacity)
    this.h2lo = new Uint32Array(capacity)
    this.h2hi = new Uint32Array(capacity)
    this.offset = new Float64Array(capacity)
    this.group = new Int32Array(capacity)
    this.start = new Int32Array(capacity)
    this.end = new Int32Array(capacity)
  }
}
