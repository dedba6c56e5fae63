import type { KeyType } from '../core/key-types.ts'
import type { Columns } from './columns.ts'

/** As `key`: the record's own key instead of a field. */
export const RECORD_KEY = '@key'
/** As `time`: the record's own time instead of a field. */
export const RECORD_TIME = '@timestamp'

/** A frame is taken only when the field's text is this value (`where`). */
export interface Condition {
  readonly field: string
  readonly value: string
}

/**
 * Which fields are wanted, and how. A field is a top-level member, or one below an object at the top
 * level: `user.id` (`field-path.ts` has the spelling). In the plain extractor one below costs about
 * 0.1 µs a frame more than one on top, `by` with two fields about 0.2 µs; a frame that lacks a field is
 * read to its end, which is what costs (1 to 2 ns a byte, in the kernel about half a ns).
 */
export interface ExtractOptions {
  /**
   * Field whose distinct values are counted, up to four of them whose combinations are, or `@key` for
   * the record's own key.
   */
  readonly key: string | readonly string[]
  /** Field that holds the event time, or `@timestamp` for the record's own time. */
  readonly time: string
  /** What a single key is hashed as; utf8 unless given. A composite key is always utf8. */
  readonly keyType?: KeyType
  /** Up to four fields whose values make the frame's group. */
  readonly by?: readonly string[]
  /** Up to eight conditions that must all hold. */
  readonly where?: readonly Condition[]
  /** What a time without a zone means: local ms since 1970 to the instant; UTC unless given. */
  readonly localTime?: (local: number) => number
  /** Partitions that groups are spread over; 1 unless given. */
  readonly groupPartitions?: number
}

/**
 * The groups seen since the last `clear`, by id from 0 in the order of their first frame. One call of
 * the extractor adds at most one a row, so at most 256 B a row.
 */
export interface GroupTable {
  readonly size: number
  /** The group's frozen bytes (event time, §5): `["CH",7,null]`, `{"other":3}`, `null` without `by`. */
  text(id: number): string
  /** The partition that the group belongs to, as Kafka's Java client would choose it. */
  partition(id: number): number
  /** True for `{"other":N}`: the values are too long, or objects or arrays, and were not told apart. */
  isOther(id: number): boolean
  /** Forgets all groups: ids start again, those in filled columns mean nothing any more. */
  clear(): void
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

export type ExtractorKind = 'wasm' | 'plain'

/** Bounds of one extractor; `limits.columnFramesMax` and `limits.frameBytesMax` unless given. */
export interface ExtractorBounds {
  /** Rows that one call fills at most. */
  readonly columnFrames: number
  /** A longer frame is a row `too-long`. */
  readonly frameBytes: number
  /** Room for frames in the kernel's memory; 256 KiB unless given. Longer frames are left to the plain twin. */
  readonly inputBytes: number
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
 * - Only members on the top level count, and those of an object there for a field below it. The first of
 *   duplicates wins, on both levels; what follows the last wanted field is not looked at. Names may be
 *   escaped, and are compared as bytes of UTF-8.
 * - Key: a string, or a number or boolean as its JSON text (`1` and `1.0` differ). Hashed are its
 *   bytes: of escapes what they mean, of bytes that are not UTF-8 themselves, of half a surrogate pair
 *   U+FFFD. null, missing, empty → `no-key`; object, array, longer than `keyBytesMax`, not of its
 *   type → `bad-key`. Several fields are hashed as an array (docs/formats/groups.md).
 * - Conditions: a frame that one leaves out is `filtered`, and then only its key and time are wanted.
 * - Group: the values of `by` (docs/formats/groups.md); only frames that are counted have one.
 * - Event time: a number (`epoch-time.ts` has the ranges), the same as a string, or ISO 8601
 *   (`iso-time.ts`), cut to whole ms towards the past. null, missing → `no-time`; anything else, and
 *   what is beyond ±2^47 ms → `bad-time`.
 * - `bad-json`: no object, or damaged before all wanted fields were found (docs/formats/frames.md says how
 *   far that is checked). It comes before `filtered`, this before the key's verdicts, and these before
 *   those of the time.
 * - A byte order mark before a frame is passed over.
 */
export interface Extractor {
  readonly kind: ExtractorKind
  readonly columns: Columns
  /**
   * Where bytes may lie that a kernel reads without copying them: a source that has room of its own can
   * take this instead. Undefined in the plain extractor.
   */
  readonly input: Uint8Array | undefined
  readonly groups: GroupTable
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
