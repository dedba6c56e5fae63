import { failure } from '../core/errors.ts'

/** 16 registers, 26 % error … 2^18 registers, 0.2 %. */
const PRECISION_MIN = 4
const PRECISION_MAX = 18

/** How many different coupons are kept before registers take over: what the registers would cost. */
export function couponsMax(precision: number): number {
  // A shift: `**` would cost more than the rest of an insertion.
  return 1 << (precision - 2)
}

export function isPrecision(value: number): boolean {
  return Number.isInteger(value) && value >= PRECISION_MIN && value <= PRECISION_MAX
}

/** @throws option-value */
export function checkPrecision(value: number): void {
  if (isPrecision(value)) return
  throw failure('option-value', {
    option: '--precision',
    value,
    expected: `a whole number from ${PRECISION_MIN} to ${PRECISION_MAX}`,
    example: 14
  })
}
