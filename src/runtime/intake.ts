import type { Combiner, GroupNames } from '../combine/combiner.ts'
import type { MarkState } from '../combine/mark.ts'
import { limits } from '../core/limits.ts'
import type { Columns } from '../extract/columns.ts'
import type { Extractor, GroupTable } from '../extract/extractor.ts'
import { MOMENT_MS } from '../merge/watermark.ts'
import type { InputLoss } from '../port/input-loss.ts'
import type { Progress, RecordsSpan, Taker } from '../port/source.ts'

const IDLE_AFTER_MS = 30_000

/** Where one input partition stands, as its reader sees it. */
interface Standing {
  atEnd: boolean
  end: number
  /** Wall clock of the last frame; −Infinity when there was none since the start. */
  cameAt: number
  /** Wall clock of the last time at the end; −Infinity when it was not there since the start. */
  endedAt: number
  /** Not read now: it is too far ahead of the others. */
  held: boolean
  /** Its log has answered. */
  heard: boolean
}

/** Groups by their ids, which are forgotten at every flush. */
export type IntakeGroups = Pick<GroupTable, 'size' | 'text' | 'clear'>

/**
 * The door from a source into stage 1: bytes to columns to the partition's combiner, in one
 * synchronous call per chunk.
 */
export class Intake implements Taker {
  readonly combiners: Map<number, Combiner> = new Map()
  private readonly extractor: Extractor
  private readonly groupTable: IntakeGroups
  /** Offsets at which reading ends; what lies behind is left for the next run. */
  private readonly ends: ReadonlyMap<number, number>
  private readonly standings = new Map<number, Standing>()
  private readonly losses = new Map<number, InputLoss>()
  private readonly nowMs: () => number
  private readonly onColumns: (bytes: Uint8Array, columns: Columns) => void

  constructor(
    extractor: Extractor,
    combiners: ReadonlyMap<number, Combiner>,
    ends: ReadonlyMap<number, number>,
    nowMs: () => number,
    onColumns: (bytes: Uint8Array, columns: Columns) => void,
    groups: IntakeGroups = extractor.groups
  ) {
    this.extractor = extractor
    this.groupTable = groups
    this.ends = ends
    this.nowMs = nowMs
    this.onColumns = onColumns
    for (const [partition, combiner] of combiners) this.add(partition, combiner)
  }

  get room(): Uint8Array | undefined {
    return this.extractor.input
  }

  /** Group names of all combiners: ids are valid until the next `flushed`. */
  get groups(): GroupNames {
    return this.groupTable
  }

  /** A partition is ours from now on. */
  add(partition: number, combiner: Combiner): void {
    this.combiners.set(partition, combiner)
    // Lines are one partition; where records come the extractor does not count.
    this.extractor.nextLine = combiner.readFrom
    this.standings.set(partition, {
      atEnd: false,
      end: -1,
      cameAt: Number.NEGATIVE_INFINITY,
      endedAt: Number.NEGATIVE_INFINITY,
      held: false,
      heard: false
    })
  }

  /** It is not ours any more: what was not flushed is forgotten, its next owner reads it again. */
  remove(partition: number): void {
    this.combiners.delete(partition)
    this.standings.delete(partition)
    this.losses.delete(partition)
  }

  lines(partition: number, bytes: Uint8Array, start: number, end: number, last: boolean): number {
    const combiner = this.combiners.get(partition)!
    let at = start
    while (at < end) {
      const next = this.extractor.lines(bytes, at, end, last)
      this.hand(partition, combiner, this.extractor.columns, bytes)
      combiner.advance(this.extractor.nextLine)
      if (next === at) break
      at = next
    }
    return at - start
  }

  nextLine(): number {
    return this.extractor.nextLine
  }

  /** Lines up to number `nextLine` that were extracted elsewhere; their spans point into `bytes`. */
  rows(partition: number, columns: Columns, bytes: Uint8Array, nextLine: number): void {
    const combiner = this.combiners.get(partition)!
    this.hand(partition, combiner, columns, bytes)
    combiner.advance(nextLine)
  }

  records(partition: number, batch: RecordsSpan): void {
    const combiner = this.combiners.get(partition)!
    this.extractor.beginRecords(batch)
    while (this.extractor.records()) {
      this.hand(partition, combiner, this.extractor.columns, batch.bytes)
    }
  }

  progress(partition: number, progress: Progress): void {
    const combiner = this.combiners.get(partition)!
    combiner.advance(Math.min(progress.position, this.endOf(partition)))
    if (progress.leaderEpoch !== undefined) combiner.leaderEpoch = progress.leaderEpoch
    const standing = this.standings.get(partition)!
    standing.heard = true
    standing.atEnd = progress.atEnd
    if (progress.atEnd) standing.endedAt = this.nowMs()
    standing.end = progress.end
  }

  lost(partition: number, loss: InputLoss): void {
    this.losses.set(partition, loss)
    const standing = this.standings.get(partition)!
    standing.atEnd = false
    standing.end = -1
  }

  /** The partitions whose input is gone, since this was asked last. */
  takeLosses(): readonly (readonly [partition: number, loss: InputLoss])[] {
    const taken = [...this.losses]
    this.losses.clear()
    return taken
  }

  /** What the partition's next mark says. */
  state(partition: number): MarkState {
    const { atEnd, cameAt, held } = this.standings.get(partition)!
    // Its end is not known while nobody looks: at-end would let the watermark pass what came meanwhile.
    if (held) return 'paused'
    if (!atEnd) return 'behind'
    return this.nowMs() - cameAt >= IDLE_AFTER_MS ? 'idle' : 'at-end'
  }

  /** The partition has to wait for the others, or no longer. */
  hold(partition: number, held: boolean): void {
    this.standings.get(partition)!.held = held
  }

  isHeld(partition: number): boolean {
    return this.standings.get(partition)?.held ?? false
  }

  /** True when every partition has to wait. */
  get stands(): boolean {
    return this.standings.size > 0 && [...this.standings.values()].every(({ held }) => held)
  }

  /** False at the end of the log, or of what is asked for: it has nothing that others could wait for. */
  isReading(partition: number): boolean {
    const { atEnd, endedAt } = this.standings.get(partition)!
    if (atEnd || this.nowMs() - endedAt <= MOMENT_MS) return false
    return this.combiners.get(partition)!.position < this.endOf(partition)
  }

  /** How far a partition is read; −1 until its log has agreed that there is such a position. */
  reached(partition: number): number | undefined {
    const combiner = this.combiners.get(partition)
    return combiner && (this.standings.get(partition)!.heard ? combiner.position : -1)
  }

  /** Records between the position and the end of the log, where the end is known. */
  lag(partition: number): number | undefined {
    const { end } = this.standings.get(partition)!
    return end < 0 ? undefined : Math.max(0, end - this.combiners.get(partition)!.position)
  }

  /** True when the sketches of all partitions together ask for an early flush. */
  get full(): boolean {
    if (this.groupTable.size >= limits.groupsPerFlushMax) return true
    let bytes = 0
    for (const combiner of this.combiners.values()) {
      if (combiner.full) return true
      bytes += combiner.memoryBytes
    }
    return bytes > limits.partialsPerFlushBytesMax
  }

  /** Stage 1 has flushed every partition: no pane refers to a group any more. */
  flushed(): void {
    this.groupTable.clear()
  }

  private endOf(partition: number): number {
    return this.ends.get(partition) ?? Number.POSITIVE_INFINITY
  }

  private hand(partition: number, combiner: Combiner, columns: Columns, bytes: Uint8Array): void {
    const end = this.endOf(partition)
    while (columns.count > 0 && columns.offset[columns.count - 1]! >= end) columns.count--
    if (columns.count === 0) return
    this.standings.get(partition)!.cameAt = this.nowMs()
    combiner.take(columns, bytes)
    this.onColumns(bytes, columns)
  }
}
