import type { Estimate } from './sketch.ts'

/** What a number comes from, beside itself and its bounds. */
type Origin = Pick<Estimate, 'method' | 'precision' | 'confidence'>

/**
 * An estimate in whole numbers: bounds go outwards, nothing is below the `certain` keys, and what is off
 * the scale (a full sketch) is the largest safe integer.
 */
export function roundedEstimate(
  origin: Origin,
  keys: number,
  bounds: readonly [number, number],
  certain: number
): Estimate {
  const [below, above] = bounds
  const value = Math.max(Math.round(Math.min(keys, Number.MAX_SAFE_INTEGER)), certain)
  const low = Math.min(Math.max(Math.floor(below), certain), value)
  const high = Math.min(Math.max(Math.ceil(above), value), Number.MAX_SAFE_INTEGER)
  return { value, low, high, ...origin }
}
