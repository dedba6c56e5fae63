import type { KeyType } from '../core/key-types.ts'
import { keyRoom, writeKey } from '../core/key-types.ts'
import { limits } from '../core/limits.ts'
import { HASH_SEED, murmur3x64128 } from '../core/murmur3.ts'
import { BAD_KEY, COUNTED, NO_KEY } from './columns.ts'
import { unescapeText } from './escaped-text.ts'
import { PART_SLOT } from './field-roles.ts'
import { ESCAPED, type FieldSpans, NESTED, NULL } from './field-spans.ts'
import { writeJsonText } from './json-text.ts'
import {
  ARRAY_CLOSE,
  ARRAY_OPEN,
  COMMA,
  DAMAGED,
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

const UNTYPED = 'utf8'

/** The key of a frame, from values in JSON or from its record, as a hash. */
export class KeyReader {
  /** MurmurHash3_x64_128: h1 low, h1 high, h2 low, h2 high. */
  readonly hash: Uint32Array = new Uint32Array(4)
  /** Code of `COUNTED`, `NO_KEY` or `BAD_KEY`. */
  verdict: number = NO_KEY
  private readonly type: KeyType
  private readonly unescaped = new Uint8Array(limits.keyBytesMax)
  /** The bytes that are hashed, where they are not those of the frame. */
  private readonly written: Uint8Array

  constructor(type: KeyType, isComposite: boolean) {
    this.type = type
    const room = type === UNTYPED ? limits.keyBytesMax : keyRoom(limits.keyBytesMax)
    this.written = new Uint8Array(isComposite || type !== UNTYPED ? room : 0)
  }

  /** Takes the key's bytes: hashed as they are, UTF-8 or not, or as what the type reads in them. */
  use(bytes: Uint8Array, start: number, end: number): void {
    this.verdict = end <= start ? NO_KEY : end - start > limits.keyBytesMax ? BAD_KEY : COUNTED
    if (this.verdict !== COUNTED) return
    if (this.type === UNTYPED) {
      murmur3x64128(bytes, start, end, HASH_SEED, this.hash)
      return
    }
    const length = writeKey(this.type, bytes, start, end, this.written)
    if (length < 0) this.verdict = BAD_KEY
    else murmur3x64128(this.written, 0, length, HASH_SEED, this.hash)
  }

  /** There is no key. */
  lack(): void {
    this.verdict = NO_KEY
  }

  /**
   * Reads a single key's value: a string's text, or the JSON text of a number or boolean. Returns the
   * position after it, or `DAMAGED`.
   */
  read(bytes: Uint8Array, at: number, end: number): number {
    const first = bytes[at]!
    if (first === QUOTE) {
      const close = plainEnd(bytes, at + 1, end)
      if (close < end && bytes[close] === QUOTE) {
        this.use(bytes, at + 1, close)
        return close + 1
      }
      const next = textEnd(bytes, at, end)
      if (next === DAMAGED) return DAMAGED
      const length = unescapeText(bytes, at + 1, next - 1, this.unescaped)
      this.use(this.unescaped, 0, length)
      return next
    }
    if (first === OBJECT_OPEN || first === ARRAY_OPEN) {
      this.verdict = BAD_KEY
      return valueEnd(bytes, at, end)
    }
    const number = first === MINUS || isDigit(first)
    const next = number ? numberEnd(bytes, at, end) : literalEnd(bytes, at, end)
    if (next !== DAMAGED && first !== LETTER_N) this.use(bytes, at, next)
    return next
  }

  /**
   * Puts a composite key together from its parts in `spans`: a JSON array of strings, each the text
   * that a single key would have (docs/formats/groups.md). The first part that is no key decides; of
   * those whose role is `missing` there is none.
   */
  join(bytes: Uint8Array, spans: FieldSpans, parts: number, missing: number): void {
    const out = this.written
    let at = 0
    for (let part = 0; part < parts; part++) {
      this.verdict = partVerdict(spans, PART_SLOT + part, missing)
      if (this.verdict !== COUNTED) return
      out[at++] = part === 0 ? ARRAY_OPEN : COMMA
      at = this.writePart(bytes, spans, PART_SLOT + part, at)
    }
    out[at++] = ARRAY_CLOSE
    this.use(out, 0, at)
  }

  private writePart(bytes: Uint8Array, spans: FieldSpans, slot: number, at: number): number {
    const start = spans.start[slot]!
    const end = spans.end[slot]!
    if (spans.kind[slot] !== ESCAPED) return writeJsonText(bytes, start, end, this.written, at)
    const length = unescapeText(bytes, start, end, this.unescaped)
    // Both have the same room: what is longer is not read to its end.
    return writeJsonText(this.unescaped, 0, length, this.written, at)
  }
}

function partVerdict(spans: FieldSpans, slot: number, missing: number): number {
  if ((missing & (1 << slot)) !== 0) return NO_KEY
  const kind = spans.kind[slot]!
  if (kind === NULL || kind === NESTED) return kind === NULL ? NO_KEY : BAD_KEY
  return spans.start[slot] === spans.end[slot] ? NO_KEY : COUNTED
}
