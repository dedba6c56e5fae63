import type { Mark } from '../combine/mark.ts'
import { encodeMark } from '../combine/mark.ts'
import type { Partial } from '../combine/partial.ts'
import { limits } from '../core/limits.ts'
import type { StateCache } from '../port/state-cache.ts'
import { groupOf } from '../result/result-group.ts'
import type { ClosedBy, Emission } from '../result/result-record.ts'
import type { Confidence, SketchKind } from '../sketch/sketch.ts'
import type { WindowPlan } from '../window/plan.ts'
import { AuditTally } from './audit-tally.ts'
import {
  auditRecords,
  contentRecords,
  headerRecord,
  ownRecords,
  type StateRecord
} from './changelog.ts'
import { Contents } from './contents.ts'
import { EmissionFrame, emissionOf } from './emission.ts'
import { GroupRoster } from './group-roster.ts'
import { Losses } from './losses.ts'
import { dueProvisional, type ProvisionalPace } from './pacing.ts'
import { Purge } from './purge.ts'
import { RangeCheck, sourceKey } from './range-check.ts'
import { Restore } from './restore.ts'
import { Routing } from './routing.ts'
import { encodePosition, markKey, positionKey } from './state-record.ts'
import { Watermark } from './watermark.ts'
import type { Window } from './window.ts'
import { WindowTable } from './window-table.ts'

export interface MergerOptions {
  readonly plan: WindowPlan
  readonly sketch: SketchKind
  readonly precision: number
  readonly confidence: Confidence
  readonly waitMs: number
  /** How far a partition at its end may hold the watermark behind the others there, in ms. */
  readonly maxHoldMs: number
  readonly provisional: ProvisionalPace
  /** Names of the `--by` fields, for the results. */
  readonly by: readonly string[]
  /** The partials partition of this task; it names the group *other*. */
  readonly partition: number
  readonly maxGroups: number
  /** Bytes of the state cache at which windows are purged before their time. */
  readonly maxStateBytes: number
  /** Bytes of live sketches to keep between two commits. */
  readonly memoryBytes: number
  /** Ids of the input topics or files: all of them hold the watermark. */
  readonly sources: readonly string[]
  /** False for files and stdin: nothing is stored, so no state records are made. */
  readonly stored: boolean
}

/** What one commit writes, in this order: state, then results. */
export interface Commit {
  readonly number: number
  readonly state: readonly StateRecord[]
  readonly results: readonly Emission[]
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
  readonly purge: Purge
  readonly roster: GroupRoster
  readonly audits: AuditTally = new AuditTally()
  /** Position and commit number of the last commit, from the state or from `commit`. */
  position = 0
  commits = 0
  readonly ranges: RangeCheck = new RangeCheck()
  /** What went on although input was gone. */
  readonly losses: Losses = new Losses()
  private readonly options: MergerOptions
  private readonly cache: StateCache
  private readonly table: WindowTable
  private readonly contents: Contents
  private readonly routing: Routing
  private readonly marks = new Map<string, Mark>()
  private readonly dirtyMarks = new Set<string>()
  private ended = false
  private news = false

  constructor(options: MergerOptions, cache: StateCache) {
    const { plan, sketch, precision, maxGroups, maxStateBytes, partition } = options
    this.options = options
    this.cache = cache
    this.table = new WindowTable(plan, cache)
    this.contents = new Contents(this.table, cache, sketch, precision)
    this.roster = new GroupRoster(maxGroups, partition)
    const { table, contents, roster } = this
    this.purge = new Purge({ table, contents, cache, roster, maxStateBytes })
    this.routing = new Routing(table, contents, roster, this.purge)
    this.watermark = new Watermark(options.waitMs, options.sources, options.maxHoldMs)
  }

  /** Merges a partial into its pane and into every window above it. Takes its sketches over. */
  takePartial(partial: Partial): void {
    if (!this.ranges.admits(partial.range)) return
    // A group that the results could not name must not get into the state.
    if (!this.roster.has(partial.group)) groupOf(partial.group, this.options.by)
    this.routing.take(partial)
    this.news = true
  }

  /** Moves the source's position and clock on. */
  takeMark(mark: Mark, nowMs: number): void {
    if (!this.ranges.admits(mark.range, mark.restart)) return
    this.ranges.advance(mark)
    this.watermark.observe(mark, nowMs, true)
    // A lost frame had been written by now, and no partition's clock has passed the wall clock by much.
    const latest = Math.max(nowMs, this.watermark.newest)
    if (this.losses.take(mark, this.watermark.value, latest)) this.sayAgain()
    const key = sourceKey(mark.range)
    // A new owner has seen nothing vouched yet; what an earlier one said still holds.
    const vouched = Math.max(mark.vouched, this.marks.get(key)?.vouched ?? mark.vouched)
    this.marks.set(key, { ...mark, vouched })
    this.dirtyMarks.add(key)
    this.news = true
  }

  /** The input is over: every window closes with the next commits. */
  end(): void {
    this.watermark.end()
    this.ended = true
    this.news = true
  }

  /** So much was touched that a commit should not wait for its time. */
  get full(): boolean {
    return this.routing.touched.size >= limits.touchedWindowsPerCommitMax
  }

  /** What the task holds, for the report. */
  get holdings(): { openWindows: number; cachedWindows: number; stateBytes: number } {
    return {
      openWindows: this.table.openWindowCount,
      cachedWindows: this.contents.liveCount,
      stateBytes: this.cache.bytes
    }
  }

  /** The newest mark of an input partition, with the clock's state when this is partition 0. */
  mark(source: string, partition: number): Mark | undefined {
    return this.marks.get(sourceKey({ source, partition }))
  }

  /** Closes, says, stores and purges what is due. Undefined when there is nothing to write. */
  commit(options: CommitOptions): Commit | undefined {
    const { nowMs, position } = options
    this.watermark.advance(nowMs)
    const number = this.commits + 1
    const results: Emission[] = []
    const headers = new Set<Window>()
    const frame = new EmissionFrame(this.options.plan.zone, this.options.by, nowMs)
    const say = (window: Window): void => {
      window.header.commit = number
      window.cacheHeaderStale = true
      headers.add(window)
      if (window.level.asked) results.push(this.emission(window, frame))
    }
    const more = this.close(say)
    this.correct(say)
    for (const window of this.provisional(nowMs, options.sayAll === true)) {
      window.header.status = 'provisional'
      say(window)
    }
    const state = this.stateRecords(headers)
    // After the contents, so that a window may close and be purged in one commit.
    const purged = more ? [] : this.purge.run(this.watermark.value)
    // A watermark that moved without closing anything is not worth a commit of its own.
    if (!this.news && results.length + headers.size + purged.length === 0) return undefined
    this.news = false
    this.commits = number
    this.position = position
    if (this.options.stored) state.push(...purged, this.positionRecord())
    this.routing.touched.clear()
    this.contents.shrink(this.options.memoryBytes)
    this.cache.commit()
    return { number, state: this.options.stored ? state : [], results, more }
  }

  /** Takes the records of the changelog; call `finish` at its end. */
  restore(): {
    take(key: Uint8Array, value: Uint8Array | null): void
    finish(nowMs: number): void
  } {
    const { table, cache, roster, purge } = this
    const restore = new Restore({ table, cache, roster, purge })
    return {
      take: (key, value) => restore.take(key, value),
      finish: nowMs => {
        const { position, marks, touched } = restore.finish()
        if (position) {
          this.position = position.position
          this.commits = position.commit
          this.watermark.value = position.watermark
          this.losses.restore(position.losses)
        }
        for (const [key, mark] of marks) {
          this.ranges.advance(mark)
          this.watermark.observe(mark, nowMs, false)
          this.marks.set(key, mark)
        }
        for (const window of touched) this.routing.touched.add(window)
        this.cache.commit()
      }
    }
  }

  /** Closes windows behind the watermark, as many as one commit may hold. */
  private close(say: (window: Window) => void): boolean {
    const due = this.table.closing(this.watermark.value)
    let budget = limits.closingBytesPerCommitMax
    for (const [index, window] of due.entries()) {
      if (budget <= 0 && index > 0) return true
      const content = this.contents.of(window)
      budget -= content.sketch.memoryBytes
      this.table.close(window)
      if (window.level.index > 0) window.dirty = true
      if (window.own) {
        window.own = undefined
        window.ownDirty = true
      }
      window.header.closedBy = this.closedBy()
      window.header.status = 'final'
      this.routing.touched.add(window)
      say(window)
      if (window.audit) this.compare(window)
    }
    return false
  }

  private compare(window: Window): void {
    const estimate = this.contents.of(window).sketch.estimate(this.options.confidence)
    const { entries } = window.audit!
    if (entries >= 0) this.audits.take(estimate, entries)
    window.audit = undefined
    window.auditDirty = true
  }

  /** Says again what changed after it was closed. */
  private correct(say: (window: Window) => void): void {
    for (const window of this.routing.touched) {
      if (!window.header.closed || !window.changed || !window.level.asked) continue
      // A size that somebody asks for since may have closed windows that nobody was told of.
      window.header.status = window.header.revision === 0 ? 'final' : 'corrected'
      say(window)
    }
  }

  private provisional(nowMs: number, sayAll: boolean): Window[] {
    const { provisional } = this.options
    if (provisional === 'never' || (provisional === 'at-stop' && !sayAll)) return []
    return dueProvisional(this.table.openWindows(), nowMs, sayAll)
  }

  /** What may be missing in open windows has changed. */
  private sayAgain(): void {
    for (const window of this.table.openWindows()) window.changed = true
  }

  private emission(window: Window, frame: EmissionFrame): Emission {
    window.header.revision++
    window.changed = false
    window.emittedAt = frame.nowMs
    const content = this.contents.of(window)
    const estimate = content.sketch.estimate(this.options.confidence)
    const lost = this.losses.within(window.start, window.end)
    const emission = emissionOf(frame, window, content, estimate, lost)
    window.header.uniques = emission.record.uniques
    window.header.frames = emission.record.frames
    return emission
  }

  private closedBy(): ClosedBy {
    if (this.ended) return 'end'
    return this.watermark.movedByIdling ? 'idle' : 'watermark'
  }

  /** Everything that differs from the changelog; nothing is made of it where nothing is stored. */
  private stateRecords(headers: ReadonlySet<Window>): StateRecord[] {
    const records: StateRecord[] = []
    // Own parts end after the header that says closed: until then they are needed.
    const sides: StateRecord[] = []
    const { stored } = this.options
    for (const window of this.routing.touched) {
      if (stored) {
        if (window.dirty) {
          const made = contentRecords(window, this.contents.of(window))
          this.contents.keep(window, made)
          records.push(...made)
        }
        if (window.ownDirty) sides.push(...ownRecords(window))
        if (window.auditDirty) sides.push(...auditRecords(window))
      }
      window.dirty = false
      window.ownDirty = false
      window.auditDirty = false
    }
    if (!stored) return records
    for (const window of headers) records.push(headerRecord(window))
    records.push(...sides)
    for (const key of this.dirtyMarks) {
      const mark = this.marks.get(key)!
      const { source, partition } = mark.range
      records.push({ key: markKey(source, partition), value: encodeMark(mark, true) })
    }
    this.dirtyMarks.clear()
    return records
  }

  private positionRecord(): StateRecord {
    const { position, commits: commit } = this
    const { purgedBefore } = this.purge
    const watermark = this.watermark.value
    const losses = this.losses.spans
    const value = encodePosition({ position, commit, watermark, purgedBefore, losses })
    return { key: positionKey, value }
  }
}
