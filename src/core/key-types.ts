import { writeInt64Text } from './int64-text.ts'

/**
 * What a key is hashed as. Other systems hash numbers and strings in these forms: with the same form,
 * the same key has the same hash (Apache DataSketches' rules).
 *
 *     utf8      the key's bytes as they are
 *     int64     8 bytes, little-endian, of the integer; smaller integers are widened to it
 *     float64   8 bytes, little-endian, of the IEEE double; −0 is 0, and there is one NaN
 *     utf16     2 bytes, little-endian, of each UTF-16 code unit (Java's char[])
 */
export type KeyType = 'utf8' | 'int64' | 'float64' | 'utf16'

const NUMBER_BYTES = 8
/** The upper 16 bits of Java's NaN; the others are 0. */
const NAN_TOP = 0x7ff8
/** JSON's numbers, and the names that Java and JavaScript print for the rest. */
const FLOAT = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|NaN|-?Infinity)$/
/** A double's shortest text has 24 characters; a longer one is still read, up to this. */
const FLOAT_TEXT_MAX = 1_024

const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true })
const number = new DataView(new ArrayBuffer(NUMBER_BYTES))
const numberBytes = new Uint8Array(number.buffer)

const DIGIT_0 = 0x30
const MINUS = 0x2d
const POINT = 0x2e
/** So many digits are a whole number that a double holds exactly. */
const EXACT_DIGITS = 15
/** Powers of ten that doubles hold exactly, as far as they are needed. */
const POWERS = Float64Array.from({ length: EXACT_DIGITS + 1 }, (_, power) => 10 ** power)

/** Room that `writeKey` needs for a key of so many bytes. */
export function keyRoom(length: number): number {
  return Math.max(length * 2, NUMBER_BYTES)
}

/**
 * Writes the bytes that are hashed of a key, and returns how many; −1 when it isn't of that type. The key
 * is `bytes[start, end)`: the text of a JSON string without quotes and escapes, or of a number as it
 * stands. Invalid UTF-8 counts as U+FFFD in utf16.
 */
export function writeKey(
  type: KeyType,
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array
): number {
  switch (type) {
    case 'utf8':
      out.set(bytes.subarray(start, end))
      return end - start
    case 'int64':
      return writeInt64Text(bytes, start, end, out) ? NUMBER_BYTES : -1
    case 'float64':
      return writeFloat(bytes, start, end, out)
    case 'utf16':
      return writeUtf16(bytes, start, end, out)
  }
}

function writeFloat(bytes: Uint8Array, start: number, end: number, out: Uint8Array): number {
  let value = shortDecimal(bytes, start, end)
  if (Number.isNaN(value)) {
    // Reading a long decimal right takes the platform's own reader, and that takes a string.
    if (end - start > FLOAT_TEXT_MAX) return -1
    const text = decoder.decode(bytes.subarray(start, end))
    if (!FLOAT.test(text)) return -1
    value = Number(text)
  }
  // Adding 0 turns −0 into 0; what a NaN looks like in memory is up to the machine.
  number.setFloat64(0, Number.isNaN(value) ? 0 : value + 0, true)
  if (Number.isNaN(value)) number.setUint16(6, NAN_TOP, true)
  out.set(numberBytes)
  return NUMBER_BYTES
}

/**
 * The value of a JSON number of up to 15 digits without an exponent; NaN for anything else. Digits and
 * power of ten are exact, so their quotient is rounded once, and right (W. D. Clinger, "How to read
 * floating point numbers accurately", 1990). Allocates nothing.
 */
function shortDecimal(bytes: Uint8Array, start: number, end: number): number {
  const isNegative = bytes[start] === MINUS
  const first = isNegative ? start + 1 : start
  if (end - first > EXACT_DIGITS + 1) return Number.NaN
  let point = end
  let value = 0
  for (let at = first; at < end; at++) {
    const digit = bytes[at]! - DIGIT_0
    if (digit >= 0 && digit <= 9) value = value * 10 + digit
    else if (bytes[at] === POINT && point === end) point = at
    else return Number.NaN
  }
  const places = point === end ? 0 : end - point - 1
  const digits = end - first - (point === end ? 0 : 1)
  const hasZeroFirst = bytes[first] === DIGIT_0 && point - first > 1
  const isWhole = point > first && point !== end - 1
  if (digits > EXACT_DIGITS || hasZeroFirst || !isWhole) return Number.NaN
  return (isNegative ? -value : value) / POWERS[places]!
}

function writeUtf16(bytes: Uint8Array, start: number, end: number, out: Uint8Array): number {
  let length = 0
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!
    if (byte > 0x7f) return writeDecoded(bytes, start, end, out)
    out[length] = byte
    out[length + 1] = 0
    length += 2
  }
  return length
}

/** Beyond ASCII. A code unit comes of one byte at least, so twice the bytes are room enough. */
function writeDecoded(bytes: Uint8Array, start: number, end: number, out: Uint8Array): number {
  const text = decoder.decode(bytes.subarray(start, end))
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    out[i * 2] = unit
    out[i * 2 + 1] = unit >>> 8
  }
  return text.length * 2
}
