import { limits } from '../core/limits.ts'
import type { Grid } from './grid.ts'

/**
 * Windows of `steps` windows of another grid in a row, one beginning with each of them. Counted in
 * steps, not in nominal time: every instant lies in exactly `steps` windows, also where a zone skips a
 * day or an hour, and no two windows have the same start.
 */
export class SlidingGrid implements Grid {
  private readonly step: Grid
  private readonly steps: number
  private firsts = new Map<number, number>()
  private ends = new Map<number, number>()
  // Panes come in runs: the last answer is nearly always the next one, too.
  private lastStep = Number.NaN
  private lastFirst = Number.NaN
  private lastStart = Number.NaN
  private lastEnd = Number.NaN

  constructor(step: Grid, steps: number) {
    this.step = step
    this.steps = steps
  }

  firstHolding(time: number): number {
    const holding = this.step.firstHolding(time)
    if (holding !== this.lastStep) {
      this.lastFirst = this.firsts.get(holding) ?? this.findFirst(holding)
      this.lastStep = holding
    }
    return this.lastFirst
  }

  endOf(start: number): number {
    if (start !== this.lastStart) {
      this.lastEnd = this.ends.get(start) ?? this.findEnd(start)
      this.lastStart = start
    }
    return this.lastEnd
  }

  after(start: number): number {
    return this.step.endOf(start)
  }

  /** One step on from the answer for the step before, when that is known; else by walking back. */
  private findFirst(holding: number): number {
    const before = this.firsts.get(this.step.firstHolding(holding - 1))
    let first = before === undefined ? holding : this.step.endOf(before)
    if (before === undefined) {
      for (let i = 1; i < this.steps; i++) first = this.step.firstHolding(first - 1)
    }
    if (this.firsts.size >= limits.windowsRememberedMax) this.firsts = new Map()
    this.firsts.set(holding, first)
    return first
  }

  private findEnd(start: number): number {
    const before = this.ends.get(this.step.firstHolding(start - 1))
    let end = before === undefined ? start : this.step.endOf(before)
    if (before === undefined) {
      for (let i = 0; i < this.steps; i++) end = this.step.endOf(end)
    }
    if (this.ends.size >= limits.windowsRememberedMax) this.ends = new Map()
    this.ends.set(start, end)
    return end
  }
}
