import { utf8 } from '../core/bytes.ts'
import { limits } from '../core/limits.ts'
import { HASH_SEED, murmur3x64128 } from '../core/murmur3.ts'
import { BAD_JSON, BAD_KEY, BAD_TIME, COUNTED, NO_KEY, NO_TIME } from './columns.ts'
import {
  epochTime,
  MILLISECONDS_DIGITS,
  SECONDS_DIGITS,
  shortInteger,
  TIME_MS_MAX
} from './epoch-time.ts'
import { unescapeText } from './escaped-text.ts'
import { type ExtractOptions, RECORD_KEY, RECORD_TIME } from './extractor.ts'
import { isJsonObject } from './json-validator.ts'
import {
  ARRAY_OPEN,
  BACKSLASH,
  COLON,
  COMMA,
  DAMAGED,
  digitsEnd,
  isDelimiter,
  isDigit,
  LETTER_N,
  literalEnd,
  MINUS,
  numberEnd,
  OBJECT_OPEN,
  QUOTE,
  SPACE,
  spaceEnd,
  startsWith,
  textEnd,
  valueEnd,
  ZERO
} from './json-walk.ts'
import { textTime } from './text-time.ts'

const KEY = 1
const TIME = 2

/** A character of a name takes at most six bytes in JSON (`\u0075`). */
const ESCAPE_BYTES_MAX = 6

/**
 * Finds key and event time among the top-level members of one frame, in one pass that stops at the
 * second of them. The first of duplicate members wins, and what follows is not looked at.
 *
 * Up to there the top level is read strictly: names, colons, commas. Of values that are not wanted
 * only quotes and brackets count (`valueEnd`). A frame that ends with a field missing is checked
 * whole, so that `bad-json` and `no-key` never stand for each other. When more than one verdict is
 * due, `bad-json` comes before those of the key, and these before those of the time.
 */
export class FieldScanner {
  /** Event time of the last frame, whole ms. */
  time = 0
  /** Hash of the last frame's key: h1 low, h1 high, h2 low, h2 high. */
  readonly hash = new Uint32Array(4)
  private keyVerdict = NO_KEY
  private timeVerdict = NO_TIME
  /** Fields to look for in the frame; the others come from its record. */
  private readonly wanted: number
  private readonly keyName: Uint8Array
  private readonly timeName: Uint8Array
  private readonly escapedNameMax: number
  private readonly unescaped = new Uint8Array(limits.keyBytesMax)

  constructor(options: ExtractOptions) {
    this.wanted = (options.key === RECORD_KEY ? 0 : KEY) | (options.time === RECORD_TIME ? 0 : TIME)
    this.keyName = utf8(options.key)
    this.timeName = utf8(options.time)
    this.escapedNameMax = ESCAPE_BYTES_MAX * Math.max(this.keyName.length, this.timeName.length)
  }

  /** Reads the frame `bytes[start, end)` and returns its verdict. */
  scan(bytes: Uint8Array, start: number, end: number): number {
    let missing = this.wanted
    if (missing === 0) return this.verdict()
    if ((missing & KEY) !== 0) this.keyVerdict = NO_KEY
    if ((missing & TIME) !== 0) this.timeVerdict = NO_TIME
    let at = spaceEnd(bytes, start, end)
    if (at === end || bytes[at] !== OBJECT_OPEN) return BAD_JSON
    at = spaceEnd(bytes, at + 1, end)
    while (at < end && bytes[at] === QUOTE) {
      const name = at + 1
      let escaped = false
      at = name
      while (at < end && bytes[at] !== QUOTE) {
        if (bytes[at] === BACKSLASH) {
          escaped = true
          at++
        }
        at++
      }
      if (at >= end) return BAD_JSON
      const fields = missing & this.fieldsNamed(bytes, name, at, escaped)
      at = spaceEnd(bytes, at + 1, end)
      if (at >= end || bytes[at] !== COLON) return BAD_JSON
      at = spaceEnd(bytes, at + 1, end)
      if (fields === 0) {
        at = valueEnd(bytes, at, end)
        if (at === DAMAGED) return BAD_JSON
      } else {
        at = this.readFields(bytes, at, end, fields)
        if (at === DAMAGED) return BAD_JSON
        missing ^= fields
        if (missing === 0) return this.verdict()
      }
      at = spaceEnd(bytes, at, end)
      if (at === end || bytes[at] !== COMMA) break
      at = spaceEnd(bytes, at + 1, end)
    }
    return isJsonObject(bytes, start, end) ? this.verdict() : BAD_JSON
  }

  /** Takes the key's bytes: hashed as they are, UTF-8 or not. Empty is no key. */
  useKey(bytes: Uint8Array, start: number, end: number): void {
    this.keyVerdict = end <= start ? NO_KEY : end - start > limits.keyBytesMax ? BAD_KEY : COUNTED
    if (this.keyVerdict === COUNTED) murmur3x64128(bytes, start, end, HASH_SEED, this.hash)
  }

  /** Takes an event time in whole ms; NaN and what is beyond ±2^47 is none. */
  useTime(time: number): void {
    this.time = time
    this.timeVerdict = Math.abs(time) <= TIME_MS_MAX ? COUNTED : BAD_TIME
  }

  /** The frame's record has no key. */
  lackKey(): void {
    this.keyVerdict = NO_KEY
  }

  /** The frame's record has no time. */
  lackTime(): void {
    this.timeVerdict = NO_TIME
  }

  private verdict(): number {
    return this.keyVerdict !== COUNTED ? this.keyVerdict : this.timeVerdict
  }

  /** The wanted fields that a name stands for: none, one, or both when they are the same. */
  private fieldsNamed(bytes: Uint8Array, start: number, end: number, escaped: boolean): number {
    let source = bytes
    let from = start
    let to = end
    if (escaped) {
      if (end - start > this.escapedNameMax) return 0
      if (textEnd(bytes, start - 1, end + 1) === DAMAGED) return 0
      source = this.unescaped
      from = 0
      to = unescapeText(bytes, start, end, source)
    }
    const length = to - from
    const isKey = length === this.keyName.length && startsWith(source, from, to, this.keyName)
    const isTime = length === this.timeName.length && startsWith(source, from, to, this.timeName)
    return (isKey ? KEY : 0) | (isTime ? TIME : 0)
  }

  private readFields(bytes: Uint8Array, at: number, end: number, fields: number): number {
    if (at >= end) return DAMAGED
    if (fields === KEY) return this.readKey(bytes, at, end)
    if (fields === TIME) return this.readTime(bytes, at, end)
    return this.readKey(bytes, at, end) === DAMAGED ? DAMAGED : this.readTime(bytes, at, end)
  }

  /** A string's text, or the JSON text of a number or boolean. */
  private readKey(bytes: Uint8Array, at: number, end: number): number {
    const first = bytes[at]!
    if (first === QUOTE) {
      const close = plainEnd(bytes, at + 1, end)
      if (close < end && bytes[close] === QUOTE) {
        this.useKey(bytes, at + 1, close)
        return close + 1
      }
      const next = textEnd(bytes, at, end)
      if (next === DAMAGED) return DAMAGED
      const length = unescapeText(bytes, at + 1, next - 1, this.unescaped)
      this.useKey(this.unescaped, 0, length)
      return next
    }
    if (first === OBJECT_OPEN || first === ARRAY_OPEN) {
      this.keyVerdict = BAD_KEY
      return valueEnd(bytes, at, end)
    }
    const number = first === MINUS || isDigit(first)
    const next = number ? numberEnd(bytes, at, end) : literalEnd(bytes, at, end)
    if (next !== DAMAGED && first !== LETTER_N) this.useKey(bytes, at, next)
    return next
  }

  private readTime(bytes: Uint8Array, at: number, end: number): number {
    // The usual case, whole seconds or milliseconds, is read without a second look.
    let next = digitsEnd(bytes, at, end)
    const digits = next - at
    if (digits > 0 && digits <= MILLISECONDS_DIGITS && bytes[at] !== ZERO) {
      if (next < end && isDelimiter(bytes[next]!)) {
        const value = shortInteger(bytes, at, next)
        this.useTime(digits <= SECONDS_DIGITS ? value * 1_000 : value)
        return next
      }
    }
    const first = bytes[at]!
    if (first === QUOTE) return this.readTextTime(bytes, at, end)
    if (first === MINUS || isDigit(first)) {
      next = numberEnd(bytes, at, end)
      if (next !== DAMAGED) this.useTime(epochTime(bytes, at, next))
      return next
    }
    if (first !== LETTER_N) this.timeVerdict = BAD_TIME
    if (first === OBJECT_OPEN || first === ARRAY_OPEN) return valueEnd(bytes, at, end)
    return literalEnd(bytes, at, end)
  }

  private readTextTime(bytes: Uint8Array, at: number, end: number): number {
    const close = plainEnd(bytes, at + 1, end)
    if (close < end && bytes[close] === QUOTE) {
      this.useTime(textTime(bytes, at + 1, close))
      return close + 1
    }
    const next = textEnd(bytes, at, end)
    if (next === DAMAGED) return DAMAGED
    const length = unescapeText(bytes, at + 1, next - 1, this.unescaped)
    const fits = length <= this.unescaped.length
    this.useTime(fits ? textTime(this.unescaped, 0, length) : Number.NaN)
    return next
  }
}

/** The first byte of a string's inside that is its end, an escape or a control character. */
function plainEnd(bytes: Uint8Array, at: number, end: number): number {
  let next = at
  while (next < end) {
    const byte = bytes[next]!
    if (byte === QUOTE || byte === BACKSLASH || byte < SPACE) break
    next++
  }
  return next
}
