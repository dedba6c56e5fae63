import { BACKSLASH, ESCAPED, LETTER_U, QUOTE, SPACE } from './json-walk.ts'

/** By byte: the letter of its escape, 0 for bytes that need none (RFC 8259, §7; as JSON.stringify). */
const LETTERS = new Uint8Array(256)
LETTERS.fill(LETTER_U, 0, SPACE)
for (const letter of '"\\bfnrt') {
  LETTERS[ESCAPED[letter.charCodeAt(0)]!] = letter.charCodeAt(0)
}

const HEX_DIGITS = '0123456789abcdef'

/**
 * Writes `bytes[start, end)` as a JSON string with no more escapes than needed, from `out[at]`. Returns
 * the position after it. That is beyond `out` when it does not fit; `out` is then full.
 */
export function writeJsonText(
  bytes: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  at: number
): number {
  let next = at
  out[next++] = QUOTE
  for (let from = start; from < end && next < out.length; from++) {
    const byte = bytes[from]!
    const letter = LETTERS[byte]!
    if (letter === 0) {
      out[next++] = byte
      continue
    }
    out[next++] = BACKSLASH
    out[next++] = letter
    if (letter === LETTER_U) next = writeHexWord(byte, out, next)
  }
  // Also where the last byte just filled it: the quote is then the byte too many.
  out[next++] = QUOTE
  return next
}

function writeHexWord(byte: number, out: Uint8Array, at: number): number {
  out[at] = 0x30
  out[at + 1] = 0x30
  out[at + 2] = HEX_DIGITS.charCodeAt(byte >> 4)
  out[at + 3] = HEX_DIGITS.charCodeAt(byte & 15)
  return at + 4
}
