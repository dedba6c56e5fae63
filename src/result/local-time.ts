import { formatTime } from './result-record.ts'

const formats = new Map<string, Intl.DateTimeFormat>()
const ZONES_MAX = 64

/**
 * A time as people in `zone` write it: `2016-07-12T00:00+02:00`; in UTC, and in a zone that this
 * machine does not know, as in the record.
 */
export function localTime(time: string, zone: string): string {
  if (zone === 'UTC') return time
  const ms = Date.parse(time)
  const format = formatOf(zone)
  if (!format || Number.isNaN(ms)) return time
  const parts = format.formatToParts(ms)
  const part = (name: string): number => Number(parts.find(({ type }) => type === name)?.value)
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'))
  const offset = Math.round(wall / 60_000) - Math.floor(ms / 60_000)
  return `${formatTime(wall).slice(0, -4)}${offsetText(offset)}`
}

function offsetText(minutes: number): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}

function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  let format = formats.get(zone)
  if (format) return format
  try {
    format = new Intl.DateTimeFormat('en-US-u-ca-iso8601-hc-h23', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit'
    })
  } catch {
    return undefined
  }
  // Records come from a topic: their zones may be many.
  if (formats.size >= ZONES_MAX) formats.clear()
  formats.set(zone, format)
  return format
}
