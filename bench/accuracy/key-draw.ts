import type { Random } from '../../src/core/random.ts'
import { AdaptiveSketch } from '../../src/sketch/adaptive-sketch.ts'
import { HllSketch } from '../../src/sketch/hll-sketch.ts'
import type { Sketch } from '../../src/sketch/index.ts'
import { RegisterArray } from '../../src/sketch/register-array.ts'
import { largestOf } from '../../src/sketch/ull-register.ts'
import { UllRegisters } from '../../src/sketch/ull-registers.ts'
import { UllSketch } from '../../src/sketch/ull-sketch.ts'
import { type DrawnColumns, drawnColumns } from './hash-columns.ts'
import { SlotLaw } from './slot-law.ts'

/** Random keys, or what of them can matter to a sketch. */
export interface KeyDraw {
  /** How many different keys were drawn. */
  readonly keys: number
  draw(random: Random): void
  /** Adds them to a sketch. */
  addTo(sketch: Sketch): void
}

/** Every key with a random hash of 128 bits. */
export class PlainDraw implements KeyDraw {
  readonly columns: DrawnColumns
  readonly keys: number

  constructor(keys: number) {
    this.columns = drawnColumns(keys)
    this.keys = keys
  }

  draw(random: Random): void {
    const { h1lo, h1hi, h2lo, h2hi } = this.columns
    for (let i = 0; i < this.keys; i++) {
      h1lo[i] = random.uint32()
      h1hi[i] = random.uint32()
      h2lo[i] = random.uint32()
      h2hi[i] = random.uint32()
    }
  }

  addTo(sketch: Sketch): void {
    sketch.addColumns(this.columns, 0, this.keys)
  }
}

/**
 * For sketches of 2^precision slots that know of a slot its three largest values at most: the state of
 * each slot from `SlotLaw`, as registers that a sketch takes by merging them. The number of keys is Poisson
 * distributed around `mean`, and known after each draw.
 */
export class SlotDraw implements KeyDraw {
  keys = 0
  /** What plain registers know of the keys, and what those of UltraLogLog do. */
  readonly registers: RegisterArray
  readonly states: UllRegisters
  private readonly law: SlotLaw
  private readonly columns: DrawnColumns

  constructor(mean: number, precision: number) {
    this.law = new SlotLaw(mean / 2 ** precision)
    this.registers = new RegisterArray(precision)
    this.states = new UllRegisters(precision)
    this.columns = drawnColumns(2 ** precision)
  }

  draw(random: Random): void {
    const { law } = this
    const { values } = this.registers
    const { states } = this.states
    this.registers.clear()
    this.states.clear()
    let sum = 0
    for (let slot = 0; slot < values.length; slot++) {
      const outcome = law.draw(random)
      const state = law.states[outcome]!
      values[slot] = largestOf(state)
      states[slot] = state
      sum += law.keys[outcome]!
    }
    this.keys = sum
  }

  addTo(sketch: Sketch): void {
    if (sketch instanceof UllSketch) sketch.mergeRegisters(this.states)
    else if (sketch instanceof AdaptiveSketch || sketch instanceof HllSketch) {
      sketch.mergeRegisters(this.registers)
    } else this.addSlots(sketch)
  }

  /** For a bitmap: one row for each slot that isn't empty. */
  private addSlots(sketch: Sketch): void {
    const { h1lo } = this.columns
    const { values } = this.registers
    let rows = 0
    for (let slot = 0; slot < values.length; slot++) {
      if (values[slot] !== 0) h1lo[rows++] = slot
    }
    sketch.addColumns(this.columns, 0, rows)
  }
}

/**
 * For sketches that keep the smallest hashes: the `count` smallest of `keys` evenly spread ones, ascending.
 * With A. Rényi (1953), −ln(1 − U) of the i-th smallest is the sum of E(j)/(keys − j) over j < i, where
 * the E(j) are independent and exponential.
 */
export class SmallestDraw implements KeyDraw {
  readonly columns: DrawnColumns
  readonly keys: number
  private readonly rows: number

  constructor(keys: number, count: number) {
    this.keys = keys
    this.rows = Math.min(count, keys)
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

  addTo(sketch: Sketch): void {
    sketch.addColumns(this.columns, 0, this.rows)
  }
}
