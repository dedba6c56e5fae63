import { nextSalt } from './table-salt.ts'

const CAPACITY_MIN = 16

/** Different coupons: open addressing with linear probing, at most half full. */
export class CouponSet {
  size = 0
  /** Coupons in no order; 0 is an empty place. Replaced when the set grows. */
  places: Int32Array
  private shift: number
  private salt = nextSalt()

  /** Room for `expected` coupons without growing. */
  constructor(expected = 0) {
    let capacity = CAPACITY_MIN
    while (capacity < expected * 2) capacity *= 2
    this.places = new Int32Array(capacity)
    this.shift = shiftOf(this.places.length)
  }

  get memoryBytes(): number {
    return this.places.byteLength
  }

  /** Adds a coupon as a signed 32-bit number, never 0. */
  add(coupon: number): void {
    const { places } = this
    const last = places.length - 1
    let at = Math.imul(coupon, this.salt) >>> this.shift
    for (;;) {
      const found = places[at]!
      if (found === coupon) return
      if (found === 0) break
      at = (at + 1) & last
    }
    places[at] = coupon
    this.size++
    if (this.size * 2 > places.length) this.grow()
  }

  /** A copy, unsigned and ascending. */
  sorted(): Uint32Array {
    const coupons = new Uint32Array(this.size)
    let count = 0
    for (const coupon of this.places) {
      if (coupon !== 0) coupons[count++] = coupon
    }
    return coupons.sort()
  }

  clear(): void {
    if (this.size > 0) this.places.fill(0)
    this.size = 0
  }

  private grow(): void {
    const old = this.places
    this.places = new Int32Array(old.length * 2)
    this.shift = shiftOf(this.places.length)
    this.size = 0
    for (const coupon of old) {
      if (coupon !== 0) this.add(coupon)
    }
  }
}

function shiftOf(length: number): number {
  return Math.clz32(length) + 1
}
