import { COUNTED, type Columns } from '../extract/columns.ts'
import { LateShare } from '../window/late-share.ts'
import type { WindowPlan } from '../window/plan.ts'
import type { Accounting } from './accounting.ts'
import { TOTAL_GROUP } from './group.ts'
import { PANE_MS, type Pane, type PaneTable } from './pane-table.ts'
import type { SuspendedFrame } from './suspended-frames.ts'

const TOTAL_ID = -1

/** Brings the frames that the clock believes to their panes. */
export class PaneCounter {
  private readonly panes: PaneTable
  private readonly plan: WindowPlan
  /** Count all frames together too, as a group of its own. */
  private readonly withTotal: boolean
  private readonly late = new LateShare()

  constructor(panes: PaneTable, plan: WindowPlan, withTotal: boolean) {
    this.panes = panes
    this.plan = plan
    this.withTotal = withTotal
  }

  /** Share of late ones among the last few thousand frames, when it is suspiciously large. */
  get lateShare(): number | undefined {
    return this.late.suspicious ? this.late.share : undefined
  }

  /**
   * Rows [from, to), none of them late. Neighbours of one minute and group reach their pane's sketch in one
   * call: a frame by itself costs six times as much.
   */
  countRows(columns: Columns, from: number, to: number, accounting: Accounting): void {
    const { time, group } = columns
    accounting.byVerdict[COUNTED]! += to - from
    this.late.observeInTime(to - from)
    let row = from
    while (row < to) {
      const first = row
      const id = group[first]!
      const pane = this.panes.at(time[first]!, id)
      const { start } = pane
      const end = start + PANE_MS
      do row++
      while (row < to && group[row] === id && time[row]! >= start && time[row]! < end)
      addRows(pane, columns, first, row)
      // Panes are in the order in which their first frames came, however the frames were cut into chunks.
      if (this.withTotal) this.panes.at(time[first]!, TOTAL_ID)
    }
    if (this.withTotal) this.countTotal(columns, from, to)
  }

  /** A late row; false when it is too late for every size. */
  countLate(columns: Columns, row: number, watermark: number, accounting: Accounting): boolean {
    const { plan } = this
    const mask = plan.maskFor(columns.time[row]!, watermark)
    if (mask === 0) return false
    accounting.byVerdict[COUNTED]!++
    accounting.late++
    this.late.observe(true)
    const missed = plan.mask & ~mask
    // The smallest of the sizes that it is too late for.
    if (missed !== 0) accounting.tooLate[31 - Math.clz32(missed & -missed)]!++
    this.addLate(columns, row, columns.group[row]!, mask)
    if (this.withTotal) this.addLate(columns, row, TOTAL_ID, mask)
    return true
  }

  /** Never late and never too late: it was ahead of everything when it came. */
  countSuspended({ time, group, hash }: SuspendedFrame, accounting: Accounting): void {
    accounting.byVerdict[COUNTED]!++
    for (const text of this.withTotal ? [group, TOTAL_GROUP] : [group]) {
      const pane = this.panes.of(time, text, this.plan.mask)
      pane.frames++
      pane.sketch.add(...hash)
      pane.audit?.add(...hash)
    }
  }

  private addLate(columns: Columns, row: number, id: number, mask: number): void {
    const { panes, plan } = this
    const time = columns.time[row]!
    const whole = mask === plan.mask
    const pane = whole ? panes.at(time, id) : panes.of(time, panes.groupText(id), mask)
    pane.late++
    addRows(pane, columns, row, row + 1)
  }

  private countTotal(columns: Columns, from: number, to: number): void {
    const { time } = columns
    let row = from
    while (row < to) {
      const first = row
      const pane = this.panes.at(time[first]!, TOTAL_ID)
      const { start } = pane
      do row++
      while (row < to && time[row]! >= start && time[row]! < start + PANE_MS)
      addRows(pane, columns, first, row)
    }
  }
}

function addRows(pane: Pane, columns: Columns, from: number, to: number): void {
  pane.frames += to - from
  if (to === from + 1) {
    const { h1lo, h1hi, h2lo, h2hi } = columns
    pane.sketch.add(h1lo[from]!, h1hi[from]!, h2lo[from]!, h2hi[from]!)
  } else {
    pane.sketch.addColumns(columns, from, to)
  }
  pane.audit?.addColumns(columns, from, to)
}
