import { BAD_TIME, COUNTED, NO_TIME } from './columns.ts'
import {
  epochTime,
  MILLISECONDS_DIGITS,
  SECONDS_DIGITS,
  shortInteger,
  TIME_MS_MAX
} from './epoch-time.ts'
import { unescapeText } from './escaped-text.ts'
import type { LocalTime } from './iso-time.ts'
import {
  ARRAY_OPEN,
  DAMAGED,
  digitsEnd,
  isDelimiter,
  isDigit,
  LETTER_N,
  literalEnd,
  MINUS,
  numberEnd,
  OBJECT_OPEN,
  plainEnd,
  QUOTE,
  textEnd,
  valueEnd,
  ZERO
} from './json-walk.ts'
import { textTime } from './text-time.ts'

/** Room for what an escaped time means; a longer text is no time. */
const TEXT_BYTES_MAX = 1_024

/** The event time of a frame, from its value in JSON or from its record. */
export class TimeReader {
  /** Whole ms since the epoch. */
  time = 0
  /** Code of `COUNTED`, `NO_TIME` or `BAD_TIME`. */
  verdict: number = NO_TIME
  private readonly unescaped = new Uint8Array(TEXT_BYTES_MAX)
  private readonly localTime: LocalTime | undefined

  /** `localTime` reads times that name no zone; UTC without it. */
  constructor(localTime?: LocalTime) {
    this.localTime = localTime
  }

  /** Takes a time in whole ms; NaN and what is beyond ±2^47 is none. */
  use(time: number): void {
    this.time = time
    this.verdict = Math.abs(time) <= TIME_MS_MAX ? COUNTED : BAD_TIME
  }

  /** There is no time. */
  lack(): void {
    this.verdict = NO_TIME
  }

  /** Reads the value at `at`; the position after it, or `DAMAGED`. */
  read(bytes: Uint8Array, at: number, end: number): number {
    // The usual case, whole seconds or milliseconds, is read without a second look.
    let next = digitsEnd(bytes, at, end)
    const digits = next - at
    if (digits > 0 && digits <= MILLISECONDS_DIGITS && bytes[at] !== ZERO) {
      if (next < end && isDelimiter(bytes[next]!)) {
        const value = shortInteger(bytes, at, next)
        this.use(digits <= SECONDS_DIGITS ? value * 1_000 : value)
        return next
      }
    }
    const first = bytes[at]!
    if (first === QUOTE) return this.readText(bytes, at, end)
    if (first === MINUS || isDigit(first)) {
      next = numberEnd(bytes, at, end)
      if (next !== DAMAGED) this.use(epochTime(bytes, at, next))
      return next
    }
    if (first !== LETTER_N) this.verdict = BAD_TIME
    if (first === OBJECT_OPEN || first === ARRAY_OPEN) return valueEnd(bytes, at, end)
    return literalEnd(bytes, at, end)
  }

  private readText(bytes: Uint8Array, at: number, end: number): number {
    const close = plainEnd(bytes, at + 1, end)
    if (close < end && bytes[close] === QUOTE) {
      this.use(textTime(bytes, at + 1, close, this.localTime))
      return close + 1
    }
    const next = textEnd(bytes, at, end)
    if (next === DAMAGED) return DAMAGED
    const length = unescapeText(bytes, at + 1, next - 1, this.unescaped)
    const fits = length <= this.unescaped.length
    this.use(fits ? textTime(this.unescaped, 0, length, this.localTime) : Number.NaN)
    return next
  }
}
