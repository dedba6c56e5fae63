import { ADDRESS_BITS, couponOf } from './coupon.ts'
import { FingerprintTable } from './fingerprint-table.ts'
import type { HashColumns } from './sketch.ts'
import { TABLE_ROWS_MAX } from './table-memory.ts'
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

const single = new Int32Array(1)

/**
 * Words of a table from which on it has a WASM memory: 2 MiB, beyond the nearest caches. Minutes of some
 * hundred or thousand users stay far below.
 */
const LARGE = 2 ** 19

/** Different fingerprints: open addressing with linear probing, at most three quarters full. */
export class FingerprintSet {
  size = 0
  /** Pairs of coupon and lower word, in no order; coupon 0 is an empty place. Replaced on growth. */
  places: Int32Array
  shift: number
  readonly salt = nextSalt()
  readonly lowerSalt = nextSalt()
  /** What holds the places of a large set, where it could be had. */
  private table: FingerprintTable | undefined

  /** Room for `expected` fingerprints without growing. */
  constructor(expected = 0) {
    let capacity = CAPACITY_MIN
    while (capacity * 3 < expected * 4) capacity *= 2
    this.table = tableOf(capacity * 2)
    this.places = this.table?.places ?? new Int32Array(capacity * 2)
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

  /**
   * Adds the hashes in rows [from, to) and calls `added` with the lower words of the new ones. Readable twin:
   * `add` for each row.
   */
  addColumns(
    columns: HashColumns,
    from: number,
    to: number,
    added: (lowers: Int32Array, count: number) => void
  ): void {
    const { h1lo, h1hi, h2lo, h2hi } = columns
    for (let row = from; row < to; ) {
      if (this.table) {
        const end = Math.min(to, row + TABLE_ROWS_MAX)
        while ((this.size + end - row) * 8 > this.places.length * 3) this.grow()
        const { table } = this
        const fresh = table.addRows(columns, row, end, this)
        this.size += fresh
        if (fresh > 0) added(table.fresh, fresh)
        row = end
      } else {
        const lo = h1lo[row]!
        const lower = lowerWordOf(lo, h1hi[row]!)
        single[0] = lower
        if (this.add(couponOf(lo, h2lo[row]!, h2hi[row]!), lower)) added(single, 1)
        row++
      }
    }
  }

  clear(): void {
    if (this.size > 0) this.places.fill(0)
    this.size = 0
  }

  private grow(): void {
    const old = this.places
    this.table = tableOf(old.length * 2)
    this.shift--
    if (this.table) {
      this.places = this.table.places
      this.table.moveIn(old, this)
      return
    }
    this.places = new Int32Array(old.length * 2)
    this.size = 0
    for (let at = 0; at < old.length; at += 2) {
      if (old[at] !== 0) this.add(old[at]!, old[at + 1]!)
    }
  }
}

function tableOf(words: number): FingerprintTable | undefined {
  return words >= LARGE ? FingerprintTable.create(words) : undefined
}
