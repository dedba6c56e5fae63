import type { Estimate } from './sketch.ts'

/** What a number comes from, beside itself and its bounds. */
type Origin = Pick<Estimate, 'method' | 'precision' | 'confidence'>

/**
 * An estimate in whole numbers: nothing is below the `certain` keys, and what is off the scale (a full
 * sketch) is the largest safe integer.
 *
 * Bounds go to the nearest whole number. Going outwards would add a key on either side, and where an
 * interval is some twenty keys wide it would hold the truth more often than it says. Only at 99.7 % they
 * do: in so thin a tail of few keys half a key is worth more than the tail
 * (docs/design/0010-whole-bounds.md).
 */
export function roundedEstimate(
  origin: Origin,
  keys: number,
  bounds: readonly [number, number],
  certain: number
): Estimate {
  const isOutward = origin.confidence === 0.997
  const below = isOutward ? Math.floor(bounds[0]) : Math.round(bounds[0])
  const above = isOutward ? Math.ceil(bounds[1]) : Math.round(bounds[1])
  const value = Math.max(Math.round(Math.min(keys, Number.MAX_SAFE_INTEGER)), certain)
  const low = Math.min(Math.max(below, certain), value)
  const high = Math.min(Math.max(above, value), Number.MAX_SAFE_INTEGER)
  return { value, low, high, ...origin }
}
