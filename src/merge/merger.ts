import type { Mark } from '../combine/mark.ts'
import { decodeMark, encodeMark } from '../combine/mark.ts'
import type { Partial } from '../combine/partial.ts'
import { limits } from '../core/limits.ts'
import type { ClosedBy, ResultRecord } from '../result/result-record.ts'
import { sketchChunks } from '../sketch/chunks.ts'
import type { Confidence, SketchKind } from '../sketch/sketch.ts'
import type { WindowPlan } from '../window/plan.ts'
import { contentRecords, headerRecord, type StateRecord, WindowRestore } from './changelog.ts'
import { emissionOf } from './emission.ts'
import { dueProvisional, type ProvisionalPace } from './pacing.ts'
import { RangeCheck, type RangeFit, sourceKey } from './range-check.ts'
import { RollUp } from './roll-up.ts'
import { decodeKey, decodePosition, encodePosition, markKey, positionKey } from './state-record.ts'
import { Watermark } from './watermark.ts'
import type { Window } from './window.ts'
import { WindowTable } from './window-table.ts'

export interface MergerOptions {
  readonly plan: WindowPlan
  readonly sketch: SketchKind
  readonly precision: number
  readonly confidence: Confidence
  readonly waitMs: number
  readonly provisional: ProvisionalPace
  /** Ids of the input topics or files: all of them hold the watermark. */
  readonly sources: readonly string[]
  /** False for files and stdin: nothing is stored, so no state records are made. */
  readonly stored: boolean
}

/** What one commit writes, in this order: state, then results. */
export interface Commit {
  readonly number: number
  readonly state: readonly StateRecord[]
  readonly results: readonly ResultRecord[]
  /** Closing windows still wait for room: commit again at once. */
  readonly more: boolean
}

/** How a commit differs from the usual one. */
export interface CommitOptions {
  /** Wall clock in ms. */
  readonly nowMs: number
  /** Next offset of the partials partition. */
  readonly position: number
  /** Say everything that changed, whatever its pace: the last commit before a stop. */
  readonly sayAll?: boolean
}

/**
 * Stage 2 for one partials partition: partials and marks in; windows, state and emissions out. Pure:
 * wall-clock time is a parameter, and what a commit returns is the caller's to write.
 */
export class Merger {
  readonly watermark: Watermark
  /** Position and commit number of the last commit, from the state or from `commit`. */
  position = 0
  commits = 0
  /** Ranges that did not continue where their source stood; merged, but frames may be off. */
  readonly misfits: Record<Exclude<RangeFit, 'first' | 'next'>, number> = {
    covered: 0,
    overlap: 0,
    gap: 0
  }
  private readonly options: MergerOptions
  private readonly table: WindowTable
  private readonly rollUp: RollUp
  private readonly ranges = new RangeCheck()
  private readonly marks = new Map<string, Mark>()
  private readonly dirtyMarks = new Set<string>()
  /** Windows touched since the last commit; the others may be packed. */
  private readonly touched = new Set<Window>()
  private readonly live = new Set<Window>()
  private ended = false
  private news = false

  constructor(options: MergerOptions) {
    this.options = options
    this.table = new WindowTable(options.plan)
    this.rollUp = new RollUp(this.table, options.sketch, options.precision)
    this.watermark = new Watermark(options.waitMs, options.sources)
  }

  /** Merges a partial into its pane and into every window above it. Takes its sketch over. */
  takePartial(partial: Partial): void {
    const fit = this.ranges.fit(partial.range)
    if (fit === 'covered') return
    const { start, group, sketch, frames, late } = partial
    // Panes are level 0; windows above hold a running union of their own once they were said.
    for (const level of [...this.table.plan.levels].reverse()) {
      const window = this.table.at(level, start, group)
      if (level.index === 0 || this.rollUp.isWhole(window)) {
        this.rollUp.add(window, sketch, frames, late)
        window.dirty = level.index === 0 || window.header.closed
      }
      window.changed = true
      this.touched.add(window)
    }
    this.news = true
  }

  /** Moves the source's position and clock on. */
  takeMark(mark: Mark, nowMs: number): void {
    const fit = this.ranges.fit(mark.range)
    if (fit !== 'first' && fit !== 'next') this.misfits[fit]++
    this.ranges.advance(mark.range)
    this.watermark.observe(mark, nowMs, true)
    const key = sourceKey(mark.range)
    this.marks.set(key, mark)
    this.dirtyMarks.add(key)
    this.news = true
  }

  /** The input is over: every window closes with the next commits. */
  end(): void {
    this.watermark.end()
    this.ended = true
    this.news = true
  }

  /** The newest mark of an input partition, with the clock's state when this is partition 0. */
  mark(source: string, partition: number): Mark | undefined {
    return this.marks.get(sourceKey({ source, partition }))
  }

  /** Closes, says and stores what is due. Undefined when there is nothing to write. */
  commit(options: CommitOptions): Commit | undefined {
    const { nowMs, position } = options
    this.watermark.advance(nowMs)
    const number = this.commits + 1
    const results: ResultRecord[] = []
    const headers = new Set<Window>()
    const say = (window: Window): void => {
      window.header.commit = number
      headers.add(window)
      if (window.level.asked) results.push(this.emission(window, nowMs))
    }
    const more = this.close(say)
    this.correct(say)
    for (const window of this.unsaid(number)) {
      headers.add(window)
      results.push(this.record(window, nowMs))
    }
    const { provisional } = this.options
    if (provisional === 'paced' || (provisional === 'at-stop' && options.sayAll === true)) {
      for (const window of dueProvisional(
        this.table.openWindows(),
        nowMs,
        options.sayAll === true
      )) {
        window.header.status = 'provisional'
        say(window)
      }
    }
    // A watermark that moved without closing anything is not worth a commit of its own.
    if (!this.news && results.length === 0 && headers.size === 0) return undefined
    this.news = false
    this.commits = number
    this.position = position
    const state = this.options.stored ? this.stateRecords(headers) : []
    this.pack()
    return { number, state, results, more }
  }

  /** Takes one record of the changelog; call `restored` at its end. */
  restore(): {
    take(key: Uint8Array, value: Uint8Array | null): void
    finish(nowMs: number): void
  } {
    const windows = new WindowRestore(this.table)
    const marks = new Map<string, Mark>()
    return {
      take: (keyBytes, value) => {
        const key = decodeKey(keyBytes)
        if (key.type === 'content' || key.type === 'header') windows.take(key, value)
        else if (value && key.type === 'mark') {
          const mark = decodeMark(value)
          marks.set(sourceKey(mark.range), mark)
        } else if (value) {
          const stored = decodePosition(value)
          this.position = stored.position
          this.commits = stored.commit
          this.watermark.value = stored.watermark
        }
      },
      finish: nowMs => {
        windows.finish()
        for (const [key, mark] of marks) {
          this.ranges.advance(mark.range)
          this.watermark.observe(mark, nowMs, false)
          this.marks.set(key, mark)
        }
        // Results follow the state: those of the last commit may never have been written.
        for (const window of this.table.all()) {
          const { status, commit } = window.header
          window.unsaid = status !== undefined && commit >= this.commits
          if (window.unsaid) this.touched.add(window)
        }
      }
    }
  }

  /** Closes windows behind the watermark, as many as one commit may hold. */
  private close(say: (window: Window) => void): boolean {
    const due = this.table.closing(this.watermark.value)
    let budget = limits.closingBytesPerCommitMax
    for (const [index, window] of due.entries()) {
      if (budget <= 0 && index > 0) return true
      budget -= this.rollUp.content(window).memoryBytes
      this.live.add(window)
      this.table.close(window)
      window.header.closedBy = this.closedBy()
      window.header.status = 'final'
      if (window.level.index > 0) window.dirty = true
      say(window)
    }
    return false
  }

  /** Says again what changed after it was closed. */
  private correct(say: (window: Window) => void): void {
    for (const window of this.touched) {
      if (!window.header.closed || !window.changed || !window.level.asked) continue
      window.header.status = 'corrected'
      say(window)
    }
  }

  /**
   * Windows whose last result may never have been written, because a crash came between state and
   * results. They take this commit's number, so that they stay unsaid should it happen again.
   */
  private *unsaid(commit: number): Iterable<Window> {
    for (const window of this.touched) {
      if (!window.unsaid) continue
      window.unsaid = false
      if (!window.level.asked || window.changed) continue
      window.header.commit = commit
      yield window
    }
  }

  private emission(window: Window, nowMs: number): ResultRecord {
    window.header.revision++
    window.changed = false
    window.unsaid = false
    window.emittedAt = nowMs
    const record = this.record(window, nowMs)
    window.header.uniques = record.uniques
    window.header.frames = record.frames
    return record
  }

  private record(window: Window, nowMs: number): ResultRecord {
    const sketch = this.rollUp.content(window)
    this.live.add(window)
    return emissionOf(window, sketch.estimate(this.options.confidence), nowMs)
  }

  private closedBy(): ClosedBy {
    if (this.ended) return 'end'
    return this.watermark.movedByIdling ? 'idle' : 'watermark'
  }

  private stateRecords(headers: ReadonlySet<Window>): StateRecord[] {
    const records: StateRecord[] = []
    for (const window of new Set([...this.touched, ...headers])) {
      if (!window.dirty) continue
      window.dirty = false
      records.push(...contentRecords(window, this.rollUp.content(window)))
    }
    for (const window of headers) records.push(headerRecord(window))
    for (const key of this.dirtyMarks) {
      const mark = this.marks.get(key)!
      const { source, partition } = mark.range
      records.push({ key: markKey(source, partition), value: encodeMark(mark, true) })
    }
    this.dirtyMarks.clear()
    const { position, commits: commit } = this
    const watermark = this.watermark.value
    records.push({ key: positionKey, value: encodePosition({ position, commit, watermark }) })
    return records
  }

  /** Closed windows that nobody touches any more give up their tables for packed bytes. */
  private pack(): void {
    for (const window of this.touched) this.live.add(window)
    for (const window of this.live) {
      if (this.touched.has(window) || !window.header.closed || !window.sketch) continue
      window.packed = sketchChunks(window.sketch)
      window.sketch = undefined
      this.live.delete(window)
    }
    this.touched.clear()
  }
}
