import { QUANTILES } from './confidence.ts'
import type { Confidence } from './sketch.ts'

/** From here on the normal approximation is within a key or so of the binomial sum. */
const EXACT_COUNT_MAX = 120
/** Where the search stops: relative, and in keys. */
const TOLERANCE = 1e-9
const TOLERANCE_KEYS = 0.01
/** Sums beyond it are scaled down, long before they overflow. */
const HUGE = 1e200

/**
 * Bounds around count / fraction: `[low, high]`, not rounded, when each key was taken with probability
 * `fraction` and `count` were. The count is then binomial in the number of keys, which gives the
 * smallest and the largest number that make it plausible: by the sum of the probabilities for small
 * counts, else by the normal approximation with continuity correction (the binomial bounds that Apache
 * DataSketches documents for theta sketches).
 */
export function binomialBounds(
  count: number,
  fraction: number,
  confidence: Confidence
): readonly [number, number] {
  if (fraction === 1) return [count, count]
  const [low, high] =
    count > EXACT_COUNT_MAX
      ? normalBounds(count, fraction, QUANTILES[confidence])
      : exactBounds(count, fraction, (1 - confidence) / 2)
  return [Math.max(low, count), high]
}

function exactBounds(count: number, fraction: number, tail: number): readonly [number, number] {
  const low = count === 0 ? 0 : keysWhere(fraction, count - 1, 1 - tail)
  return [low, keysWhere(fraction, count, tail)]
}

function normalBounds(count: number, fraction: number, z: number): readonly [number, number] {
  const spread = (z * z * (1 - fraction)) / fraction
  const below = (count - 0.5) / fraction
  const above = (count + 0.5) / fraction
  const low = below + spread / 2 - Math.sqrt(spread * (spread / 4 + below))
  const high = above + spread / 2 + Math.sqrt(spread * (spread / 4 + above))
  return [low - 0.5, high + 0.5]
}

/** The number of keys, at least `count`, of which at most `count` are taken with this probability. */
function keysWhere(fraction: number, count: number, probability: number): number {
  let low = count
  let high = (2 * (count + 1)) / fraction
  while (probabilityOfAtMost(count, high, fraction) > probability) {
    low = high
    high *= 2
  }
  while (high - low > Math.max(high * TOLERANCE, TOLERANCE_KEYS)) {
    const middle = (low + high) / 2
    if (probabilityOfAtMost(count, middle, fraction) > probability) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** P(Binomial(keys, fraction) ≤ count), also between whole numbers of keys; `fraction` < 1. */
function probabilityOfAtMost(count: number, keys: number, fraction: number): number {
  const odds = fraction / (1 - fraction)
  let scale = keys * Math.log1p(-fraction)
  let term = 1
  let sum = 1
  for (let taken = 0; taken < count && taken < keys; taken++) {
    term *= ((keys - taken) / (taken + 1)) * odds
    sum += term
    if (sum <= HUGE) continue
    term /= HUGE
    sum /= HUGE
    scale += Math.log(HUGE)
  }
  return Math.exp(scale + Math.log(sum))
}
