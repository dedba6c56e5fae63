import { nextSalt } from './table-salt.ts'
import { isBelow } from './theta-sample.ts'

const CAPACITY_MIN = 16

/**
 * Different entries of a theta sketch: open addressing with linear probing, at most three quarters
 * full. Unlike a coupon, the upper word of an entry may be 0: a place is empty when both words are.
 */
export class ThetaTable {
  size = 0
  /** Pairs of high and low word, signed, in no order. Replaced on growth. */
  places = new Int32Array(CAPACITY_MIN * 2)
  private shift = Math.clz32(CAPACITY_MIN) + 1
  private readonly salt = nextSalt()
  private readonly lowSalt = nextSalt()

  get memoryBytes(): number {
    return this.places.byteLength
  }

  /** Adds an entry in signed words, not both 0. */
  add(high: number, low: number): void {
    const { places } = this
    const last = places.length - 1
    const spread = Math.imul(low, this.lowSalt)
    const mixed = Math.imul((spread ^ (spread >>> 16)) + high, this.salt)
    let at = (mixed >>> this.shift) * 2
    for (;;) {
      const foundHigh = places[at]!
      const foundLow = places[at + 1]!
      if (foundLow === low && foundHigh === high) return
      if ((foundHigh | foundLow) === 0) break
      at = (at + 2) & last
    }
    places[at] = high
    places[at + 1] = low
    this.size++
    // Places hold two words: 3/4 of the capacity is 3/8 of the length.
    if (this.size * 8 > places.length * 3) this.grow()
  }

  /** Copies of all entries, in no order, as two columns of unsigned words. */
  columns(): { highs: Uint32Array; lows: Uint32Array } {
    const highs = new Uint32Array(this.size)
    const lows = new Uint32Array(this.size)
    const { places } = this
    let count = 0
    for (let at = 0; at < places.length; at += 2) {
      if ((places[at]! | places[at + 1]!) === 0) continue
      highs[count] = places[at]!
      lows[count++] = places[at + 1]!
    }
    return { highs, lows }
  }

  /** Keeps only what is below this threshold. */
  lower(thetaHigh: number, thetaLow: number): void {
    const { highs, lows } = this.columns()
    this.clear()
    for (let i = 0; i < highs.length; i++) {
      const high = highs[i]!
      const low = lows[i]!
      if (isBelow(high, low, thetaHigh, thetaLow)) this.add(high, low | 0)
    }
  }

  /** Holds these entries and no others from now on; keeps its memory. */
  replace(highs: Uint32Array, lows: Uint32Array): void {
    let length = this.places.length
    while (highs.length * 8 > length * 3) {
      length *= 2
      this.shift--
    }
    if (length > this.places.length) this.places = new Int32Array(length)
    else this.clear()
    this.size = 0
    for (let i = 0; i < highs.length; i++) this.add(highs[i]!, lows[i]! | 0)
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
      if ((old[at]! | old[at + 1]!) !== 0) this.add(old[at]!, old[at + 1]!)
    }
  }
}
