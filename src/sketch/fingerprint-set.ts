import { ADDRESS_BITS } from './coupon.ts'
import { nextSalt } from './table-salt.ts'

/*
 * The fingerprint of a key: 64 bits in two words. It holds the coupon, so a set of fingerprints turns
 * into any sketch over coupons without the keys.
 *
 *      63                          32 31                           0
 *     ┌──────────────────────────────┬──────────────────────────────┐
 *     │            coupon            │       bits 26–57 of h1       │
 *     └──────────────────────────────┴──────────────────────────────┘
 *
 * Two different keys share one with probability 2^−58 / 3: 58 even bits of h1, and Σ 4^−v = 1/3 for
 * the value. In a set of n keys, n² / (6·2^58) are expected to be lost: 10^−5 at 2^22.
 */

/** The lower word of a fingerprint, signed. */
export function lowerWordOf(h1lo: number, h1hi: number): number {
  return (h1lo >>> ADDRESS_BITS) | (h1hi << (32 - ADDRESS_BITS))
}

const CAPACITY_MIN = 16

/** Different fingerprints: open addressing with linear probing, at most three quarters full. */
export class FingerprintSet {
  size = 0
  /** Pairs of coupon and lower word, in no order; coupon 0 is an empty place. Replaced on growth. */
  places: Int32Array
  private shift: number
  private readonly salt = nextSalt()
  private readonly lowerSalt = nextSalt()

  /** Room for `expected` fingerprints without growing. */
  constructor(expected = 0) {
    let capacity = CAPACITY_MIN
    while (capacity * 3 < expected * 4) capacity *= 2
    this.places = new Int32Array(capacity * 2)
    this.shift = Math.clz32(capacity) + 1
  }

  get memoryBytes(): number {
    return this.places.byteLength
  }

  /** Adds a fingerprint in signed words, coupon ≠ 0. True when it is new. */
  add(coupon: number, lower: number): boolean {
    const { places } = this
    const last = places.length - 1
    const spread = Math.imul(lower, this.lowerSalt)
    const mixed = Math.imul((spread ^ (spread >>> 16)) + coupon, this.salt)
    let at = (mixed >>> this.shift) * 2
    for (;;) {
      const found = places[at]!
      if (found === coupon && places[at + 1] === lower) return false
      if (found === 0) break
      at = (at + 2) & last
    }
    places[at] = coupon
    places[at + 1] = lower
    this.size++
    // Places hold two words: 3/4 of the capacity is 3/8 of the length.
    if (this.size * 8 > places.length * 3) this.grow()
    return true
  }

  clear(): void {
    if (this.size > 0) this.places.fill(0)
    this.size = 0
  }

  private grow(): void {
    const old = this.places
    this.places = new Int32Array(old.length * 2)
    this.shift--
    this.size = 0
    for (let at = 0; at < old.length; at += 2) {
      if (old[at] !== 0) this.add(old[at]!, old[at + 1]!)
    }
  }
}
