import { MINUS, ZERO } from './json-skip.ts'

/*
 * Event times as `src/extract/epoch-time.ts` and `iso-time.ts` read them, without what is rare: signs, exponents,
 * a leading zero, leap seconds, midnight as 24:00, times that name no zone. Those are NaN here, which means that
 * the plain twin reads them.
 */
const SECONDS_DIGITS: u32 = 10
const MILLISECONDS_DIGITS: u32 = 13
const MICROSECONDS_DIGITS: u32 = 16
const NANOSECONDS_DIGITS: u32 = 19
const TIME_MS_MAX: f64 = 140737488355328

const COLON: u32 = 0x3a
const COMMA: u32 = 0x2c
const POINT: u32 = 0x2e
const PLUS: u32 = 0x2b
const LETTER_T: u32 = 0x74
const LETTER_Z: u32 = 0x7a
const SPACE: u32 = 0x20

const ZEROS: u64 = 0x3030_3030_3030_3030
const MINUTE: i64 = 60_000
const HOUR: i64 = 3_600_000
const DAY: i64 = 86_400_000
/** The shortest with a zone: 2016-07-11T13:39Z. */
const ISO_BYTES_MIN: usize = 17

/** Days of the months, February with its leap day. */
// prettier-ignore
const MONTH_DAYS: usize = memory.data<u8>([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])

// prettier-ignore
const DIGITS: usize = memory.data<u8>([
  0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30, 9,
  9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9
])
const ZERO_DIGITS: usize = DIGITS
const NINES: usize = DIGITS + 16

/** Milliseconds of the text of a number or a string. */
export function timeOf(start: usize, end: usize): f64 {
  const digits = <u32>(digitsEnd(start, end) - start)
  if (digits == 4) return isoTime(start, end)
  if (digits == 0 || digits > NANOSECONDS_DIGITS || <u32>load<u8>(start) == ZERO) return NaN
  const point = start + <usize>digits
  if (point != end) {
    if (<u32>load<u8>(point) != POINT) return NaN
    if (point + 1 == end || digitsEnd(point + 1, end) != end) return NaN
  }
  if (digits <= SECONDS_DIGITS) {
    return <f64>(integer(start, digits) * 1_000 + milliseconds(point + 1, end))
  }
  if (digits <= MILLISECONDS_DIGITS) return <f64>integer(start, digits)
  // A cut towards the past: what is dropped of a positive number are digits.
  return <f64>integer(start, digits <= MICROSECONDS_DIGITS ? digits - 3 : digits - 6)
}

/** Behind the digits at `at`. */
export function digitsEnd(at: usize, end: usize): usize {
  const zeros = v128.load(ZERO_DIGITS)
  const others = i8x16.bitmask(i8x16.gt_u(i8x16.sub(v128.load(at), zeros), v128.load(NINES)))
  return others != 0 ? min<usize>(at + <usize>ctz<i32>(others), end) : longDigitsEnd(at, end)
}

function longDigitsEnd(at: usize, end: usize): usize {
  let next = at
  while (next < end && <u32>load<u8>(next) - ZERO <= 9) next++
  return next
}

/** The number of 1 to 16 digits. */
function integer(at: usize, digits: u32): i64 {
  if (digits <= 8) return <i64>eight((load<u64>(at) - ZEROS) << ((<u64>(8 - digits)) << 3))
  const head = eight((load<u64>(at) - ZEROS) << ((<u64>(16 - digits)) << 3))
  return <i64>(head * 100_000_000 + eight(load<u64>(at + <usize>digits - 8) - ZEROS))
}

/**
 * The number of eight digits, the first one in the lowest byte, all less "0": pairs, then fours, then all.
 * Bytes behind the digits may have borrowed from each other; they were shifted out.
 */
function eight(digits: u64): u64 {
  const pairs = digits * 10 + (digits >> 8)
  const low = (pairs & 0x0000_00ff_0000_00ff) * 0x000f_4240_0000_0064
  const high = ((pairs >> 16) & 0x0000_00ff_0000_00ff) * 0x0000_2710_0000_0001
  return (low + high) >> 32
}

/** The first three digits of a fraction of a second. */
function milliseconds(at: usize, end: usize): i64 {
  let value: i64 = 0
  for (let i: usize = 0; i < 3; i++) {
    value = value * 10 + (at + i < end ? <i64>load<u8>(at + i) - <i64>ZERO : 0)
  }
  return value
}

function isoTime(start: usize, end: usize): f64 {
  if (end - start < ISO_BYTES_MIN) return NaN
  if (<u32>load<u8>(start, 4) != MINUS || <u32>load<u8>(start, 7) != MINUS) return NaN
  if (<u32>load<u8>(start, 13) != COLON) return NaN
  const separator = <u32>load<u8>(start, 10)
  if (separator != SPACE && (separator | SPACE) != LETTER_T) return NaN
  const year = pair(start) * 100 + pair(start + 2)
  const month = pair(start + 5)
  const day = pair(start + 8)
  const hour = pair(start + 11)
  const minute = pair(start + 14)
  // What is no digit gives more than 99 at least once.
  if (month - 1 > 11 || day - 1 > 30 || hour > 23 || minute > 59 || year > 6_400) return NaN
  if (pair(start) > 99 || pair(start + 2) > 99) return NaN
  if (day > <u32>load<u8>(MONTH_DAYS + month)) return NaN
  if (month == 2 && day == 29 && !isLeap(year)) return NaN
  let at = start + 16
  let second: u32 = 0
  let fraction: i64 = 0
  if (<u32>load<u8>(at) == COLON) {
    second = pair(at + 1)
    if (second > 59) return NaN
    at += 3
    const mark = at < end ? <u32>load<u8>(at) : 0
    if (mark == POINT || mark == COMMA) {
      const stop = digitsEnd(at + 1, end)
      if (stop == at + 1) return NaN
      fraction = milliseconds(at + 1, stop)
      at = stop
    }
  }
  if (at >= end) return NaN
  const offset = zoneOffset(at, end)
  if (offset == i64.MIN_VALUE) return NaN
  const clock = <i64>hour * HOUR + <i64>minute * MINUTE + <i64>second * 1_000 + fraction
  const time = <f64>(dayNumber(year, month, day) * DAY + clock - offset)
  return time <= TIME_MS_MAX ? time : NaN
}

/** Two digits; beyond 99 when it is not that. */
function pair(at: usize): u32 {
  const high = <u32>load<u8>(at) - ZERO
  const low = <u32>load<u8>(at, 1) - ZERO
  return high > 9 || low > 9 ? 1_000 : high * 10 + low
}

function isLeap(year: u32): bool {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/** Days since 1970, as `dayNumber` in `iso-time.ts` counts them. */
function dayNumber(year: u32, month: u32, day: u32): i64 {
  const from = <i64>(month > 2 ? year : year - 1)
  const leapDays = floorDiv(from, 4) - floorDiv(from, 100) + floorDiv(from, 400)
  const march = <i64>((153 * ((month + 9) % 12) + 2) / 5)
  return from * 365 + leapDays + march + <i64>day - 1 - 719_468
}

/** January of year 0 lies before March of it. */
function floorDiv(value: i64, by: i64): i64 {
  return value < 0 ? -1 : value / by
}

/** ms to subtract for the zone at `at`, which must reach the end; the least number when it is none. */
function zoneOffset(at: usize, end: usize): i64 {
  const sign = <u32>load<u8>(at)
  const length = end - at
  if ((sign | SPACE) == LETTER_Z) return length == 1 ? 0 : i64.MIN_VALUE
  if (sign != PLUS && sign != MINUS) return i64.MIN_VALUE
  if (length != 3 && length != 5 && length != 6) return i64.MIN_VALUE
  if (length == 6 && <u32>load<u8>(at, 3) != COLON) return i64.MIN_VALUE
  const hours = pair(at + 1)
  const minutes: u32 = length == 3 ? 0 : pair(end - 2)
  if (hours > 23 || minutes > 59) return i64.MIN_VALUE
  const offset = <i64>hours * HOUR + <i64>minutes * MINUTE
  return sign == MINUS ? -offset : offset
}
