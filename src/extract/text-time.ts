import { utf8 } from '../core/bytes.ts'
import { epochTime, TIME_MS_MAX } from './epoch-time.ts'
import { isoTime, type LocalTime } from './iso-time.ts'

/**
 * Event time in ms of the text in `bytes[start, end)`: a number (`epoch-time.ts`) or ISO 8601
 * (`iso-time.ts`), without a zone that of `localTime`; NaN when it is neither or beyond ±2^47 ms.
 */
export function textTime(
  bytes: Uint8Array,
  start: number,
  end: number,
  localTime: LocalTime = utc
): number {
  const time = isoTime(bytes, start, end, localTime)
  if (Number.isNaN(time)) return epochTime(bytes, start, end)
  return time > TIME_MS_MAX ? Number.NaN : time
}

/**
 * Reads a time as frames hold it: `1468244384`, `1468244384123`, `2016-07-11T13:39:44Z`, …
 * Milliseconds since the epoch; undefined when it is no time.
 */
export function parseTime(text: string): number | undefined {
  const bytes = utf8(text)
  const time = textTime(bytes, 0, bytes.length)
  return Number.isNaN(time) ? undefined : time
}

function utc(local: number): number {
  return local
}
