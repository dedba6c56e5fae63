import { SLOTS } from './field-roles.ts'
import {
  ARRAY_OPEN,
  isDigit,
  LETTER_N,
  literalEnd,
  MINUS,
  numberEnd,
  OBJECT_OPEN,
  plainEnd,
  QUOTE,
  textEnd,
  valueEnd
} from './json-walk.ts'

/** What a slot holds. */
export const NULL = 1
/** The JSON text of a number or boolean. */
const WORD = 2
/** The inside of a string in which no byte is escaped. */
export const PLAIN = 3
/** The inside of a string with escapes, checked. */
export const ESCAPED = 4
/** An object or an array. */
export const NESTED = 5

/**
 * Where the values of one frame are, by slot (`field-roles.ts`): noted in passing, read at its end. A
 * slot means nothing while the frame lacks its field.
 */
export class FieldSpans {
  readonly kind: Uint8Array = new Uint8Array(SLOTS)
  readonly start: Int32Array = new Int32Array(SLOTS)
  readonly end: Int32Array = new Int32Array(SLOTS)

  /** Notes the value at `at` in each slot of `roles`; the position after it, or `DAMAGED`. */
  take(bytes: Uint8Array, at: number, end: number, roles: number): number {
    const slot = 31 - Math.clz32(roles)
    const next =
      bytes[at] === QUOTE ? this.text(bytes, at, end, slot) : this.other(bytes, at, end, slot)
    let left = roles ^ (1 << slot)
    while (left !== 0) {
      const copy = 31 - Math.clz32(left)
      this.note(copy, this.kind[slot]!, this.start[slot]!, this.end[slot]!)
      left ^= 1 << copy
    }
    return next
  }

  private text(bytes: Uint8Array, at: number, end: number, slot: number): number {
    const close = plainEnd(bytes, at + 1, end)
    if (close < end && bytes[close] === QUOTE) {
      this.note(slot, PLAIN, at + 1, close)
      return close + 1
    }
    const next = textEnd(bytes, at, end)
    this.note(slot, ESCAPED, at + 1, next - 1)
    return next
  }

  private other(bytes: Uint8Array, at: number, end: number, slot: number): number {
    const first = bytes[at]!
    if (first === OBJECT_OPEN || first === ARRAY_OPEN) {
      this.note(slot, NESTED, at, at)
      return valueEnd(bytes, at, end)
    }
    const isNumber = first === MINUS || isDigit(first)
    const next = isNumber ? numberEnd(bytes, at, end) : literalEnd(bytes, at, end)
    this.note(slot, first === LETTER_N ? NULL : WORD, at, next)
    return next
  }

  private note(slot: number, kind: number, start: number, end: number): void {
    this.kind[slot] = kind
    this.start[slot] = start
    this.end[slot] = end
  }
}
