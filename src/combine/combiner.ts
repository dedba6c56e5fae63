import { limits } from '../core/limits.ts'
import { type Reject, rejectOf } from '../core/reject.ts'
import { COUNTED, type Columns, TOMBSTONE, verdicts } from '../extract/columns.ts'
import { createSketch } from '../sketch/create.ts'
import type { Sketch, SketchKind } from '../sketch/sketch.ts'
import { PartitionClock } from '../window/partition-clock.ts'
import { Accounting } from './accounting.ts'
import type { Mark, MarkState } from './mark.ts'
import type { Partial } from './partial.ts'
import type { SourceRange } from './source-range.ts'

const MINUTE = 60_000

export interface CombinerOptions {
  /** Identity of the input: a topic id or a file name. */
  readonly source: string
  readonly partition: number
  /** Partitions of the input, told to stage 2 in every mark. */
  readonly partitions: number
  readonly sketch: SketchKind
  readonly precision: number
  /** How far the watermark stays behind the newest event time, in ms. */
  readonly waitMs: number
  /** The sizes a partial counts for, as bits. */
  readonly mask: number
}

/** What one flush hands to stage 2. Sketches belong to the receiver. */
export interface Flush {
  readonly partials: readonly Partial[]
  readonly mark: Mark
  readonly rejects: readonly Reject[]
  /** Rejects that were counted but not kept. */
  readonly rejectsDropped: number
}

interface Pane {
  readonly start: number
  readonly sketch: Sketch
  frames: number
  late: number
}

/**
 * Stage 1 for one input partition: columns in, partials and a mark out. It keeps nothing over a
 * flush but the partition's clock, and knows no wall clock: when to flush is its owner's decision.
 */
export class Combiner {
  readonly clock: PartitionClock
  private readonly options: CombinerOptions
  private panes = new Map<number, Pane>()
  private accounting = new Accounting()
  private rejects: Reject[] = []
  private rejectBytes = 0
  private rejectsDropped = 0
  private from: number
  private to: number
  private state: MarkState | undefined

  constructor(options: CombinerOptions, position: number, clockState?: Uint8Array) {
    this.options = options
    this.clock = new PartitionClock(options.waitMs)
    if (clockState) this.clock.restore(clockState)
    this.from = position
    this.to = position
  }

  /** Offset of the next frame: what lies before it is in a flush, or will be in the next one. */
  get position(): number {
    return this.to
  }

  /** What became of the frames since the last flush. */
  get pending(): Accounting {
    return this.accounting
  }

  /** True when the tables are full enough that a flush should not wait for its time. */
  get full(): boolean {
    return (
      this.panes.size >= limits.panesPerFlushMax ||
      this.rejectBytes >= limits.rejectsPerFlushBytesMax
    )
  }

  /** Bytes held by the sketches of this flush. */
  get memoryBytes(): number {
    let bytes = 0
    for (const pane of this.panes.values()) bytes += pane.sketch.memoryBytes
    return bytes
  }

  /** Takes extracted frames; `bytes` is the chunk their spans point into. */
  take(columns: Columns, bytes: Uint8Array): void {
    const { count, verdict, time, h1lo, h1hi, h2lo, h2hi } = columns
    const { clock, accounting } = this
    let pane: Pane | undefined
    let paneEnd = Number.NEGATIVE_INFINITY
    for (let i = 0; i < count; i++) {
      const code = verdict[i]!
      accounting.byVerdict[code]!++
      if (code !== COUNTED) {
        if (code !== TOMBSTONE) this.reject(columns, i, bytes)
        continue
      }
      const at = time[i]!
      if (pane === undefined || at >= paneEnd || at < pane.start) {
        pane = this.pane(Math.floor(at / MINUTE) * MINUTE)
        paneEnd = pane.start + MINUTE
      }
      pane.frames++
      if (clock.observe(at)) {
        pane.late++
        accounting.late++
      }
      pane.sketch.add(h1lo[i]!, h1hi[i]!, h2lo[i]!, h2hi[i]!)
    }
  }

  /** Everything before `position` was taken; by batch headers, so control records count. */
  advance(position: number): void {
    if (position > this.to) this.to = position
  }

  /** True when a flush would say something new. */
  hasNews(state: MarkState): boolean {
    return this.to > this.from || state !== this.state
  }

  /** Hands over everything since the last flush and forgets it. */
  flush(state: MarkState): Flush {
    const { source, partition, partitions, mask } = this.options
    const range: SourceRange = { source, partition, from: this.from, to: this.to }
    const partials: Partial[] = []
    for (const { start, frames, late, sketch } of this.panes.values()) {
      partials.push({ range, start, group: 'null', mask, frames, late, sketch })
    }
    const { accounting, rejects, rejectsDropped, clock } = this
    const clockState = clock.serialize()
    this.panes = new Map()
    this.accounting = new Accounting()
    this.rejects = []
    this.rejectBytes = 0
    this.rejectsDropped = 0
    this.from = this.to
    this.state = state
    const mark: Mark = { range, partitions, state, clock: clock.newest, clockState, accounting }
    return { partials, mark, rejects, rejectsDropped }
  }

  private pane(start: number): Pane {
    let pane = this.panes.get(start)
    if (!pane) {
      const sketch = createSketch(this.options.sketch, this.options.precision)
      pane = { start, sketch, frames: 0, late: 0 }
      this.panes.set(start, pane)
    }
    return pane
  }

  /** Keeps the raw frame while there is room; counted it is in any case, and so is the lack of room. */
  private reject(columns: Columns, row: number, bytes: Uint8Array): void {
    if (this.rejectBytes >= limits.rejectsHeldBytesMax) {
      this.rejectsDropped++
      return
    }
    const frame = bytes.subarray(columns.start[row]!, columns.end[row]!)
    const reason = verdicts[columns.verdict[row]!]!
    const { source, partition } = this.options
    const reject = rejectOf(source, partition, columns.offset[row]!, reason, frame)
    this.rejects.push(reject)
    this.rejectBytes += reject.bytes.length + 64
  }
}
