const DIGIT_0 = 0x30
const MINUS = 0x2d
const TWO_32 = 0x1_0000_0000

/** The largest magnitude, as words: 2^63 for a negative number, one less for another. */
const MAGNITUDE_MAX_HIGH = 0x8000_0000

/**
 * Writes the integer that `bytes[start, end)` are the JSON text of as 8 bytes, little-endian, two's
 * complement. False when they aren't one (a fraction, an exponent, a leading 0 or +) or when it is outside
 * −2^63 … 2^63 − 1. Allocates nothing.
 */
export function writeInt64Text(
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array
): boolean {
  const isNegative = bytes[start] === MINUS
  const first = isNegative ? start + 1 : start
  if (first >= end || (bytes[first] === DIGIT_0 && end - first > 1)) return false
  let low = 0
  let high = 0
  for (let at = first; at < end; at++) {
    const digit = bytes[at]! - DIGIT_0
    if (digit < 0 || digit > 9) return false
    low = low * 10 + digit
    high = high * 10 + Math.floor(low / TWO_32)
    low %= TWO_32
    if (high >= TWO_32) return false
  }
  if (high > MAGNITUDE_MAX_HIGH) return false
  if (high === MAGNITUDE_MAX_HIGH && !(isNegative && low === 0)) return false
  if (isNegative) {
    // −x = not x + 1, with a carry when x ends in 32 zeros.
    high = (~high + Number(low === 0)) >>> 0
    low = -low >>> 0
  }
  writeWord(out, 0, low)
  writeWord(out, 4, high)
  return true
}

function writeWord(out: Uint8Array, at: number, word: number): void {
  out[at] = word
  out[at + 1] = word >>> 8
  out[at + 2] = word >>> 16
  out[at + 3] = word >>> 24
}
