import type { Arena } from '../core/arena.ts'
import type { Columns } from './columns.ts'
import {
  type ExtractOptions,
  type Extractor,
  type ExtractorBounds,
  RECORD_TIME,
  type Records
} from './extractor.ts'
import { keyFields } from './field-roles.ts'
import type { GroupIds } from './group-ids.ts'
import { KernelGroups } from './kernel-groups.ts'
import { INPUT_AT } from './kernel-layout.ts'
import {
  APPEND_TIME,
  BASE_OFFSET,
  BASE_TIME,
  FROM_OFFSET,
  HAS_APPEND_TIME,
  KernelMemory,
  LEFT,
  LINE,
  ROWS,
  SLOW_COUNT,
  STUCK
} from './kernel-memory.ts'
import type { KernelPlan } from './kernel-plan.ts'
import { PlainExtractor } from './plain-extractor.ts'
import { SlowShare } from './slow-share.ts'

/**
 * The extractor in WASM with SIMD, one call a chunk. It judges the frames that are as frames usually are and counts
 * them; all others it leaves to the plain twin, on the same columns, so that the verdict on anything odd is
 * the twin's. docs/design/0015-extraction-kernel.md says what counts as usual.
 */
export class KernelExtractor implements Extractor {
  readonly kind = 'wasm'
  readonly columns: Columns
  readonly groups: GroupIds
  readonly input: Uint8Array
  /** Rows so far that the kernel left to the twin, one by one or for a while. */
  leftRows = 0
  private readonly plain: PlainExtractor
  private readonly memory: KernelMemory
  private readonly kernelGroups: KernelGroups
  private readonly slowShare = new SlowShare()
  /** Lines have no key and no time of their own: the twin says so of each. */
  private readonly takesLines: boolean
  /** The batch whose records the kernel is at, where, and how many follow. */
  private batch: Records | undefined
  private at = 0
  private left = 0
  /** The twin is at the rest of the batch. */
  private isLeft = false
  private logAppendTime = false
  /** Up to where the kernel saw the chunk's lines. */
  private room = 0
  /** Where the chunk's position 0 is in the kernel's memory. */
  private shift = 0

  constructor(options: ExtractOptions, bounds: ExtractorBounds, plan: KernelPlan, arena?: Arena) {
    this.memory = new KernelMemory(plan, bounds, arena)
    this.columns = this.memory.columns
    this.input = this.memory.input
    this.plain = new PlainExtractor(options, bounds, this.columns)
    this.groups = this.plain.groups
    this.kernelGroups = new KernelGroups(this.memory, this.groups)
    this.takesLines = keyFields(options).length > 0 && options.time !== RECORD_TIME
  }

  get nextLine(): number {
    return this.plain.nextLine
  }

  set nextLine(line: number) {
    this.plain.nextLine = line
  }

  lines(bytes: Uint8Array, start: number, end: number, last: boolean): number {
    const { columns, plain, slowShare } = this
    columns.count = 0
    columns.logAppendTime = false
    let at = start
    while (this.takesLines && !slowShare.isHigh) {
      const next = this.wholeLines(bytes, at, end)
      if (next === at) break
      at = next
      if (at === end || columns.count === columns.capacity) return at
      // There is no line feed in what is left.
      if (this.room === end && !last && plain.holdBack(end - at)) return at
    }
    // What is left: a line without its end, or one that the kernel has no room for.
    const rows = columns.count
    const next = plain.moreLines(bytes, at, end, last)
    this.leftRows += columns.count - rows
    slowShare.passed(columns.count - rows)
    return next
  }

  beginRecords(batch: Records): void {
    this.at = batch.start
    this.left = batch.count
    this.logAppendTime = batch.logAppendTime
    this.batch = batch
    this.isLeft = false
    if (!this.slowShare.isHigh) return
    this.slowShare.passed(batch.count)
    this.leaveRecords(batch)
  }

  records(): boolean {
    const { columns } = this
    columns.count = 0
    columns.logAppendTime = this.logAppendTime
    while (this.batch !== undefined && columns.count < columns.capacity) {
      this.wholeRecords(this.batch)
    }
    if (this.isLeft && columns.count < columns.capacity) {
      const rows = columns.count
      this.plain.moreRecords()
      this.leftRows += columns.count - rows
    }
    return columns.count > 0
  }

  fieldNames(bytes: Uint8Array, start: number, end: number): string[] {
    return this.plain.fieldNames(bytes, start, end)
  }

  /** Takes whole lines, as many as there is room for; the position after the last one. */
  private wholeLines(bytes: Uint8Array, at: number, end: number): number {
    const { plain, memory } = this
    const searched = plain.unfinished
    if (searched === undefined || searched >= this.input.length) return at
    const room = this.bring(bytes, at, end)
    if (searched >= room - at) return at
    this.room = room
    const { shift } = this
    const first = this.begin()
    memory.numbers[LINE] = plain.nextLine
    const next =
      memory.exports.lines(at + shift, at + shift + searched, room + shift, shift) - shift
    if (next === at) return at
    plain.passLines(memory.numbers[LINE]!)
    this.finish(bytes, first, false)
    return next
  }

  private wholeRecords(batch: Records): void {
    const { memory } = this
    const { words, numbers } = memory
    const room = this.bring(batch.bytes, this.at, batch.end)
    const { shift } = this
    const first = this.begin()
    words[LEFT] = this.left
    words[HAS_APPEND_TIME] = batch.logAppendTime ? 1 : 0
    numbers[APPEND_TIME] = batch.maxTime
    numbers[BASE_TIME] = batch.baseTime
    numbers[BASE_OFFSET] = batch.baseOffset
    numbers[FROM_OFFSET] = batch.fromOffset
    const next = memory.exports.records(this.at + shift, room + shift, shift) - shift
    const cut = words[STUCK] === 1 && next > this.at && room < batch.end
    this.at = next
    this.left = words[LEFT]!
    if (this.left === 0 && next === batch.end) this.batch = undefined
    // The twin says what is wrong with a record, and reads one that the kernel has no room for.
    else if (this.left <= 0 || (words[STUCK] === 1 && !cut)) this.leaveRecords(batch)
    this.finish(batch.bytes, first, true)
  }

  /** The twin goes on with the batch. */
  private leaveRecords(batch: Records): void {
    this.plain.passRecords(batch, this.at, this.left)
    this.batch = undefined
    this.isLeft = true
  }

  /** Sees to it that the chunk's bytes from `at` on are in the kernel's memory; up to which position. */
  private bring(bytes: Uint8Array, at: number, end: number): number {
    const { input } = this
    if (bytes.buffer === input.buffer) {
      this.shift = bytes.byteOffset
      return end
    }
    const room = Math.min(end, at + input.length)
    input.set(bytes.subarray(at, room))
    this.shift = INPUT_AT - at
    return room
  }

  private begin(): number {
    const { words } = this.memory
    this.kernelGroups.begin()
    words[ROWS] = this.columns.count
    words[SLOW_COUNT] = 0
    return this.columns.count
  }

  /** Has the twin judge what the kernel left; groups get their ids in the order of their frames. */
  private finish(bytes: Uint8Array, first: number, areRecords: boolean): void {
    const { memory, plain, kernelGroups } = this
    const { words, slow, keyStart, keyEnd } = memory
    const count = words[ROWS]!
    this.columns.count = count
    const slowCount = words[SLOW_COUNT]!
    for (let i = 0; i < slowCount; i++) {
      const row = slow[i]!
      kernelGroups.resolve(row)
      if (areRecords) plain.judgeRecord(row, bytes, keyStart[row]!, keyEnd[row]!)
      else plain.judgeLine(row, bytes)
    }
    kernelGroups.finish(first, count)
    this.leftRows += slowCount
    this.slowShare.judged(count - first, slowCount)
  }
}
