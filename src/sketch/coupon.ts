/*
 * A coupon (Apache DataSketches, HLL): 32 bits that stand for a key.
 *
 *      31      26 25                          0
 *     ┌──────────┬─────────────────────────────┐
 *     │  value   │ address = low 26 bits of h1 │     value = min(leading zeros of h2, 62) + 1
 *     └──────────┴─────────────────────────────┘
 *
 * A register takes the largest value among the coupons of its slot, address mod 2^precision. The value
 * is at least 1, so no coupon is 0: 0 marks an empty place in every table.
 */
export const ADDRESS_BITS = 26
const ADDRESS_MASK = 2 ** ADDRESS_BITS - 1

/** The largest value of a coupon, and so of a register: 62 leading zeros or more. */
export const REGISTER_MAX = 63

/** The coupon of a hash as a signed 32-bit number: the form that V8 keeps out of the heap. */
export function couponOf(h1lo: number, h2lo: number, h2hi: number): number {
  return (registerValueOf(h2lo, h2hi) << ADDRESS_BITS) | (h1lo & ADDRESS_MASK)
}

/** The value of a hash: 1 … 63. */
export function registerValueOf(h2lo: number, h2hi: number): number {
  if (h2hi !== 0) return Math.clz32(h2hi) + 1
  return Math.min(Math.clz32(h2lo) + 32, REGISTER_MAX - 1) + 1
}
