import { REGISTER_MAX } from './coupon.ts'

/*
 * A register of UltraLogLog (O. Ertl, "UltraLogLog: A Practical and More Space-Efficient Alternative to
 * HyperLogLog for Approximate Distinct Counting", VLDB 2024), over coupons: the largest value k that
 * fell on it, and whether the two values below k did.
 *
 *      7         2   1       0
 *     ┌───────────┬───────┬───────┐
 *     │     k     │ k − 1 │ k − 2 │     0 while empty; the value 0 doesn't exist, so k = 1 has neither
 *     └───────────┴───────┴───────┘     bit and k = 2 not the lower one
 *
 * The value of a coupon doesn't depend on the precision, so registers that meet when the precision
 * shrinks unite like those of two sketches, and nothing else is to be known about them.
 */
export const ULL_STATES = 4 * (REGISTER_MAX + 1)

/** Values that a register knows of below its largest one. */
export const ULL_INDICATORS = 2

/** The state after one coupon with the value k. */
export function stateOf(value: number): number {
  return value << ULL_INDICATORS
}

/** k, 0 … 63: the register of a HyperLogLog over the same coupons. */
export function largestOf(state: number): number {
  return state >>> ULL_INDICATORS
}

/** False for bytes that no coupons lead to. */
export function isState(state: number): boolean {
  const values = largestOf(state)
  if (values === 0) return state === 0
  if (values === 1) return (state & 3) === 0
  return values > 2 || (state & 1) === 0
}

/** The state of the union of what led to two states. */
export function unite(left: number, right: number): number {
  const [more, less] = left >= right ? [left, right] : [right, left]
  const distance = largestOf(more) - largestOf(less)
  // Three values are remembered: what is further below is forgotten by both.
  return distance > 2 ? more : more | ((seenBits(less) >>> distance) & 3)
}

/** Which of k (bit 2), k − 1 (bit 1) and k − 2 (bit 0) came. */
export function seenBits(state: number): number {
  return state === 0 ? 0 : 4 | (state & 3)
}
