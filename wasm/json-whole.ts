import { plainEnd } from './field-value.ts'
import {
  ARRAY_OPEN,
  COLON,
  COMMA,
  MINUS,
  NOWHERE,
  OBJECT_OPEN,
  QUOTE,
  SPACE,
  scalarEnd,
  spaceEnd,
  ZERO
} from './json-skip.ts'
import { digitsEnd } from './time-value.ts'

const SLASH: u32 = 0x5c
const POINT: u32 = 0x2e
const PLUS: u32 = 0x2b
const LETTER_E: u32 = 0x65
const LETTER_U: u32 = 0x75
const TRUE: u32 = 0x65757274
const FALS: u32 = 0x736c6166
const NULL: u32 = 0x6c6c756e
/** What may follow a backslash beside `u`: one bit for each of the letters from `a` on. */
const ESCAPED_LETTERS: u32 = 0x000a_2022

/** Both kinds of bracket close with the byte two after the one that opens. */
const CLOSE_STEP: u32 = 2
const DEPTH_MAX: u32 = 64

/**
 * True when `[start, end)` is exactly one JSON object (RFC 8259), of which the first byte is known. Bytes that are
 * not UTF-8 pass inside of strings. Nested deeper than 64 it is left to the readable twin, `isJsonObject`.
 */
export function isJsonObject(start: usize, end: usize): bool {
  // Of each open bracket whether it is that of an object, the last one lowest.
  let kinds: u64 = 0
  let depth: u32 = 0
  let at = start
  while (at < end) {
    const first = <u32>load<u8>(at)
    if ((first | SPACE) == OBJECT_OPEN) {
      if (depth == DEPTH_MAX) return false
      const isObject = first == OBJECT_OPEN
      kinds = (kinds << 1) | <u64>isObject
      depth++
      at = tokenFrom(at + 1, end)
      if (at >= end) return false
      if (<u32>load<u8>(at) != first + CLOSE_STEP) {
        if (isObject) {
          at = nameEnd(at, end)
          if (at == NOWHERE) return false
        }
        continue
      }
    } else {
      at = valueEnd(at, end, first)
      if (at == NOWHERE) return false
    }
    at = tokenFrom(at, end)
    // Brackets close until a comma promises another value.
    while (at < end && <u32>load<u8>(at) == closing(kinds)) {
      at = tokenFrom(at + 1, end)
      kinds >>= 1
      if (--depth == 0) return at == end
    }
    if (at >= end || <u32>load<u8>(at) != COMMA) return false
    at = tokenFrom(at + 1, end)
    if ((kinds & 1) != 0) {
      at = nameEnd(at, end)
      if (at == NOWHERE) return false
    }
  }
  return false
}

function closing(kinds: u64): u32 {
  return ((kinds & 1) != 0 ? OBJECT_OPEN : ARRAY_OPEN) + CLOSE_STEP
}

function tokenFrom(at: usize, end: usize): usize {
  return <u32>load<u8>(at) > SPACE ? at : spaceEnd(at, end)
}

/** Passes over a member's name and colon, to its value. */
function nameEnd(at: usize, end: usize): usize {
  if (at >= end || <u32>load<u8>(at) != QUOTE) return NOWHERE
  const name = textEnd(at + 1, end)
  if (name == NOWHERE) return NOWHERE
  const colon = tokenFrom(name, end)
  return colon < end && <u32>load<u8>(colon) == COLON ? tokenFrom(colon + 1, end) : NOWHERE
}

function valueEnd(at: usize, end: usize, first: u32): usize {
  if (first == QUOTE) return textEnd(at + 1, end)
  const stop = scalarEnd(at, end)
  if (stop >= end) return NOWHERE
  if (first - ZERO <= 9 || first == MINUS) return isNumber(at, stop) ? stop : NOWHERE
  const word = load<u32>(at)
  const length = stop - at
  if (length == 4) return word == TRUE || word == NULL ? stop : NOWHERE
  return length == 5 && word == FALS && <u32>load<u8>(at, 4) == LETTER_E ? stop : NOWHERE
}

/** Passes over the rest of a string, its closing quote included, and checks it. */
function textEnd(at: usize, end: usize): usize {
  let next = plainEnd(at, end)
  while (next < end && <u32>load<u8>(next) == SLASH) {
    const symbol = <u32>load<u8>(next, 1)
    if (symbol == LETTER_U ? !isHexWord(next + 2) : !isEscaped(symbol)) return NOWHERE
    next = plainEnd(next + (symbol == LETTER_U ? 6 : 2), end)
  }
  return next < end && <u32>load<u8>(next) == QUOTE ? next + 1 : NOWHERE
}

function isEscaped(symbol: u32): bool {
  const letter = symbol - 0x61
  if (letter < 26) return ((ESCAPED_LETTERS >> letter) & 1) != 0
  return symbol == QUOTE || symbol == SLASH || symbol == 0x2f
}

/** True for four hexadecimal digits; a line feed, which ends the frame, is none. */
function isHexWord(at: usize): bool {
  for (let next = at; next < at + 4; next++) {
    const byte = <u32>load<u8>(next)
    if (byte - ZERO > 9 && (byte | SPACE) - 0x61 > 5) return false
  }
  return true
}

/** True for a number by the grammar of RFC 8259 §6. */
function isNumber(start: usize, end: usize): bool {
  const integer = <u32>load<u8>(start) == MINUS ? start + 1 : start
  let at = digitsEnd(integer, end)
  if (at == integer || (<u32>load<u8>(integer) == ZERO && at > integer + 1)) return false
  if (at < end && <u32>load<u8>(at) == POINT) {
    const fraction = at + 1
    at = digitsEnd(fraction, end)
    if (at == fraction) return false
  }
  if (at < end && (<u32>load<u8>(at) | SPACE) == LETTER_E) {
    at++
    const sign = <u32>load<u8>(at)
    if (sign == PLUS || sign == MINUS) at++
    const exponent = at
    at = digitsEnd(exponent, end)
    if (at == exponent) return false
  }
  return at == end
}
