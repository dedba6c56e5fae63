import { digitsEnd, isDigit, MINUS, numeralEnd, POINT, ZERO } from './json-walk.ts'

/*
 * A number means seconds, milliseconds, microseconds or nanoseconds since 1970 by its magnitude,
 * that is by the digits before its decimal point:
 *
 *   digits    unit   from (first instant above the smaller unit)   to
 *   1-10      s      1970-01-01T00:00:00Z                          2286-11-20T17:46:39Z
 *   11-13     ms     1970-04-26T17:46:40Z                          2286-11-20T17:46:39.999Z
 *   14-16     µs     1970-04-26T17:46:40Z                          2286-11-20T17:46:39.999999Z
 *   17 …      ns     1970-04-26T17:46:40Z                          ±2^47 ms (year 6429)
 *
 * Negative numbers mirror it. Fractions are cut to whole ms towards the past (a window is half-open),
 * in decimal digits: binary fractions would put 1468244400.001 s a millisecond early.
 */
export const SECONDS_DIGITS = 10
export const MILLISECONDS_DIGITS = 13
const MICROSECONDS_DIGITS = 16

/** |time| above this is no time: 2^47 ms, the year 6429. */
export const TIME_MS_MAX = 2 ** 47
/** Digits of TIME_MS_MAX. */
const TIME_DIGITS_MAX = 15
const HALF_DIGITS = 7
const EXPONENT_MAX = 1e9

/** Milliseconds of the number in `bytes[start, end)`; NaN when it is none or out of range. */
export function epochTime(bytes: Uint8Array, start: number, end: number): number {
  if (numeralEnd(bytes, start, end) !== end) return Number.NaN
  const negative = bytes[start] === MINUS
  const integer = negative ? start + 1 : start
  const point = digitsEnd(bytes, integer, end)
  const fraction = point < end && bytes[point] === POINT ? point + 1 : point
  const digits = digitsEnd(bytes, fraction, end)
  const exponent = digits < end ? exponentOf(bytes, digits + 1, end) : 0

  // The significant digits are a run with at most the point inside; `before` of them precede it.
  let first = integer
  while (first < digits && (bytes[first] === ZERO || bytes[first] === POINT)) first++
  if (first === digits) return 0
  const before = (first < point ? point - first : fraction - first) + exponent
  const wanted = before + millisecondsShift(before)
  if (wanted > TIME_DIGITS_MAX) return Number.NaN
  return wholePart(bytes, first, digits, wanted, negative)
}

/**
 * The number of up to 13 digits. Two halves of 32 bits each: integers are several times as fast as
 * doubles.
 */
export function shortInteger(bytes: Uint8Array, start: number, end: number): number {
  const middle = Math.min(start + HALF_DIGITS, end)
  let high = 0
  for (let at = start; at < middle; at++) high = (high * 10 + bytes[at]! - ZERO) | 0
  let low = 0
  let scale = 1
  for (let at = middle; at < end; at++) {
    low = (low * 10 + bytes[at]! - ZERO) | 0
    scale = (scale * 10) | 0
  }
  return high * scale + low
}

/** By how many digits the decimal point moves to turn the number's unit into ms. */
function millisecondsShift(digits: number): number {
  if (digits <= SECONDS_DIGITS) return 3
  if (digits <= MILLISECONDS_DIGITS) return 0
  return digits <= MICROSECONDS_DIGITS ? -3 : -6
}

/** The first `wanted` digits as a number, zeros appended; rounded towards the past. */
function wholePart(
  bytes: Uint8Array,
  first: number,
  end: number,
  wanted: number,
  negative: boolean
): number {
  let value = 0
  let left = wanted
  let cut = 0
  for (let at = first; at < end; at++) {
    const byte = bytes[at]!
    if (byte === POINT) continue
    if (left > 0) value = value * 10 + byte - ZERO
    else cut |= byte - ZERO
    left--
  }
  while (left-- > 0) value *= 10
  if (negative) value = cut === 0 ? 0 - value : -1 - value
  return Math.abs(value) > TIME_MS_MAX ? Number.NaN : value
}

/** The exponent after "e", held within bounds that no frame has digits enough to make up for. */
function exponentOf(bytes: Uint8Array, at: number, end: number): number {
  const negative = bytes[at] === MINUS
  let value = 0
  for (let next = isDigit(bytes[at]!) ? at : at + 1; next < end; next++) {
    value = Math.min(value * 10 + bytes[next]! - ZERO, EXPONENT_MAX)
  }
  return negative ? -value : value
}
