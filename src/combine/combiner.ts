import { assert } from '../core/assert.ts'
import { limits } from '../core/limits.ts'
import type { Reject } from '../core/reject.ts'
import {
  BAD_TIME,
  COUNTED,
  type Columns,
  FILTERED,
  TOMBSTONE,
  TOO_LATE
} from '../extract/columns.ts'
import type { SketchKind } from '../sketch/sketch.ts'
import { BELIEVED, PartitionClock, REFUSED, SUSPENDED } from '../window/partition-clock.ts'
import type { WindowPlan } from '../window/plan.ts'
import { Accounting } from './accounting.ts'
import { TOTAL_GROUP } from './group.ts'
import { HeldRejects } from './held-rejects.ts'
import type { Mark, MarkState } from './mark.ts'
import { PaneCounter } from './pane-counter.ts'
import { PaneTable } from './pane-table.ts'
import type { Partial } from './partial.ts'
import type { SourceRange } from './source-range.ts'
import { SuspendedFrames } from './suspended-frames.ts'

/** Frames between two looks at the memory of the sketches. */
const WEIGH_EVERY = 16_384

export interface CombinerOptions {
  /** Identity of the input: a topic id or a file name. */
  readonly source: string
  readonly partition: number
  /** Partitions of the input, told to stage 2 in every mark. */
  readonly partitions: number
  readonly sketch: SketchKind
  readonly precision: number
  /** Sizes and how long they are kept: which sizes a frame counts for. */
  readonly plan: WindowPlan
  /** How far the watermark stays behind the clock, in ms. */
  readonly waitMs: number
  readonly maxJumpMs?: number
  readonly maxAheadMs?: number
  /** False when producers stamp the event time on their records: the clock then takes none as witness. */
  readonly trustRecordTime?: boolean
  /** Count all frames together too, as a group of its own. */
  readonly total?: boolean
  /** Share of the panes that get an exact shadow set. */
  readonly audit?: number
}

/** The part of the extractor that names groups; ids are valid until the next flush. */
export interface GroupNames {
  text(id: number): string
}

/** What one flush hands to stage 2. Sketches belong to the receiver. */
export interface Flush {
  readonly partials: readonly Partial[]
  readonly mark: Mark
  readonly rejects: readonly Reject[]
  /** Rejects that were counted but not kept. */
  readonly rejectsDropped: number
}

/**
 * Stage 1 for one input partition: columns in, partials and a mark out. It keeps nothing over a
 * flush but the partition's clock and the frames that it suspends, and knows no wall clock: when to
 * flush is its owner's decision.
 */
export class Combiner {
  readonly clock: PartitionClock
  /** Of the record before the position, where it is known; every mark says it. */
  leaderEpoch: number | undefined
  private readonly options: CombinerOptions
  private readonly groups: GroupNames
  private readonly panes: PaneTable
  private readonly counter: PaneCounter
  private readonly suspended: SuspendedFrames
  private readonly trustRecordTime: boolean
  private accounting = new Accounting()
  private readonly rejects: HeldRejects
  private resumedAt: number
  /** Until the first row at or after `resumedAt`. */
  private readingAgain: boolean
  /** Newest time that a record vouched for before the clock knew one. */
  private vouched = Number.NEGATIVE_INFINITY
  private suspendedNow: number
  private from: number
  private to: number
  /** Where the log was found cut: the next mark begins anew. */
  private restart: number | undefined
  private state: MarkState | undefined
  private weight = 0
  private unweighed = 0

  constructor(
    options: CombinerOptions,
    groups: GroupNames,
    position: number,
    clockState?: Uint8Array
  ) {
    const { plan, waitMs, maxJumpMs, maxAheadMs } = options
    this.options = options
    this.groups = groups
    this.clock = new PartitionClock({
      waitMs,
      ...(maxJumpMs === undefined ? {} : { maxJumpMs }),
      ...(maxAheadMs === undefined ? {} : { maxAheadMs })
    })
    if (clockState) this.clock.restore(clockState, position)
    const offsets = this.clock.suspendedOffsets()
    this.suspended = new SuspendedFrames(offsets)
    this.suspendedNow = offsets.length
    this.trustRecordTime = options.trustRecordTime ?? true
    const { sketch, precision, audit = 0 } = options
    const paneOptions = { sketch, precision, fullMask: plan.mask, audit }
    this.panes = new PaneTable(paneOptions, id => (id < 0 ? TOTAL_GROUP : groups.text(id)))
    this.counter = new PaneCounter(this.panes, plan, options.total ?? false)
    this.rejects = new HeldRejects(options.source, options.partition)
    this.resumedAt = position
    this.readingAgain = offsets.length > 0
    this.from = position
    this.to = position
  }

  /** Offset of the next frame: what lies before it is in a flush, or will be in the next one. */
  get position(): number {
    return this.to
  }

  /** Where reading begins: before `position` when suspended frames have to be read again. */
  get readFrom(): number {
    return this.suspended.firstAwaited ?? this.resumedAt
  }

  /** What became of the frames since the last flush. */
  get pending(): Accounting {
    return this.accounting
  }

  /** True when the tables are full enough that a flush should not wait for its time. */
  get full(): boolean {
    return this.panes.size >= limits.panesPerFlushMax || this.rejects.full
  }

  /** Frames that wait for their neighbours to decide. */
  get suspendedCount(): number {
    return this.suspendedNow
  }

  /** Share of late ones among the last few thousand frames, when it is suspiciously large. */
  get lateShare(): number | undefined {
    return this.counter.lateShare
  }

  /** Bytes held by the sketches of this flush, as of a few thousand frames ago. */
  get memoryBytes(): number {
    if (this.unweighed >= WEIGH_EVERY) {
      this.weight = this.panes.memoryBytes
      this.unweighed = 0
    }
    return this.weight
  }

  /** Takes extracted frames; `bytes` is the chunk their spans point into. */
  take(columns: Columns, bytes: Uint8Array): void {
    const { count } = columns
    const { clock, counter, accounting, trustRecordTime } = this
    const first = this.takeAgain(columns, bytes)
    let row = first
    while (row < count) {
      const next = clock.observeRows(columns, trustRecordTime, row, count)
      if (next > row) counter.countRows(columns, row, next, accounting)
      if (next < count) this.takeRow(columns, next, bytes)
      row = next + 1
    }
    accounting.read += count - first
    this.unweighed += count
  }

  /** The input is over: nothing follows that could decide what is still suspended. */
  end(): void {
    this.clock.end()
    this.settle()
  }

  /** Everything before `position` was taken; by batch headers, so control records count. */
  advance(position: number): void {
    if (position > this.to) this.to = position
  }

  /**
   * What lies before `at` is gone from the log: it counts as lost, and reading goes on at `at`. Where that
   * is before the position, only suspended frames may be missing.
   */
  skipTo(at: number): void {
    const lost = Math.max(0, at - this.to)
    this.accounting.read += lost
    this.accounting.lost += lost
    this.advance(at)
  }

  /**
   * The log was cut at `at`, before the position: from there on it holds other frames now. Everything must be
   * flushed; the next flush is the mark that restarts the source, and must be one before reading goes on.
   */
  cutTo(at: number): void {
    assert(this.from === this.to && this.panes.size === 0, 'a cut log is told by a mark alone')
    for (const offset of this.clock.forgetFrom(at)) {
      this.suspended.forget(offset)
      this.accounting.suspended--
      this.suspendedNow--
      this.accounting.lost++
    }
    this.restart ??= this.to
    this.from = at
    this.to = at
    this.resumedAt = at
    this.readingAgain = this.suspended.firstAwaited !== undefined
    this.leaderEpoch = undefined
  }

  /** True when a flush would say something new. */
  hasNews(state: MarkState): boolean {
    return (
      this.to > this.from ||
      this.restart !== undefined ||
      state !== this.state ||
      this.panes.size > 0 ||
      this.accounting.suspended !== 0
    )
  }

  /** Hands over everything since the last flush and forgets it. */
  flush(state: MarkState): Flush {
    const { source, partition, partitions } = this.options
    const range: SourceRange = { source, partition, from: this.from, to: this.to }
    const partials = this.panes.drain().map(pane => ({ range, ...pane }))
    const { accounting, clock, leaderEpoch, restart } = this
    const clockState = clock.serialize(this.to)
    this.accounting = new Accounting()
    this.weight = 0
    this.from = this.to
    this.restart = undefined
    this.state = state
    const { newest } = clock
    const vouched = newest === Number.NEGATIVE_INFINITY ? this.vouched : Number.NEGATIVE_INFINITY
    const mark: Mark = {
      range,
      partitions,
      state,
      clock: newest,
      vouched,
      clockState,
      accounting,
      ...(leaderEpoch === undefined ? {} : { leaderEpoch }),
      ...(restart === undefined ? {} : { restart })
    }
    return { partials, mark, ...this.rejects.drain() }
  }

  /**
   * Before the position only frames are looked at that were suspended when the partition changed
   * hands: the clock has seen them, and they are in the accounting. Returns the first row to take.
   */
  private takeAgain(columns: Columns, bytes: Uint8Array): number {
    if (!this.readingAgain) return 0
    const { count, offset, verdict } = columns
    let row = 0
    for (; row < count && offset[row]! < this.resumedAt; row++) {
      const isFrame = verdict[row] === COUNTED || verdict[row] === FILTERED
      if (this.suspended.wants(offset[row]!) && isFrame) this.hold(columns, row, bytes)
    }
    if (row < count) {
      this.readingAgain = false
      this.suspended.passed()
    }
    return row
  }

  /** A row that is not as most are. */
  private takeRow(columns: Columns, row: number, bytes: Uint8Array): void {
    const { clock, accounting } = this
    const code = columns.verdict[row]!
    const time = columns.time[row]!
    // A filtered frame says as much about the partition's clock as any other.
    if (code !== COUNTED && (code !== FILTERED || Number.isNaN(time))) {
      if (code === TOMBSTONE || code === FILTERED) accounting.byVerdict[code]!++
      else this.reject(columns, row, bytes, code)
      return
    }
    const belief = clock.observe(
      time,
      this.trustRecordTime ? columns.recordTime[row]! : Number.NaN,
      this.trustRecordTime && columns.logAppendTime,
      columns.h1lo[row]!,
      columns.offset[row]!
    )
    if (belief === SUSPENDED) this.suspend(columns, row, bytes)
    else if (code === FILTERED) accounting.byVerdict[FILTERED]!++
    else if (belief === REFUSED) this.reject(columns, row, bytes, BAD_TIME)
    else if (belief === BELIEVED) this.counter.countRows(columns, row, row + 1, accounting)
    else if (!this.counter.countLate(columns, row, clock.watermarkBefore, accounting))
      this.reject(columns, row, bytes, TOO_LATE)
    if (clock.decided > 0) this.settle()
    if (!clock.known) this.vouch(columns, row, belief)
  }

  /** Without a clock nothing but a record's own time can bring an idle partition's windows to their end. */
  private vouch(columns: Columns, row: number, belief: number): void {
    if (belief !== BELIEVED) return
    const time = Math.min(columns.time[row]!, columns.recordTime[row]!)
    if (time > this.vouched) this.vouched = time
  }

  private suspend(columns: Columns, row: number, bytes: Uint8Array): void {
    this.accounting.suspended++
    this.suspendedNow++
    this.hold(columns, row, bytes)
  }

  private hold(columns: Columns, row: number, bytes: Uint8Array): void {
    this.suspended.hold(columns, row, bytes, this.groups.text(columns.group[row]!))
  }

  /** Counts or refuses the suspended frames that the clock has decided. */
  private settle(): void {
    const { decided, decidedOffset, decidedBelieved } = this.clock
    const { accounting } = this
    for (let i = 0; i < decided; i++) {
      accounting.suspended--
      this.suspendedNow--
      const frame = this.suspended.take(decidedOffset[i]!)
      if (frame === undefined) accounting.lost++
      else if (frame.filtered) accounting.byVerdict[FILTERED]!++
      else if (decidedBelieved[i] === 1) this.counter.countSuspended(frame, accounting)
      else this.keepReject(frame.offset, BAD_TIME, frame.bytes)
    }
  }

  private reject(columns: Columns, row: number, bytes: Uint8Array, code: number): void {
    const frame = bytes.subarray(columns.start[row]!, columns.end[row]!)
    this.keepReject(columns.offset[row]!, code, frame)
  }

  /** Counted it is in any case, kept while there is room. */
  private keepReject(offset: number, code: number, frame: Uint8Array): void {
    this.accounting.byVerdict[code]!++
    this.rejects.keep(offset, code, frame)
  }
}
