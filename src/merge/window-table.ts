import type { Level, WindowPlan } from '../window/plan.ts'
import { windowStart } from '../window/plan.ts'
import { Window } from './window.ts'

/** All windows that are kept, by level, start and group; the open ones apart. */
export class WindowTable {
  readonly plan: WindowPlan
  private readonly byLevel: readonly Map<string, Window>[]
  private readonly open: readonly Set<Window>[]

  constructor(plan: WindowPlan) {
    this.plan = plan
    this.byLevel = plan.levels.map(() => new Map())
    this.open = plan.levels.map(() => new Set())
  }

  get(level: Level, start: number, group: string): Window | undefined {
    return this.byLevel[level.index]!.get(`${start}|${group}`)
  }

  /** The window of this level that holds `time`, made when it is new. */
  at(level: Level, time: number, group: string): Window {
    const start = windowStart(time, level.length)
    const key = `${start}|${group}`
    const windows = this.byLevel[level.index]!
    let window = windows.get(key)
    if (!window) {
      window = new Window(level, start, group)
      windows.set(key, window)
      this.open[level.index]!.add(window)
    }
    return window
  }

  close(window: Window): void {
    window.header.closed = true
    this.open[window.level.index]!.delete(window)
  }

  /** Windows whose end the watermark has passed: by end, then size, then group. */
  closing(watermark: number): Window[] {
    const due: Window[] = []
    for (const windows of this.open) {
      for (const window of windows) if (window.end <= watermark) due.push(window)
    }
    return due.sort(
      (left, right) =>
        left.end - right.end ||
        left.level.length - right.level.length ||
        (left.group < right.group ? -1 : 1)
    )
  }

  /** The windows of the level below that make up this one. */
  *children(window: Window): Iterable<Window> {
    const level = this.plan.levels[window.level.child]
    if (!level) return
    for (let start = window.start; start < window.end; start += level.length) {
      const child = this.get(level, start, window.group)
      if (child) yield child
    }
  }

  *openWindows(): Iterable<Window> {
    for (const windows of this.open) yield* windows
  }

  *all(): Iterable<Window> {
    for (const windows of this.byLevel) yield* windows.values()
  }
}
