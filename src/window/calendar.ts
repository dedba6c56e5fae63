import { limits } from '../core/limits.ts'
import { firstDayOfMonth, monthOfDay } from './civil-month.ts'
import { EvenGrid, type Grid, type Span, TumblingGrid } from './grid.ts'
import { DAY, MINUTE, type WindowSize } from './size.ts'
import { SlidingGrid } from './sliding-grid.ts'
import type { Zone } from './zone.ts'

export interface CalendarOptions {
  readonly zone: Zone
  /** Local time at which days begin, ms after midnight. */
  readonly dayStart: number
  readonly weekStart: 'monday' | 'sunday'
}

/** The calendar of an app; its grids share one memory of days. */
export class Calendar {
  private readonly zone: Zone
  private readonly dayStart: number
  /** 1970-01-01 was a Thursday: days from the start of its week to it. */
  private readonly weekShift: number
  private starts = new Map<number, number>()

  constructor({ zone, dayStart, weekStart }: CalendarOptions) {
    this.zone = zone
    this.dayStart = dayStart
    this.weekShift = weekStart === 'monday' ? 3 : 4
  }

  grid(size: WindowSize): Grid {
    if (size.step) return new SlidingGrid(this.grid(size.step), size.steps)
    const { count, unit } = size
    // Offsets are whole minutes, so the UTC minute is the minute of every zone.
    if (unit === 'minute' && count === 1) return new EvenGrid(MINUTE, 0)
    if (unit === 'minute') return this.withinDay(count * MINUTE)
    if (unit === 'day') return this.ofDays(1, 0)
    if (unit === 'week') return this.ofDays(7, this.weekShift)
    return new TumblingGrid((time, span) => this.spanMonths(time, count, span))
  }

  private withinDay(length: number): Grid {
    if (this.zone.fixed) return new EvenGrid(length, this.dayStart - this.zone.offsetAt(0))
    return new TumblingGrid((time, span) => this.spanWithinDay(time, length, span))
  }

  private ofDays(count: number, shift: number): Grid {
    if (this.zone.fixed) {
      const origin = this.dayStart - this.zone.offsetAt(0) - shift * DAY
      return new EvenGrid(count * DAY, origin)
    }
    return new TumblingGrid((time, span) => {
      const first = Math.floor((this.dayHolding(time) + shift) / count) * count - shift
      span.start = this.startOfDay(first)
      span.end = this.startOfDay(first + count)
    })
  }

  private spanMonths(time: number, count: number, span: Span): void {
    const first = Math.floor(monthOfDay(this.dayHolding(time)) / count) * count
    span.start = this.startOfDay(firstDayOfMonth(first))
    span.end = this.startOfDay(firstDayOfMonth(first + count))
  }

  /**
   * Wall-clock time from the day's start on, cut at changes of offset. A day begins on a multiple of
   * every length or at a change, so nothing here reaches over its start.
   */
  private spanWithinDay(time: number, length: number, span: Span): void {
    const shift = this.dayStart - this.zone.offsetAt(time)
    const start = Math.floor((time - shift) / length) * length + shift
    span.start = start
    span.end = Math.min(start + length, this.zone.changeWithin(time, start + length))
    let change = this.zone.changeWithin(start, time)
    while (change <= time) {
      span.start = change
      change = this.zone.changeWithin(change, time)
    }
  }

  /** Number of the local day whose window holds `time`; 0 is 1970-01-01. */
  private dayHolding(time: number): number {
    let day = Math.floor((time + this.zone.offsetAt(time) - this.dayStart) / DAY)
    // What the clocks show now they may have shown before, set back over midnight: never a later day.
    // A day that the zone skipped is empty.
    while (this.startOfDay(day + 1) <= time) day++
    return day
  }

  private startOfDay(day: number): number {
    const known = this.starts.get(day)
    if (known !== undefined) return known
    if (this.starts.size >= limits.zoneDaysMax) this.starts = new Map()
    const start = this.zone.firstShowing(day * DAY + this.dayStart)
    this.starts.set(day, start)
    return start
  }
}
