import type { Columns } from './columns.ts'

/** Which fields are wanted, and how. */
export interface ExtractOptions {
  /** Top-level field whose distinct values are counted. */
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
 */
export interface Extractor {
  readonly columns: Columns
  /**
   * Newline-delimited frames in `bytes[start, end)`. Returns the position after the last frame
   * taken; an unfinished one at the end is left unless `last`. Frames are numbered on from
   * `nextLine`, blank lines count as lines but give no row.
   */
  lines(bytes: Uint8Array, start: number, end: number, last: boolean): number
  /** Number of the next line, from 0; set it to resume. */
  nextLine: number
  /** Begins a batch of records; `records()` then fills columns until it returns false. */
  beginRecords(batch: Records): void
  /** Fills `columns` with the next records of the batch; false when there were none left. */
  records(): boolean
  /** Names of the top-level fields of one frame, for the message about a wrong `--key`. */
  fieldNames(bytes: Uint8Array, start: number, end: number): string[]
}
