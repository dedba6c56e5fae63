import { limits } from '../core/limits.ts'
import {
  ARRAY_OPEN,
  COLON,
  COMMA,
  DAMAGED,
  isDigit,
  literalEnd,
  MINUS,
  numberEnd,
  OBJECT_OPEN,
  QUOTE,
  spaceEnd,
  textEnd
} from './json-walk.ts'

/** The brackets open at this moment, outermost first; a table of ours instead of recursion. */
const open = new Uint8Array(limits.jsonDepthMax)

/** Both kinds of bracket close with the byte two after the one that opens. */
const CLOSE_STEP = 2

/**
 * True when the bytes are exactly one JSON object (RFC 8259), white space around it allowed, nested
 * no deeper than `limits.jsonDepthMax`. Bytes that are not UTF-8 inside strings pass.
 */
export function isJsonObject(bytes: Uint8Array, start: number, end: number): boolean {
  let at = spaceEnd(bytes, start, end)
  if (at === end || bytes[at] !== OBJECT_OPEN) return false
  let depth = 0
  while (at !== DAMAGED && at < end) {
    // A value begins here.
    const first = bytes[at]!
    if (first === OBJECT_OPEN || first === ARRAY_OPEN) {
      if (depth === limits.jsonDepthMax) return false
      open[depth++] = first
      at = spaceEnd(bytes, at + 1, end)
      if (at === end) return false
      if (bytes[at] !== first + CLOSE_STEP) {
        if (first === OBJECT_OPEN) at = nameEnd(bytes, at, end)
        continue
      }
    } else {
      at = scalarEnd(bytes, at, end)
      if (at === DAMAGED) return false
    }
    // A value ended here: brackets close until a comma promises the next one.
    at = spaceEnd(bytes, at, end)
    while (at < end && bytes[at] === open[depth - 1]! + CLOSE_STEP) {
      at = spaceEnd(bytes, at + 1, end)
      if (--depth === 0) return at === end
    }
    if (at === end || bytes[at] !== COMMA) return false
    at = spaceEnd(bytes, at + 1, end)
    if (open[depth - 1] === OBJECT_OPEN) at = nameEnd(bytes, at, end)
  }
  return false
}

/** Passes over a member's name and colon, to its value. */
function nameEnd(bytes: Uint8Array, at: number, end: number): number {
  const name = textEnd(bytes, at, end)
  if (name === DAMAGED) return DAMAGED
  const colon = spaceEnd(bytes, name, end)
  return colon < end && bytes[colon] === COLON ? spaceEnd(bytes, colon + 1, end) : DAMAGED
}

function scalarEnd(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at]!
  if (first === QUOTE) return textEnd(bytes, at, end)
  if (first === MINUS || isDigit(first)) return numberEnd(bytes, at, end)
  return literalEnd(bytes, at, end)
}
