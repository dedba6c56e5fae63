import { utf8 } from '../core/bytes.ts'

/**
 * Steps over JSON bytes. Every function takes the position of the first byte of its part and returns
 * the position after it, or `DAMAGED`. Nothing here allocates, recurses, or reads outside `[at, end)`.
 */

export const DAMAGED = -1

export const QUOTE = 0x22
export const COMMA = 0x2c
export const MINUS = 0x2d
export const POINT = 0x2e
export const ZERO = 0x30
const NINE = 0x39
export const COLON = 0x3a
export const ARRAY_OPEN = 0x5b
export const BACKSLASH = 0x5c
export const ARRAY_CLOSE = 0x5d
export const OBJECT_OPEN = 0x7b
export const OBJECT_CLOSE = 0x7d
export const LETTER_U = 0x75
export const LETTER_N = 0x6e
const LETTER_T = 0x74
const LETTER_F = 0x66
/** Also the bit in which ASCII letters of both cases differ, and the first byte that is no control. */
export const SPACE = 0x20

const TRUE = utf8('true')
const FALSE = utf8('false')
const NULL = utf8('null')

/** Position of the first byte that is not JSON white space; `end` when there is none. */
export function spaceEnd(bytes: Uint8Array, at: number, end: number): number {
  let next = at
  while (next < end && isSpace(bytes[next]!)) next++
  return next
}

/**
 * Passes over a value that is not wanted, by its quotes and brackets alone: strings must be closed
 * and brackets balanced, but kinds of brackets, escapes and literals are not looked at.
 *
 * Most of an extractor's time goes here. Its cost is mispredicted branches, one for each quote and
 * backslash; a lookup for all brackets at once measured best.
 *
 * `open` brackets around `at` are passed over too: with 1 the rest of an object, from behind a member.
 */
export function valueEnd(bytes: Uint8Array, at: number, end: number, open = 0): number {
  if (at >= end) return DAMAGED
  const first = KINDS[bytes[at]!]!
  if (open === 0 && first !== QUOTES && first !== OPENS) return plainValueEnd(bytes, at, end)
  const view = viewOf(bytes)
  let depth = open
  let next = at
  while (next < end) {
    const kind = KINDS[bytes[next++]!]!
    if (kind === PASSES) continue
    if (kind === QUOTES) {
      next = insideEnd(bytes, next, end, view)
      if (next === DAMAGED) return DAMAGED
    } else if (kind === OPENS) {
      depth++
    } else {
      depth--
    }
    if (depth === 0) return next
  }
  return DAMAGED
}

/**
 * Passes over the rest of a string, its closing quote included. Four bytes at a time: a byte of
 * `hits` is 0x80 where the word has a quote or a backslash, exact for the lowest one (the carry of
 * a zero byte only reaches bytes above it). The plain loop does the same for the last three.
 */
function insideEnd(bytes: Uint8Array, at: number, end: number, view: DataView): number {
  const wordsEnd = end - 3
  let next = at
  for (;;) {
    while (next < wordsEnd) {
      const word = view.getInt32(next, true)
      const quotes = word ^ 0x2222_2222
      const slashes = word ^ 0x5c5c_5c5c
      const zeros = ((quotes - 0x0101_0101) & ~quotes) | ((slashes - 0x0101_0101) & ~slashes)
      const hits = zeros & 0x8080_8080
      if (hits !== 0) {
        next += (31 - Math.clz32(hits & -hits)) >> 3
        break
      }
      next += 4
    }
    // The last word may have ended just at the bound.
    if (next >= end) return DAMAGED
    const byte = bytes[next++]!
    if (byte === QUOTE) return next
    if (byte === BACKSLASH) next++
  }
}

// The view of the chunk at hand: one for all of its frames.
let viewed: Uint8Array = new Uint8Array(0)
let view: DataView = new DataView(viewed.buffer)

function viewOf(bytes: Uint8Array): DataView {
  if (bytes !== viewed) {
    viewed = bytes
    view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }
  return view
}

/** Passes over a number or literal that is not wanted. */
function plainValueEnd(bytes: Uint8Array, at: number, end: number): number {
  let next = at
  while (next < end && !isDelimiter(bytes[next]!)) next++
  return next === at ? DAMAGED : next
}

/**
 * Passes over a number, checked against the grammar of RFC 8259 §6. A delimiter must follow inside
 * the frame: a number at the very end may have been cut, and would be another number.
 */
export function numberEnd(bytes: Uint8Array, at: number, end: number): number {
  const next = numeralEnd(bytes, at, end)
  return next === DAMAGED || next === end || !isDelimiter(bytes[next]!) ? DAMAGED : next
}

/** The longest number at `at`, whatever follows it. */
export function numeralEnd(bytes: Uint8Array, at: number, end: number): number {
  let next = at
  if (next < end && bytes[next] === MINUS) next++
  const integer = next
  next = digitsEnd(bytes, next, end)
  if (next === integer || (bytes[integer] === ZERO && next > integer + 1)) return DAMAGED
  if (next < end && bytes[next] === POINT) {
    const fraction = next + 1
    next = digitsEnd(bytes, fraction, end)
    if (next === fraction) return DAMAGED
  }
  // "E" and "e" differ in one bit.
  if (next < end && (bytes[next]! | SPACE) === 0x65) {
    next++
    if (next < end && (bytes[next] === 0x2b || bytes[next] === MINUS)) next++
    const exponent = next
    next = digitsEnd(bytes, exponent, end)
    if (next === exponent) return DAMAGED
  }
  return next
}

export function digitsEnd(bytes: Uint8Array, at: number, end: number): number {
  let next = at
  while (next < end && isDigit(bytes[next]!)) next++
  return next
}

/** Passes over `true`, `false` or `null`; a delimiter must follow inside the frame. */
export function literalEnd(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end) return DAMAGED
  const first = bytes[at]!
  const word = first === LETTER_T ? TRUE : first === LETTER_F ? FALSE : NULL
  const next = at + word.length
  if (next >= end || !isDelimiter(bytes[next]!)) return DAMAGED
  return startsWith(bytes, at, next, word) ? next : DAMAGED
}

/** Passes over a string from its opening quote and checks it: escapes, no bare control characters. */
export function textEnd(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end || bytes[at] !== QUOTE) return DAMAGED
  let next = at + 1
  while (next < end) {
    const byte = bytes[next]!
    if (byte === QUOTE) return next + 1
    if (byte < SPACE) return DAMAGED
    const length = byte === BACKSLASH ? escapeLength(bytes, next, end) : 1
    if (length === DAMAGED) return DAMAGED
    next += length
  }
  return DAMAGED
}

/** The first byte of a string's inside that is its end, an escape or a control character. */
export function plainEnd(bytes: Uint8Array, at: number, end: number): number {
  let next = at
  while (next < end) {
    const byte = bytes[next]!
    if (byte === QUOTE || byte === BACKSLASH || byte < SPACE) break
    next++
  }
  return next
}

/** 2 or 6, the bytes of the escape at a backslash. */
function escapeLength(bytes: Uint8Array, at: number, end: number): number {
  if (at + 1 >= end) return DAMAGED
  const symbol = bytes[at + 1]!
  if (symbol !== LETTER_U) return ESCAPED[symbol] === 0 ? DAMAGED : 2
  return hexWord(bytes, at + 2, end) === DAMAGED ? DAMAGED : 6
}

/** The number of the four hexadecimal digits at `at`. */
export function hexWord(bytes: Uint8Array, at: number, end: number): number {
  if (end - at < 4) return DAMAGED
  let value = 0
  for (let i = 0; i < 4; i++) {
    const byte = bytes[at + i]!
    const letter = byte | SPACE
    if (isDigit(byte)) value = value * 16 + byte - ZERO
    else if (letter >= 0x61 && letter <= 0x66) value = value * 16 + letter - 0x57
    else return DAMAGED
  }
  return value
}

/** What `\x` stands for, by the byte x; 0 where there is no such escape. `\u` is not in it. */
export const ESCAPED = new Uint8Array(256)
ESCAPED[QUOTE] = QUOTE
ESCAPED[BACKSLASH] = BACKSLASH
ESCAPED[0x2f] = 0x2f
ESCAPED[0x62] = 0x08
ESCAPED[0x66] = 0x0c
ESCAPED[0x6e] = 0x0a
ESCAPED[0x72] = 0x0d
ESCAPED[0x74] = 0x09

/** True when `bytes[at, end)` begins with `word`. */
export function startsWith(bytes: Uint8Array, at: number, end: number, word: Uint8Array): boolean {
  if (end - at < word.length) return false
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word[i]) return false
  return true
}

export function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE
}

function isSpace(byte: number): boolean {
  // One comparison for what is almost always something else.
  return byte <= SPACE && (byte === SPACE || byte === 0x09 || byte === 0x0a || byte === 0x0d)
}

/** Bytes that end a number or a literal. */
export function isDelimiter(byte: number): boolean {
  return DELIMITERS[byte] === 1
}

const PASSES = 0
const QUOTES = 1
const OPENS = 2
const CLOSES = 3
const KINDS = new Uint8Array(256)
KINDS[QUOTE] = QUOTES
KINDS[OBJECT_OPEN] = OPENS
KINDS[ARRAY_OPEN] = OPENS
KINDS[OBJECT_CLOSE] = CLOSES
KINDS[ARRAY_CLOSE] = CLOSES

const DELIMITERS = new Uint8Array(256)
for (const symbol of ' \t\n\r,:"{}[]') DELIMITERS[symbol.charCodeAt(0)] = 1
