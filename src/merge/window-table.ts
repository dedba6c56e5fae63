import type { StateCache } from '../port/state-cache.ts'
import type { Level, WindowPlan } from '../window/plan.ts'
import { decodeHeader, HEADER_PART } from './state-record.ts'
import { Window } from './window.ts'

type Groups = Map<string, Window>

/**
 * The windows of one stage-2 task, found by level, start and group: open ones are in memory, closed
 * ones in memory or in the state cache.
 */
export class WindowTable {
  readonly plan: WindowPlan
  private readonly cache: StateCache
  private readonly open: readonly Map<number, Groups>[]
  private readonly closed: readonly Map<number, Groups>[]
  private openCount = 0
  /** Windows that end by here may be in the cache; later ones never were closed. */
  private closedUpTo = Number.NEGATIVE_INFINITY

  constructor(plan: WindowPlan, cache: StateCache) {
    this.plan = plan
    this.cache = cache
    this.open = plan.levels.map(() => new Map())
    this.closed = plan.levels.map(() => new Map())
  }

  /** Windows that are not closed. */
  get openWindowCount(): number {
    return this.openCount
  }

  /** The window, from memory or from the state cache; undefined when there is none. */
  find(level: Level, start: number, group: string): Window | undefined {
    const held = this.findHeld(level, start, group)
    if (held || !this.mayBeCached(level, start)) return held
    const header = this.cache.get(level.index, start, group, HEADER_PART)
    if (!header) return undefined
    const window = new Window(level, start, group)
    window.header = decodeHeader(header)
    window.cacheStale = false
    window.cacheHeaderStale = false
    groupsOf(this.closed, window).set(group, window)
    return window
  }

  /** The window if it is in memory. */
  findHeld(level: Level, start: number, group: string): Window | undefined {
    return (
      this.open[level.index]!.get(start)?.get(group) ??
      this.closed[level.index]!.get(start)?.get(group)
    )
  }

  /** A window in progress, made by the first partial that touches it, or by a restore. */
  create(level: Level, start: number, group: string): Window {
    const window = new Window(level, start, group)
    groupsOf(this.open, window).set(group, window)
    this.openCount++
    return window
  }

  /** False when the cache can't hold the window, which saves looking. */
  mayBeCached(level: Level, start: number): boolean {
    return level.grid.endOf(start) <= this.closedUpTo
  }

  close(window: Window): void {
    window.header.closed = true
    if (window.end > this.closedUpTo) this.closedUpTo = window.end
    this.remove(this.open, window)
    this.openCount--
    groupsOf(this.closed, window).set(window.group, window)
  }

  /** After a restore: everything that ends by here may be in the cache. */
  closedThrough(end: number): void {
    this.closedUpTo = Math.max(this.closedUpTo, end)
  }

  /** A closed window leaves memory; the cache has it. */
  release(window: Window): void {
    this.remove(this.closed, window)
  }

  /** Takes the closed windows of a level that start before `bound` out of memory. */
  takeBefore(level: Level, bound: number): Window[] {
    const taken: Window[] = []
    const starts = this.closed[level.index]!
    for (const [start, groups] of starts) {
      if (start >= bound) continue
      taken.push(...groups.values())
      starts.delete(start)
    }
    return taken
  }

  /** Windows whose end the watermark has passed: by end, then size, then group. */
  closing(watermark: number): Window[] {
    const due: Window[] = []
    for (const starts of this.open) {
      for (const groups of starts.values()) {
        for (const window of groups.values()) {
          if (window.end > watermark) break
          due.push(window)
        }
      }
    }
    return due.sort(
      (left, right) =>
        left.end - right.end ||
        left.level.index - right.level.index ||
        (left.group < right.group ? -1 : 1)
    )
  }

  /** Open windows; of a sliding size only those that end next. */
  *openWindows(): Iterable<Window> {
    for (const level of this.plan.levels) {
      const starts = this.open[level.index]!
      const next = level.sliding ? this.firstOpen(level) : undefined
      for (const [start, groups] of starts) {
        if (next === undefined || start === next) yield* groups.values()
      }
    }
  }

  /** Start of the first window of a level that is in progress; Infinity when none is. */
  firstOpen(level: Level): number {
    let first = Number.POSITIVE_INFINITY
    for (const start of this.open[level.index]!.keys()) if (start < first) first = start
    return first
  }

  private remove(table: readonly Map<number, Groups>[], window: Window): void {
    const starts = table[window.level.index]!
    const groups = starts.get(window.start)
    if (!groups?.delete(window.group)) return
    if (groups.size === 0) starts.delete(window.start)
  }
}

function groupsOf(table: readonly Map<number, Groups>[], window: Window): Groups {
  const starts = table[window.level.index]!
  let groups = starts.get(window.start)
  if (!groups) {
    groups = new Map()
    starts.set(window.start, groups)
  }
  return groups
}
