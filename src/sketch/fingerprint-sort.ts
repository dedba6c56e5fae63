const DIGIT_BITS = 8
const DIGITS = 1 << DIGIT_BITS
/** Up to here a plain insertion sort is faster than eight passes. */
const INSERTION_MAX = 48

/**
 * Sorts fingerprints, given as two columns of unsigned words, ascending by coupon, then lower word.
 * Large ones by radix, least significant digit first, eight passes of one byte: no comparison function,
 * no 64-bit number, and the time doesn't depend on the content.
 */
export function sortFingerprints(coupons: Uint32Array, lowers: Uint32Array): void {
  if (coupons.length <= INSERTION_MAX) insertionSort(coupons, lowers)
  else radixSort(coupons, lowers)
}

function radixSort(coupons: Uint32Array, lowers: Uint32Array): void {
  const otherCoupons = new Uint32Array(coupons.length)
  const otherLowers = new Uint32Array(coupons.length)
  const starts = new Uint32Array(DIGITS)
  // An even number of passes: the last one writes into the columns of the caller.
  for (let shift = 0; shift < 32; shift += 2 * DIGIT_BITS) {
    pass(lowers, shift, starts, coupons, lowers, otherCoupons, otherLowers)
    pass(otherLowers, shift + DIGIT_BITS, starts, otherCoupons, otherLowers, coupons, lowers)
  }
  for (let shift = 0; shift < 32; shift += 2 * DIGIT_BITS) {
    pass(coupons, shift, starts, coupons, lowers, otherCoupons, otherLowers)
    pass(otherCoupons, shift + DIGIT_BITS, starts, otherCoupons, otherLowers, coupons, lowers)
  }
}

/** Moves all pairs into the `to` columns, in the order of one digit of `keys`, else as they were. */
function pass(
  keys: Uint32Array,
  shift: number,
  starts: Uint32Array,
  fromCoupons: Uint32Array,
  fromLowers: Uint32Array,
  toCoupons: Uint32Array,
  toLowers: Uint32Array
): void {
  starts.fill(0)
  for (let i = 0; i < keys.length; i++) starts[(keys[i]! >>> shift) & (DIGITS - 1)]!++
  let start = 0
  for (let digit = 0; digit < DIGITS; digit++) {
    const count = starts[digit]!
    starts[digit] = start
    start += count
  }
  for (let i = 0; i < keys.length; i++) {
    const to = starts[(keys[i]! >>> shift) & (DIGITS - 1)]!++
    toCoupons[to] = fromCoupons[i]!
    toLowers[to] = fromLowers[i]!
  }
}

function insertionSort(coupons: Uint32Array, lowers: Uint32Array): void {
  for (let i = 1; i < coupons.length; i++) {
    const coupon = coupons[i]!
    const lower = lowers[i]!
    let at = i
    for (; at > 0; at--) {
      const before = coupons[at - 1]!
      if (before < coupon || (before === coupon && lowers[at - 1]! < lower)) break
      coupons[at] = before
      lowers[at] = lowers[at - 1]!
    }
    coupons[at] = coupon
    lowers[at] = lower
  }
}
