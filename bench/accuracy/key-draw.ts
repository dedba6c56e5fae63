import type { Random } from '../../src/core/random.ts'
import { type DrawnColumns, drawnColumns } from './hash-columns.ts'
import { SlotLaw } from './slot-law.ts'

/** Makes the hashes of random keys, or what of them can matter to a sketch. */
export interface KeyDraw {
  readonly columns: DrawnColumns
  /** Rows of `columns` that were filled, from the first. */
  readonly rows: number
  /** So many of them are enough for a sketch that knows the largest value of a slot only. */
  readonly largestRows: number
  /** How many different keys they stand for. */
  readonly keys: number
  draw(random: Random): void
}

/** Every key with a random hash of 128 bits. */
export class PlainDraw implements KeyDraw {
  readonly columns: DrawnColumns
  readonly rows: number
  readonly largestRows: number
  readonly keys: number

  constructor(keys: number) {
    this.columns = drawnColumns(keys)
    this.rows = keys
    this.largestRows = keys
    this.keys = keys
  }

  draw(random: Random): void {
    const { h1lo, h1hi, h2lo, h2hi } = this.columns
    for (let i = 0; i < this.rows; i++) {
      h1lo[i] = random.uint32()
      h1hi[i] = random.uint32()
      h2lo[i] = random.uint32()
      h2hi[i] = random.uint32()
    }
  }
}

/**
 * For sketches of 2^precision slots that know of a slot its three largest values at most: slot by slot
 * from `SlotLaw`, one row for each of those values. The number of keys is Poisson distributed around
 * `mean`, and known after each draw.
 */
export class SlotDraw implements KeyDraw {
  readonly columns: DrawnColumns
  rows = 0
  largestRows = 0
  keys = 0
  private readonly slots: number
  private readonly law: SlotLaw
  private readonly drawn: Uint32Array

  constructor(mean: number, precision: number) {
    this.slots = 2 ** precision
    this.law = new SlotLaw(mean / this.slots)
    this.columns = drawnColumns(this.slots * 3)
    this.drawn = new Uint32Array(this.slots)
  }

  draw(random: Random): void {
    const { slots, law, drawn } = this
    const { keys, largest, below } = law
    this.rows = 0
    this.keys = 0
    for (let slot = 0; slot < slots; slot++) {
      const outcome = law.draw(random)
      drawn[slot] = outcome
      this.keys += keys[outcome]!
      if (largest[outcome] !== 0) this.row(slot, largest[outcome]!)
    }
    this.largestRows = this.rows
    for (let slot = 0; slot < slots; slot++) {
      const outcome = drawn[slot]!
      if ((below[outcome]! & 2) !== 0) this.row(slot, largest[outcome]! - 1)
      if ((below[outcome]! & 1) !== 0) this.row(slot, largest[outcome]! - 2)
    }
  }

  private row(slot: number, value: number): void {
    const { columns } = this
    const at = this.rows++
    columns.h1lo[at] = slot
    columns.h2hi[at] = value > 32 ? 0 : 0x8000_0000 >>> (value - 1)
    columns.h2lo[at] = value > 32 ? 0x8000_0000 >>> (value - 33) : 0
  }
}

/**
 * For sketches that keep the smallest hashes: the `count` smallest of `keys` evenly spread ones, ascending.
 * With A. Rényi (1953), −ln(1 − U) of the i-th smallest is the sum of E(j)/(keys − j) over j < i, where
 * the E(j) are independent and exponential.
 */
export class SmallestDraw implements KeyDraw {
  readonly columns: DrawnColumns
  readonly rows: number
  readonly largestRows: number
  readonly keys: number

  constructor(keys: number, count: number) {
    this.keys = keys
    this.rows = Math.min(count, keys)
    this.largestRows = this.rows
    this.columns = drawnColumns(this.rows)
  }

  draw(random: Random): void {
    const { h1lo, h1hi } = this.columns
    let sum = 0
    for (let i = 0; i < this.rows; i++) {
      sum -= Math.log(1 - random.real()) / (this.keys - i)
      const upper = -Math.expm1(-sum) * 2 ** 32
      const whole = Math.min(Math.floor(upper), 2 ** 32 - 1)
      h1hi[i] = whole
      h1lo[i] = Math.floor((upper - whole) * 2 ** 32)
    }
  }
}
