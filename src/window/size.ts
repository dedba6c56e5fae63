import { failure } from '../core/errors.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** A window size: its canonical name (`1m`, `1h`, `1d`) and its length in ms. */
export interface WindowSize {
  readonly name: string
  readonly length: number
}

const UNITS: Readonly<Record<string, number>> = { m: MINUTE, h: HOUR, d: DAY }
const SIZES = '1m, 5m, 15m, 30m, 1h, 6h, 12h, 1d (any divisor of a day in minutes or hours)'

/**
 * Reads one size: minutes and hours that divide the day, or `1d`. Names are canonical, because they
 * are part of the result key: `60m` is `1h`.
 *
 * @throws window-size
 */
export function parseSize(text: string): WindowSize {
  const match = /^(\d{1,6})([mhd])$/.exec(text.trim())
  if (!match) throw refuse(text, 'it is not a number with m, h or d')
  const length = Number(match[1]) * UNITS[match[2]!]!
  if (length === 0) throw refuse(text, 'it is empty')
  if (length > DAY) throw refuse(text, 'it is longer than a day')
  if (length === DAY && match[2] !== 'd') throw refuse(text, 'write it as 1d')
  if (DAY % length !== 0) throw refuse(text, 'a day is not a whole number of them')
  return { name: sizeName(length), length }
}

/** Sizes in ascending order, each once. */
export function parseSizes(texts: readonly string[]): WindowSize[] {
  const sizes = new Map(texts.map(parseSize).map(size => [size.name, size]))
  if (sizes.size === 0) throw refuse('nothing', 'no size is given')
  return [...sizes.values()].sort((left, right) => left.length - right.length)
}

function sizeName(length: number): string {
  if (length % DAY === 0) return `${length / DAY}d`
  return length % HOUR === 0 ? `${length / HOUR}h` : `${length / MINUTE}m`
}

function refuse(size: string, reason: string): Error {
  return failure('window-size', { size, reason, sizes: SIZES })
}
