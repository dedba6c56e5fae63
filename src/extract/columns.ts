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

/** Where columns lie in a memory, from a multiple of eight on. */
export interface ColumnsPlace {
  readonly buffer: ArrayBufferLike
  readonly at: number
  /** Rows that each has room for; a multiple of eight, unless nothing follows. */
  readonly rows: number
}

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

  /** With `place` the columns lie in a memory that is there already. */
  constructor(capacity: number, place: ColumnsPlace = placeFor(capacity)) {
    const { buffer, at, rows } = place
    const words = at + 3 * rows * 8
    const word = (index: number) => words + index * rows * 4
    this.capacity = capacity
    this.time = new Float64Array(buffer, at, capacity)
    this.recordTime = new Float64Array(buffer, at + rows * 8, capacity)
    this.offset = new Float64Array(buffer, at + rows * 16, capacity)
    this.h1lo = new Uint32Array(buffer, word(0), capacity)
    this.h1hi = new Uint32Array(buffer, word(1), capacity)
    this.h2lo = new Uint32Array(buffer, word(2), capacity)
    this.h2hi = new Uint32Array(buffer, word(3), capacity)
    this.group = new Int32Array(buffer, word(4), capacity)
    this.start = new Int32Array(buffer, word(5), capacity)
    this.end = new Int32Array(buffer, word(6), capacity)
    this.verdict = new Uint8Array(buffer, word(7), capacity)
  }

  /** Bytes that columns take. */
  static bytesFor(rows: number): number {
    return rows * ROW_BYTES
  }

  /** Copies the rows of another one behind its own; there must be room for them. */
  append(rows: Columns): void {
    const { count: at } = this
    const { count } = rows
    this.time.set(rows.time.subarray(0, count), at)
    this.recordTime.set(rows.recordTime.subarray(0, count), at)
    this.offset.set(rows.offset.subarray(0, count), at)
    this.h1lo.set(rows.h1lo.subarray(0, count), at)
    this.h1hi.set(rows.h1hi.subarray(0, count), at)
    this.h2lo.set(rows.h2lo.subarray(0, count), at)
    this.h2hi.set(rows.h2hi.subarray(0, count), at)
    this.group.set(rows.group.subarray(0, count), at)
    this.start.set(rows.start.subarray(0, count), at)
    this.end.set(rows.end.subarray(0, count), at)
    this.verdict.set(rows.verdict.subarray(0, count), at)
    this.count = at + count
  }
}

/*
 * Columns lie one behind the other, each with room for `rows`; wide ones first, so that all are aligned:
 *
 *   time | recordTime | offset  (8 B a row)  h1lo | h1hi | h2lo | h2hi | group | start | end  (4 B)  verdict  (1 B)
 */
const ROW_BYTES = 3 * 8 + 7 * 4 + 1

function placeFor(rows: number): ColumnsPlace {
  return { buffer: new ArrayBuffer(Columns.bytesFor(rows)), at: 0, rows }
}
