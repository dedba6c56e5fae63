import {
  H1_HIGH_AT,
  H1_LOW_AT,
  H2_HIGH_AT,
  H2_LOW_AT,
  KEY_BYTES_MAX,
  KEY_PARTS,
  KEY_SLOTS,
  SCRATCH_AT,
  SPAN_BYTES,
  SPANS_AT
} from './extract-layout.ts'
import { NULL, NUMBER } from './field-value.ts'
import { ARRAY_OPEN, COMMA, MINUS, QUOTE, ZERO } from './json-skip.ts'
import { hashKey } from './murmur3-key.ts'
import { digitsEnd } from './time-value.ts'

const ARRAY_CLOSE: u32 = 0x5d

/**
 * Hashes the key whose values are noted, into row `row` of the columns. False for a value that is no key, too long,
 * or a number that is no integer: the plain twin has the verdict. Readable twin: `KeyReader`.
 */
export function hashValues(row: usize): bool {
  const parts = load<u32>(KEY_PARTS)
  const span = SPANS_AT + <usize>load<u32>(KEY_SLOTS) * SPAN_BYTES
  if (parts > 1) return hashParts(parts, row)
  return isKey(span) && hashSpan(load<u32>(span, 4), load<u32>(span, 8), row)
}

/** Hashes bytes as a key; false when there are none or too many. */
export function hashSpan(start: usize, end: usize, row: usize): bool {
  if (end <= start || end - start > <usize>load<u32>(KEY_BYTES_MAX)) return false
  hashKey(start, end, row << 2, H1_LOW_AT, H1_HIGH_AT, H2_LOW_AT, H2_HIGH_AT)
  return true
}

/** A key of several fields is an array of strings; none of these bytes needs an escape. */
function hashParts(parts: u32, row: usize): bool {
  let room = load<u32>(KEY_BYTES_MAX)
  let at = SCRATCH_AT
  for (let part: u32 = 0; part < parts; part++) {
    const span = SPANS_AT + <usize>load<u32>(KEY_SLOTS + ((<usize>part) << 2)) * SPAN_BYTES
    const start = <usize>load<u32>(span, 4)
    const length = load<u32>(span, 8) - load<u32>(span, 4)
    if (!isKey(span) || length == 0 || length > room) return false
    room -= length
    store<u8>(at, part == 0 ? ARRAY_OPEN : COMMA)
    store<u8>(at, QUOTE, 1)
    copy(at + 2, start, length)
    at += <usize>length + 2
    store<u8>(at, QUOTE)
    at++
  }
  store<u8>(at, ARRAY_CLOSE)
  return hashSpan(SCRATCH_AT, at + 1, row)
}

function isKey(span: usize): bool {
  const kind = load<u32>(span)
  if (kind == NUMBER) return isInteger(load<u32>(span, 4), load<u32>(span, 8))
  return kind != NULL
}

/** True for a number without fraction and exponent, as JSON has it. */
export function isInteger(start: usize, end: usize): bool {
  const first = <u32>load<u8>(start) == MINUS ? start + 1 : start
  if (first == end || digitsEnd(first, end) != end) return false
  return <u32>load<u8>(first) != ZERO || first + 1 == end
}

/** Copies in steps of 16 bytes, so up to 15 more. */
export function copy(to: usize, from: usize, length: u32): void {
  for (let i: usize = 0; i < <usize>length; i += 16) v128.store(to + i, v128.load(from + i))
}
