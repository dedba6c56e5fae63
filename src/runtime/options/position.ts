import { parseDuration } from '../../core/units.ts'

/** Where in a topic to start or stop. */
export type Position =
  | { readonly at: 'earliest' }
  | { readonly at: 'latest' }
  | { readonly at: 'offset'; readonly offset: number }
  /** The first record of this time or later, in milliseconds since the epoch. */
  | { readonly at: 'time'; readonly time: number }
  /** So many milliseconds before now. */
  | { readonly at: 'ago'; readonly ago: number }

/** `earliest`, `latest`, an offset, `@<ISO time or ms>` or `@-15m`; undefined for anything else. */
export function parsePosition(text: string): Position | undefined {
  const word = text.trim().toLowerCase()
  if (word === 'earliest' || word === 'beginning') return { at: 'earliest' }
  if (word === 'latest' || word === 'end') return { at: 'latest' }
  if (/^\d{1,15}$/.test(word)) return { at: 'offset', offset: Number(word) }
  if (word.startsWith('@-')) {
    const ago = parseDuration(word.slice(2))
    return ago === undefined ? undefined : { at: 'ago', ago }
  }
  if (!word.startsWith('@')) return undefined
  const time = timeOf(word.slice(1))
  return time === undefined ? undefined : { at: 'time', time }
}

/** Milliseconds since the epoch, or ISO 8601; without a zone it is UTC, on every machine. */
function timeOf(word: string): number | undefined {
  if (/^\d{10,15}$/.test(word)) return Number(word)
  const match = /^\d{4}-\d\d-\d\d(t\d\d:\d\d(:\d\d(\.\d{1,9})?)?(z|[+-]\d\d:\d\d)?)?$/.exec(word)
  if (!match) return undefined
  const zoned = match[1] === undefined || match[4] !== undefined
  const time = Date.parse((zoned ? word : `${word}z`).toUpperCase())
  return Number.isNaN(time) ? undefined : time
}

export function formatPosition(position: Position): string {
  switch (position.at) {
    case 'offset':
      return String(position.offset)
    case 'time':
      return `@${new Date(position.time).toISOString()}`
    case 'ago':
      return `@-${position.ago}ms`
    default:
      return position.at
  }
}
