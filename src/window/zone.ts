import { createRequire } from 'node:module'
import type { Temporal } from 'temporal-polyfill'
import { failure } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import { nearest } from '../core/nearest.ts'
import { DAY, MINUTE } from './size.ts'

/** A UTC day of a zone: its offset, and the one minute at which another may begin. */
interface ZoneDay {
  readonly before: number
  /** Infinity when the offset stays the same all day. */
  readonly change: number
  readonly after: number
}

/** No zone was ever further from UTC than Manila's −15:56 (IANA data, 1844). */
const OFFSET_MAX = 16 * 3_600_000

/**
 * Offsets of an IANA zone in whole minutes: the offset of a UTC minute is that at its start, rounded
 * half away from zero as ISO 8601 text is (before 1972 offsets had seconds), so every change falls
 * between two minutes. A UTC day meets at most one change of offset: the closest two of the IANA data
 * are four days apart (Africa/Freetown, 1939).
 *
 * Asking the calendar costs about 5 µs, hence the bounded map of days.
 */
export class Zone {
  /** The zone's own spelling. */
  readonly name: string
  /** True when the offset is the same at all times. */
  readonly fixed: boolean
  private readonly fixedOffset: number
  private days = new Map<number, ZoneDay>()

  /** @throws window-zone */
  constructor(name: string) {
    this.name = name === 'UTC' ? name : ownSpelling(name)
    this.fixed = /^(?:UTC|GMT|Etc\/.+|[+-]\d\d:\d\d)$/.test(this.name)
    this.fixedOffset = this.fixed && name !== 'UTC' ? this.ask(0) : 0
  }

  /** Local time minus UTC at `time`, in ms. */
  offsetAt(time: number): number {
    if (this.fixed) return this.fixedOffset
    const day = this.dayOf(Math.floor(time / DAY))
    return time < day.change ? day.before : day.after
  }

  /** First change of offset in the open-closed span (`from`, `to`], Infinity when there is none. */
  changeWithin(from: number, to: number): number {
    if (this.fixed) return Number.POSITIVE_INFINITY
    for (let day = Math.floor(from / DAY); day <= Math.floor(to / DAY); day++) {
      const { change } = this.dayOf(day)
      if (change > from && change <= to) return change
    }
    return Number.POSITIVE_INFINITY
  }

  /**
   * The first instant at which the zone's clocks show `local` (ms of local time since 1970) or later.
   * In a gap that is the end of the gap, in a repeated hour the first of the two.
   */
  firstShowing(local: number): number {
    if (this.fixed) return local - this.fixedOffset
    let from = local - OFFSET_MAX
    for (;;) {
      const shown = Math.max(from, local - this.offsetAt(from))
      const change = this.changeWithin(from, shown)
      if (change === Number.POSITIVE_INFINITY) return shown
      from = change
    }
  }

  private dayOf(day: number): ZoneDay {
    const known = this.days.get(day)
    if (known) return known
    if (this.days.size >= limits.zoneDaysMax) this.days = new Map()
    const found = this.findChange(day)
    this.days.set(day, found)
    return found
  }

  private findChange(day: number): ZoneDay {
    const start = day * DAY
    const before = this.days.get(day - 1)?.after ?? this.ask(start)
    const after = this.days.get(day + 1)?.before ?? this.ask(start + DAY)
    if (before === after) return { before, change: Number.POSITIVE_INFINITY, after }
    let same = 0
    let other = DAY / MINUTE
    while (other - same > 1) {
      const middle = (same + other) >> 1
      if (this.ask(start + middle * MINUTE) === before) same = middle
      else other = middle
    }
    return { before, change: start + other * MINUTE, after }
  }

  private ask(time: number): number {
    const ms = inZone(time, this.name).offsetNanoseconds / 1e6
    return Math.sign(ms) * Math.round(Math.abs(ms) / MINUTE) * MINUTE
  }
}

const load = createRequire(import.meta.url)
let calendar: typeof Temporal | undefined

/** Loaded when a zone asks for it: most counts are in UTC, and it takes a twentieth of a start. */
function temporal(): typeof Temporal {
  calendar ??= (load('temporal-polyfill') as typeof import('temporal-polyfill')).Temporal
  return calendar
}

function inZone(time: number, zone: string): Temporal.ZonedDateTime {
  return temporal().Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(zone)
}

/** @throws window-zone */
function ownSpelling(name: string): string {
  temporal()
  try {
    return inZone(0, name).timeZoneId
  } catch (error) {
    const near = nearest(name, ['UTC', ...Intl.supportedValuesOf('timeZone')])
    const cure = near
      ? `did you mean ${near}?`
      : 'use a name of the IANA database such as Europe/Zurich, or UTC'
    throw failure('window-zone', { zone: name.slice(0, 40) || 'an empty text', cure }, error)
  }
}
