import { COLON, digitsEnd, isDigit, MINUS, POINT, SPACE, ZERO } from './json-walk.ts'

/*
 * ISO 8601 as logs and RFC 3339 write it:
 *
 *   2016-07-11                         the day's first instant
 *   2016-07-11T13:41[:04[.123456789]]  T, t or a space; "." or ","; digits below ms are cut
 *   … Z | z | +02:00 | +0200 | +02     without a zone: local time, of which the caller knows the zone
 *
 * 24:00:00 is the next midnight, a leap second :60 the next full minute. Not read: week and ordinal
 * dates, dates without hyphens, years outside 0000-9999, zone names.
 */
const DATE_LENGTH = 10
const PLUS = 0x2b
const COMMA = 0x2c
const LETTER_T = 0x74
const LETTER_Z = 0x7a

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Days of the months of a year that is no leap year. */
const MONTH_DAYS = Uint8Array.of(31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

/** The instant, in ms, at which a clock shows a local time, in ms of local time since 1970. */
export type LocalTime = (local: number) => number

/** Milliseconds of the ISO 8601 text in `bytes[start, end)`, NaN when it is none. */
export function isoTime(
  bytes: Uint8Array,
  start: number,
  end: number,
  localTime: LocalTime
): number {
  const day = dayNumber(bytes, start, end)
  let at = start + DATE_LENGTH
  if (at === end) return instant(day * DAY, localTime)
  const separator = at < end ? bytes[at]! : 0
  if (separator !== SPACE && (separator | SPACE) !== LETTER_T) return Number.NaN
  const hour = twoDigits(bytes, at + 1, end)
  const minute = pair(bytes, at + 3, end, COLON)
  at += 6
  let second = 0
  let fraction = 0
  if (at < end && bytes[at] === COLON) {
    second = twoDigits(bytes, at + 1, end)
    at += 3
    if (at < end && (bytes[at] === POINT || bytes[at] === COMMA)) {
      const digits = digitsEnd(bytes, at + 1, end)
      if (digits === at + 1) return Number.NaN
      fraction = milliseconds(bytes, at + 1, digits)
      at = digits
    }
  }
  if (!(hour < 24 || (hour === 24 && minute + second + fraction === 0))) return Number.NaN
  if (!(minute < 60 && second <= 60)) return Number.NaN
  const local = day * DAY + hour * HOUR + minute * MINUTE + second * 1_000 + fraction
  return at === end ? instant(local, localTime) : local - zoneOffset(bytes, at, end)
}

function instant(local: number, localTime: LocalTime): number {
  return Number.isNaN(local) ? Number.NaN : localTime(local)
}

/** Days since 1970-01-01 of a `YYYY-MM-DD`, NaN when there is no such day. */
function dayNumber(bytes: Uint8Array, at: number, end: number): number {
  const year = twoDigits(bytes, at, end) * 100 + twoDigits(bytes, at + 2, end)
  const month = pair(bytes, at + 4, end, MINUS)
  const day = pair(bytes, at + 7, end, MINUS)
  if (!(month >= 1 && month <= 12 && day >= 1)) return Number.NaN
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  if (day > MONTH_DAYS[month - 1]! + (leap && month === 2 ? 1 : 0)) return Number.NaN
  // Years counted from March put the leap day last; 719,468 days lie between 0000-03-01 and 1970.
  const from = month > 2 ? year : year - 1
  const leapDays = Math.floor(from / 4) - Math.floor(from / 100) + Math.floor(from / 400)
  const march = Math.floor((153 * ((month + 9) % 12) + 2) / 5)
  return from * 365 + leapDays + march + day - 1 - 719_468
}

/** ms to subtract for the zone at `at`, which must reach the end; NaN when it is none. */
function zoneOffset(bytes: Uint8Array, at: number, end: number): number {
  const sign = bytes[at]!
  if ((sign | SPACE) === LETTER_Z) return at + 1 === end ? 0 : Number.NaN
  if (sign !== PLUS && sign !== MINUS) return Number.NaN
  const hours = twoDigits(bytes, at + 1, end)
  let minutes = 0
  if (end - at === 5) minutes = twoDigits(bytes, at + 3, end)
  else if (end - at === 6) minutes = pair(bytes, at + 3, end, COLON)
  else if (end - at !== 3) return Number.NaN
  if (!(hours < 24 && minutes < 60)) return Number.NaN
  const offset = hours * HOUR + minutes * MINUTE
  return sign === MINUS ? -offset : offset
}

/** The first three digits of a fraction of a second. */
function milliseconds(bytes: Uint8Array, at: number, end: number): number {
  let value = 0
  for (let i = 0; i < 3; i++) value = value * 10 + (at + i < end ? bytes[at + i]! - ZERO : 0)
  return value
}

/** Two digits after a mark; NaN otherwise. */
function pair(bytes: Uint8Array, at: number, end: number, mark: number): number {
  return at < end && bytes[at] === mark ? twoDigits(bytes, at + 1, end) : Number.NaN
}

function twoDigits(bytes: Uint8Array, at: number, end: number): number {
  if (end - at < 2 || !isDigit(bytes[at]!) || !isDigit(bytes[at + 1]!)) return Number.NaN
  return (bytes[at]! - ZERO) * 10 + bytes[at + 1]! - ZERO
}
