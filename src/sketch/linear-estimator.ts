import { QUANTILES } from './confidence.ts'
import type { Confidence } from './sketch.ts'

/** Beyond ln(bits) by this much not even one bit would be left. */
const LOAD_MARGIN = 10
/** Halvings of an interval of about 30 down to 10^−14 of it. */
const ROUNDS = 50

/**
 * Linear counting (K.-Y. Whang, B. T. Vander-Zanden, H. M. Taylor, "A linear-time probabilistic counting
 * algorithm for database applications", 1990): keys behind a bitmap of which `zeros` bits are still 0.
 * Not rounded; infinite when none is.
 */
export function linearKeys(zeros: number, bits: number): number {
  return zeros === bits ? 0 : -bits * Math.log(zeros / bits)
}

/**
 * Bounds around it, not rounded: `[low, high]`. After n keys, t = n / bits, the zeros have the mean
 * bits·e^(−t) and the variance bits·e^(−t)·(1 − (1 + t)·e^(−t)). The bounds are the n for which what is
 * seen would be as far out as the confidence allows, half a zero added for their being whole: good from
 * the first key to the last zeros, where the number itself has no normal distribution any more.
 * high is infinite when no zero is left.
 */
export function linearBounds(
  zeros: number,
  bits: number,
  confidence: Confidence
): readonly [number, number] {
  if (zeros === bits) return [0, 0]
  const z = QUANTILES[confidence]
  return [
    bits * loadWhere(zeros + 0.5, bits, -z),
    zeros === 0 ? Number.POSITIVE_INFINITY : bits * loadWhere(zeros - 0.5, bits, z)
  ]
}

/** The load t at which mean + z·deviation of the zeros, which falls with t, comes down to `zeros`. */
function loadWhere(zeros: number, bits: number, z: number): number {
  let below = 0
  let above = Math.log(bits) + LOAD_MARGIN
  for (let round = 0; round < ROUNDS; round++) {
    const load = (below + above) / 2
    const share = Math.exp(-load)
    const deviation = Math.sqrt(Math.max(bits * share * (1 - (1 + load) * share), 0))
    if (bits * share + z * deviation > zeros) below = load
    else above = load
  }
  return (below + above) / 2
}
