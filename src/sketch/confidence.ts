import { ADDRESS_BITS } from './coupon.ts'
import { registerError } from './register-error.ts'
import type { Confidence } from './sketch.ts'
import { ULL_INDICATORS } from './ull-register.ts'

/** Quantile of the normal distribution that leaves (1 − confidence)/2 on either side. */
export const QUANTILES: Readonly<Record<Confidence, number>> = {
  0.68: 0.994_458,
  0.95: 1.959_964,
  0.997: 2.967_738
}

/**
 * Shape of ln(n / estimate) in units of the standard error e: its quantile is z + e·(shift − bend·z²).
 * Fitted by simulation (`test/sketch/bounds.study.ts`) for precision 4 to 14; from 10 on it differs from
 * the plain normal by less than 3 % of e.
 */
export interface ErrorShape {
  /** Values below its largest one that a register knows of. */
  readonly indicators: number
  readonly shift: number
  readonly bend: number
}

const HLL_SHAPE: ErrorShape = { indicators: 0, shift: 0.68, bend: 0.17 }
export const ULL_SHAPE: ErrorShape = { indicators: ULL_INDICATORS, shift: 0.72, bend: 0.085 }

/**
 * How many coupons may have fallen together: the smallest k with
 * P(Poisson(n² / (6·2^26)) > k) ≤ (1 − confidence)/2. Two keys share an address with 2^−26 and a value
 * with Σ 4^−v = 1/3, and there are n²/2 pairs. Half of what may miss is left to the registers: at the
 * mode change both happen (docs/design/0008-lost-coupons.md).
 */
export function lostCoupons(coupons: number, confidence: Confidence): number {
  const mean = coupons ** 2 / (6 * 2 ** ADDRESS_BITS)
  let term = Math.exp(-mean)
  let covered = term
  let k = 0
  // The last terms round to nothing long before the tail reaches 1 − 0.997.
  while (1 - covered > (1 - confidence) / 2 && term > 0) {
    k++
    term *= mean / k
    covered += term
  }
  return k
}

/** Bounds around an estimate from registers, not rounded: `[low, high]`, low ≥ 0. */
export function registerBounds(
  keys: number,
  precision: number,
  confidence: Confidence,
  { indicators, shift, bend }: ErrorShape = HLL_SHAPE
): readonly [number, number] {
  const error = registerError(keys, precision, indicators)
  const z = QUANTILES[confidence]
  const middle = error * error * (shift - bend * z * z)
  return [keys * Math.exp(middle - error * z), keys * Math.exp(middle + error * z)]
}
