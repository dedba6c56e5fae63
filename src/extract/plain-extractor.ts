import { Buffer } from 'node:buffer'
import { limits } from '../core/limits.ts'
import { CONFLUENT_FRAMING, COUNTED, Columns, FILTERED, TOMBSTONE, TOO_LONG } from './columns.ts'
import {
  type ExtractOptions,
  type Extractor,
  type ExtractorBounds,
  RECORD_TIME,
  type Records
} from './extractor.ts'
import { fieldNames } from './field-names.ts'
import { keyFields } from './field-roles.ts'
import { FieldScanner } from './field-scanner.ts'
import { afterBom, NO_FRAME, valueFrame } from './frame-start.ts'
import { GroupIds } from './group-ids.ts'
import { spaceEnd } from './json-walk.ts'
import { NULL, RecordWalker } from './record-walker.ts'

const NEWLINE = 0x0a
const RETURN = 0x0d

/**
 * The extractor in plain TypeScript: the readable twin of every kernel, their oracle, and what runs
 * where no kernel can. A kernel shares its columns with one and leaves frames and records to it.
 */
export class PlainExtractor implements Extractor {
  readonly kind = 'plain'
  readonly input = undefined
  readonly columns: Columns
  readonly groups: GroupIds
  private readonly scanner: FieldScanner
  private readonly walker = new RecordWalker()
  private readonly frameBytesMax: number
  private readonly keyOfRecord: boolean
  private readonly timeOfRecord: boolean
  private logAppendTime = false
  private line = 0
  /** Bytes of the unfinished line that are known to hold no newline. */
  private searched = 0
  /** The rest of a line that was too long is being passed over. */
  private skipping = false

  constructor(
    options: ExtractOptions,
    bounds: Partial<ExtractorBounds> = {},
    columns: Columns = new Columns(bounds.columnFrames ?? limits.columnFramesMax)
  ) {
    this.columns = columns
    this.frameBytesMax = bounds.frameBytes ?? limits.frameBytesMax
    this.groups = new GroupIds(options.groupPartitions ?? 1, (options.by?.length ?? 0) === 0)
    this.scanner = new FieldScanner(options, this.groups)
    this.keyOfRecord = keyFields(options).length === 0
    this.timeOfRecord = options.time === RECORD_TIME
  }

  get nextLine(): number {
    return this.line
  }

  set nextLine(line: number) {
    this.line = line
    this.searched = 0
    this.skipping = false
  }

  lines(bytes: Uint8Array, start: number, end: number, last: boolean): number {
    this.columns.count = 0
    this.columns.logAppendTime = false
    return this.moreLines(bytes, start, end, last)
  }

  /** `lines` behind the rows that are there already. */
  moreLines(bytes: Uint8Array, start: number, end: number, last: boolean): number {
    const columns = this.columns
    // Buffer's search is seven times as fast as Uint8Array's; one view a call, ending at `end`.
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, end)
    let at = start
    let from = start + this.searched
    this.searched = 0
    while (at < end && columns.count < columns.capacity) {
      const newline = text.indexOf(NEWLINE, from)
      const lineEnd = newline === -1 ? end : newline
      const next = newline === -1 ? end : newline + 1
      if (this.skipping) {
        this.skipping = newline === -1
      } else if (newline !== -1 || last) {
        this.takeLine(text, at, lineEnd)
      } else if (this.isTooLong(text, at, end)) {
        this.takeLine(text, at, end)
        this.skipping = true
      } else {
        this.searched = end - at
        return at
      }
      at = next
      from = next
    }
    if (last && at === end) this.skipping = false
    return at
  }

  beginRecords(batch: Records): void {
    this.walker.begin(batch)
    this.logAppendTime = batch.logAppendTime
  }

  records(): boolean {
    this.columns.count = 0
    this.columns.logAppendTime = this.logAppendTime
    return this.moreRecords()
  }

  /** `records` behind the rows that are there already. */
  moreRecords(): boolean {
    const columns = this.columns
    const walker = this.walker
    while (columns.count < columns.capacity && walker.next()) {
      const row = columns.count++
      columns.offset[row] = walker.offset
      columns.recordTime[row] = walker.time
      columns.start[row] = walker.valueStart
      columns.end[row] = walker.valueEnd
      if (walker.valueStart === NULL) {
        columns.start[row] = walker.valueEnd
        columns.verdict[row] = TOMBSTONE
      } else {
        columns.verdict[row] = this.takeValue(row, walker.bytes, walker.keyStart, walker.keyEnd)
      }
    }
    return columns.count > 0
  }

  /** Bytes of the next call that hold no newline; undefined while a line that was too long is passed over. */
  get unfinished(): number | undefined {
    return this.skipping ? undefined : this.searched
  }

  /** A kernel has taken the lines in front of number `line`. */
  passLines(line: number): void {
    this.nextLine = line
  }

  /**
   * The next line has no end in the `bytes` that are there of it: true when that many may be held back for the
   * next call.
   */
  holdBack(bytes: number): boolean {
    if (bytes > this.frameBytesMax) return false
    this.searched = bytes
    return true
  }

  /** A kernel has taken the records of the batch in front of position `at`; `left` of them follow. */
  passRecords(batch: Records, at: number, left: number): void {
    this.walker.begin(batch, at, left)
  }

  /** Judges the frame whose span is in row `row`. */
  judgeLine(row: number, bytes: Uint8Array): void {
    const { columns } = this
    columns.verdict[row] = this.takeFrame(row, bytes, columns.start[row]!, columns.end[row]!)
  }

  /** Judges the record whose value and time are in row `row`; a key that starts at `NULL` is none. */
  judgeRecord(row: number, bytes: Uint8Array, keyStart: number, keyEnd: number): void {
    this.columns.verdict[row] = this.takeValue(row, bytes, keyStart, keyEnd)
  }

  fieldNames(bytes: Uint8Array, start: number, end: number): string[] {
    const from = valueFrame(bytes, start, end)
    return from === NO_FRAME ? [] : fieldNames(bytes, from, end)
  }

  /** `bytes[start, end)` is more than the longest frame with its carriage return. */
  private isTooLong(bytes: Uint8Array, start: number, end: number): boolean {
    return end - afterBom(bytes, start, end) > this.frameBytesMax + 1
  }

  private takeLine(bytes: Uint8Array, start: number, end: number): void {
    const columns = this.columns
    const line = this.line++
    const from = afterBom(bytes, start, end)
    const to = end > from && bytes[end - 1] === RETURN ? end - 1 : end
    const tooLong = to - from > this.frameBytesMax
    if (!tooLong && spaceEnd(bytes, from, to) === to) return
    const row = columns.count++
    columns.offset[row] = line
    columns.recordTime[row] = Number.NaN
    columns.start[row] = from
    columns.end[row] = tooLong ? from + this.frameBytesMax : to
    if (this.keyOfRecord) this.scanner.key.lack()
    if (this.timeOfRecord) this.scanner.time.lack()
    columns.verdict[row] = tooLong ? TOO_LONG : this.takeFrame(row, bytes, from, to)
  }

  private takeValue(row: number, bytes: Uint8Array, keyStart: number, keyEnd: number): number {
    const { scanner, columns } = this
    const valueStart = columns.start[row]!
    const valueEnd = columns.end[row]!
    if (valueEnd - valueStart > this.frameBytesMax) {
      columns.end[row] = valueStart + this.frameBytesMax
      return TOO_LONG
    }
    if (this.keyOfRecord) {
      if (keyStart === NULL) scanner.key.lack()
      else scanner.key.use(bytes, keyStart, keyEnd)
    }
    if (this.timeOfRecord) {
      const time = columns.recordTime[row]!
      if (Number.isNaN(time)) scanner.time.lack()
      else scanner.time.use(time)
    }
    // A value of which nothing is wanted may hold anything.
    if (scanner.isIdle) return this.takeFrame(row, bytes, 0, 0)
    const from = valueFrame(bytes, valueStart, valueEnd)
    return from === NO_FRAME ? CONFLUENT_FRAMING : this.takeFrame(row, bytes, from, valueEnd)
  }

  private takeFrame(row: number, bytes: Uint8Array, start: number, end: number): number {
    const verdict = this.scanner.scan(bytes, start, end)
    if (verdict !== COUNTED && !this.keepsFiltered(verdict)) return verdict
    const { columns, scanner } = this
    const { hash } = scanner.key
    columns.time[row] = scanner.time.time
    columns.h1lo[row] = hash[0]!
    columns.h1hi[row] = hash[1]!
    columns.h2lo[row] = hash[2]!
    columns.h2hi[row] = hash[3]!
    columns.group[row] = scanner.group
    return verdict
  }

  /** A filtered frame has its time and hash in the columns too, for the clock, as far as it has them. */
  private keepsFiltered(verdict: number): boolean {
    if (verdict !== FILTERED) return false
    const { key, time } = this.scanner
    if (key.verdict !== COUNTED) key.hash.fill(0)
    if (time.verdict !== COUNTED) time.time = Number.NaN
    return true
  }
}
