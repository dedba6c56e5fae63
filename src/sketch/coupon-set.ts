import { couponOf } from './coupon.ts'
import type { HashColumns } from './sketch.ts'
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

  /**
   * Adds the coupons of rows from `from` on until there are more than `most`; the first row that is left.
   * The readable form: `add(couponOf(h1lo[row], h2lo[row], h2hi[row]))`.
   */
  addColumns({ h1lo, h2lo, h2hi }: HashColumns, from: number, to: number, most: number): number {
    let row = from
    while (row < to && this.size <= most) {
      const { places, salt, shift } = this
      const last = places.length - 1
      const room = Math.min(most + 1, places.length / 2 + 1)
      let { size } = this
      for (; row < to && size < room; row++) {
        const coupon = couponOf(h1lo[row]!, h2lo[row]!, h2hi[row]!)
        let at = Math.imul(coupon, salt) >>> shift
        let found = places[at]!
        while (found !== 0 && found !== coupon) {
          at = (at + 1) & last
          found = places[at]!
        }
        if (found === 0) {
          places[at] = coupon
          size++
        }
      }
      this.size = size
      if (size <= most && size * 2 > places.length) this.grow()
    }
    return row
  }

  /** Adds a list's coupons from row `from` on, until there are more than `most`; the first row that is left. */
  addCoupons(coupons: Int32Array, from: number, to: number, most: number): number {
    let row = from
    while (row < to && this.size <= most) {
      const coupon = coupons[row++]!
      if (coupon !== 0) this.add(coupon)
    }
    return row
  }

  /** A copy in signed words, which ascends as unsigned numbers. */
  sorted(): Int32Array {
    const coupons = new Uint32Array(this.size)
    let count = 0
    for (const coupon of this.places) {
      if (coupon !== 0) coupons[count++] = coupon
    }
    return new Int32Array(coupons.sort().buffer)
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
