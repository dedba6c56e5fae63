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
  const time = /^@\d{1,15}$/.test(word) ? Number(word.slice(1)) : Date.parse(text.trim().slice(1))
  return Number.isFinite(time) ? { at: 'time', time } : undefined
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
