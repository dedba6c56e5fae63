import { BACKSLASH, ESCAPED, hexWord, LETTER_U } from './json-walk.ts'

const REPLACEMENT = 0xfffd

/**
 * Writes what the inside of a JSON string (already checked, without its quotes) means as UTF-8 to
 * `out`, and returns how many bytes that is; more than `out` holds are counted but not kept.
 *
 * A `\ud83d\ude00` pair is one character. A surrogate without its partner has no UTF-8 and becomes
 * U+FFFD, as in every encoder of JavaScript. Bytes that are not UTF-8 stay as they are.
 */
export function unescapeText(
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array
): number {
  let length = 0
  let at = start
  while (at < end) {
    const byte = bytes[at]!
    if (byte !== BACKSLASH) {
      out[length++] = byte
      at++
    } else if (bytes[at + 1] !== LETTER_U) {
      out[length++] = ESCAPED[bytes[at + 1]!]!
      at += 2
    } else {
      let point = hexWord(bytes, at + 2, end)
      at += 6
      if (isSurrogate(point)) {
        const low = lowSurrogate(bytes, at, end)
        const paired = point < 0xdc00 && low !== 0
        point = paired ? 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00) : REPLACEMENT
        if (paired) at += 6
      }
      length = writePoint(point, out, length)
    }
  }
  return length
}

function isSurrogate(point: number): boolean {
  return point >= 0xd800 && point <= 0xdfff
}

/** The second half of a pair when it is escaped at `at`, else 0. */
function lowSurrogate(bytes: Uint8Array, at: number, end: number): number {
  if (at + 6 > end || bytes[at] !== BACKSLASH || bytes[at + 1] !== LETTER_U) return 0
  const point = hexWord(bytes, at + 2, end)
  return point >= 0xdc00 && point <= 0xdfff ? point : 0
}

function writePoint(point: number, out: Uint8Array, at: number): number {
  if (point < 0x80) {
    out[at] = point
    return at + 1
  }
  if (point < 0x800) {
    out[at] = 0xc0 | (point >> 6)
    out[at + 1] = 0x80 | (point & 63)
    return at + 2
  }
  if (point < 0x10000) {
    out[at] = 0xe0 | (point >> 12)
    out[at + 1] = 0x80 | ((point >> 6) & 63)
    out[at + 2] = 0x80 | (point & 63)
    return at + 3
  }
  out[at] = 0xf0 | (point >> 18)
  out[at + 1] = 0x80 | ((point >> 12) & 63)
  out[at + 2] = 0x80 | ((point >> 6) & 63)
  out[at + 3] = 0x80 | (point & 63)
  return at + 4
}
