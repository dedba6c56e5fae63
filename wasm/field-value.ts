import { SPAN_BYTES, SPANS_AT } from './extract-layout.ts'
import { MINUS, NOWHERE, QUOTE, QUOTES, SLASHES, SPACES, scalarEnd, ZERO } from './json-skip.ts'

/** What a slot holds: the inside of a string without escapes, what begins like a number, a literal. */
export const TEXT: u32 = 1
export const NUMBER: u32 = 2
export const BOOLEAN: u32 = 3
export const NULL: u32 = 4

const TRUE: u32 = 0x65757274
const FALS: u32 = 0x736c6166
const NULL_WORD: u32 = 0x6c6c756e
const LETTER_E: u32 = 0x65

/**
 * Notes the value at `at`, which begins with `byte`, in a slot: the position behind it. `NOWHERE` for
 * objects, arrays, strings with escapes or control characters, and what is no value or not whole.
 */
export function takeValue(at: usize, end: usize, byte: u32, slot: usize): usize {
  const span = SPANS_AT + slot * SPAN_BYTES
  if (byte == QUOTE) {
    const close = plainEnd(at + 1, end)
    if (close >= end || <u32>load<u8>(close) != QUOTE) return NOWHERE
    note(span, TEXT, at + 1, close)
    return close + 1
  }
  const stop = scalarEnd(at, end)
  if (stop >= end) return NOWHERE
  if (byte - ZERO <= 9 || byte == MINUS) {
    note(span, NUMBER, at, stop)
    return stop
  }
  const word = load<u32>(at)
  const length = stop - at
  if (length == 4 && word == NULL_WORD) note(span, NULL, at, stop)
  else if (length == 4 && word == TRUE) note(span, BOOLEAN, at, stop)
  else if (length == 5 && word == FALS && <u32>load<u8>(at, 4) == LETTER_E) {
    note(span, BOOLEAN, at, stop)
  } else return NOWHERE
  return stop
}

function note(span: usize, kind: u32, start: usize, end: usize): void {
  store<u32>(span, kind)
  store<u32>(span, <u32>start, 4)
  store<u32>(span, <u32>end, 8)
}

/** The first byte of a string's inside that is its end, an escape or a control character. */
export function plainEnd(at: usize, end: usize): usize {
  const quotes = v128.load(QUOTES)
  const slashes = v128.load(SLASHES)
  const spaces = v128.load(SPACES)
  for (let next = at; next < end; next += 16) {
    const bytes = v128.load(next)
    const ends = v128.or(i8x16.eq(bytes, quotes), i8x16.eq(bytes, slashes))
    const hits = i8x16.bitmask(v128.or(ends, i8x16.lt_u(bytes, spaces)))
    if (hits != 0) return next + <usize>ctz<i32>(hits)
  }
  return end
}
