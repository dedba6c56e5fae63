import type { Columns } from './columns.ts'

/** As `key`: the record's own key instead of a field. */
export const RECORD_KEY = '@key'
/** As `time`: the record's own time instead of a field. */
export const RECORD_TIME = '@timestamp'

/** Which fields are wanted, and how. */
export interface ExtractOptions {
  /** Top-level field whose distinct values are counted, or `@key` for the record's own key. */
  readonly key: string
  /** Top-level field that holds the event time, or `@timestamp` for the record's own time. */
  readonly time: string
}

/** The part of a Kafka batch the extractor walks; the shape of the source port's RecordsSpan. */
export interface Records {
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
  readonly count: number
  readonly fromOffset: number
  readonly baseOffset: number
  readonly baseTime: number
  readonly maxTime: number
  readonly logAppendTime: boolean
}

/** Bounds of one extractor; `limits.columnFramesMax` and `limits.frameBytesMax` unless given. */
export interface ExtractorBounds {
  /** Rows that one call fills at most. */
  readonly columnFrames: number
  /** A longer frame is a row `too-long`. */
  readonly frameBytes: number
}

/**
 * Bytes → columns. Two framings, one set of rules; every implementation passes the conformance
 * suite in `test/conformance/extractor.conformance.ts`.
 *
 * Both calls fill `columns` from row 0 and stop when it is full, so a caller repeats them:
 *
 *     for (let at = start; at < end; ) {
 *       const next = extractor.lines(bytes, at, end, last)
 *       take(extractor.columns); if (next === at) break; at = next
 *     }
 *
 *     extractor.beginRecords(batch)
 *     while (extractor.records()) take(extractor.columns)
 *
 * The rules, for any bytes whatever:
 * - Only top-level members count. The first of duplicates wins; what follows the second wanted field
 *   is not looked at. Names may be escaped, and are compared as bytes of UTF-8.
 * - Key: a string, or a number or boolean as its JSON text (`1` and `1.0` differ). Hashed are its
 *   bytes: of escapes what they mean, of bytes that are not UTF-8 themselves, of half a surrogate pair
 *   U+FFFD. null, missing, empty → `no-key`; object, array, longer than `keyBytesMax` → `bad-key`.
 * - Event time: a number (`epoch-time.ts` has the ranges), the same as a string, or ISO 8601
 *   (`iso-time.ts`), cut to whole ms towards the past. null, missing → `no-time`; anything else, and
 *   what is beyond ±2^47 ms → `bad-time`.
 * - `bad-json`: no object, or damaged before both fields were found (`field-scanner.ts` says how far
 *   that is checked). It comes before the key's verdicts, and these before those of the time.
 * - A byte order mark before a frame is passed over.
 */
export interface Extractor {
  readonly columns: Columns
  /**
   * Newline-delimited frames in `bytes[start, end)`. Returns the position after the last frame
   * taken; an unfinished one at the end is left unless `last`, and must come first in the next call.
   * Frames are numbered on from `nextLine`; blank lines are numbered too but give no row. CRLF is a
   * newline.
   *
   * A frame that is too long gives its row as soon as that is certain, so a caller never holds
   * more of an unfinished frame than `frameBytes` and one read. Its span is its first `frameBytes` bytes. The rest
   * is consumed by this call and the next ones, up to its newline, without another row.
   */
  lines(bytes: Uint8Array, start: number, end: number, last: boolean): number
  /** Number of the next line, from 0. Setting it begins a new input, or resumes one at that line. */
  nextLine: number
  /**
   * Begins a batch of records; `records()` then fills columns until it returns false. The value of a
   * record is one frame: null → `tombstone`. Confluent's framing (0x00 and a schema id) is passed
   * over when an object follows, else `confluent-framing`. A value of which nothing is wanted
   * (`@key` with `@timestamp`) is not looked at. The span is the whole value.
   */
  beginRecords(batch: Records): void
  /**
   * Fills `columns` with the next records of the batch; false when there were none left. Throws
   * `format-damaged` when a record leaves its bounds; `columns` then holds those before it.
   */
  records(): boolean
  /** Names of the top-level fields of one frame, at most 50, for the message about a wrong `--key`. */
  fieldNames(bytes: Uint8Array, start: number, end: number): string[]
}
