import { ADDRESS_BITS, REGISTER_MAX, registerValueOf } from './coupon.ts'
import { registerKernel } from './register-kernel.ts'
import type { HashColumns } from './sketch.ts'
import { WasmColumns } from './wasm-columns.ts'

const LANES = 4

/**
 * 2^precision registers of one byte each, on the same memory as words of four. The histogram is counted
 * when somebody asks, and kept until a register changes.
 */
export class RegisterArray {
  readonly precision: number
  readonly values: Uint8Array
  private readonly words: Int32Array
  private readonly mask: number
  private readonly lanes = new Int32Array(LANES * (REGISTER_MAX + 1))
  private counted = false

  constructor(precision: number) {
    this.precision = precision
    this.values = new Uint8Array(2 ** precision)
    this.words = new Int32Array(this.values.buffer)
    this.mask = this.values.length - 1
  }

  get memoryBytes(): number {
    return this.values.byteLength + this.lanes.byteLength
  }

  add(h1lo: number, h2lo: number, h2hi: number): void {
    this.raise(h1lo & this.mask, registerValueOf(h2lo, h2hi))
  }

  addCoupon(coupon: number): void {
    this.raise(coupon & this.mask, coupon >>> ADDRESS_BITS)
  }

  /** Adds coupons from row `from` on; a 0 among them is none. */
  addCoupons(coupons: Int32Array, from: number, to: number): void {
    const { values, mask } = this
    let grown = false
    for (let i = from; i < to; i++) {
      const coupon = coupons[i]!
      const value = coupon >>> ADDRESS_BITS
      if (value <= values[coupon & mask]!) continue
      values[coupon & mask] = value
      grown = true
    }
    if (grown) this.counted = false
  }

  addColumns(columns: HashColumns, from: number, to: number): void {
    if (columns instanceof WasmColumns && columns.paysFor(this.values, to - from)) {
      if (columns.raise(this.values, from, to)) this.counted = false
      return
    }
    const { h1lo, h2lo, h2hi } = columns
    for (let i = from; i < to; i++) {
      this.raise(h1lo[i]! & this.mask, registerValueOf(h2lo[i]!, h2hi[i]!))
    }
  }

  /**
   * Takes the larger of each pair of registers; a source of higher precision is folded on the way,
   * since its slots that agree in their low bits share one slot here.
   */
  merge(source: RegisterArray): void {
    if (registerKernel().mergeRegisters(this.values, source.values)) this.counted = false
  }

  /** How many registers hold each value 0 … 63. Valid until the next change. */
  histogram(): Int32Array {
    if (!this.counted) this.count()
    return this.lanes.subarray(0, REGISTER_MAX + 1)
  }

  clear(): void {
    this.values.fill(0)
    this.counted = false
  }

  private raise(slot: number, value: number): void {
    if (value <= this.values[slot]!) return
    this.values[slot] = value
    this.counted = false
  }

  /** One lane for each byte of a word: neighbours often hold equal values, and would wait for each other. */
  private count(): void {
    const { words, lanes } = this
    lanes.fill(0)
    for (let i = 0; i < words.length; i++) {
      const word = words[i]!
      lanes[word & 63]!++
      lanes[64 + ((word >>> 8) & 63)]!++
      lanes[128 + ((word >>> 16) & 63)]!++
      lanes[192 + (word >>> 24)]!++
    }
    for (let k = 0; k <= REGISTER_MAX; k++) {
      lanes[k]! += lanes[64 + k]! + lanes[128 + k]! + lanes[192 + k]!
    }
    this.counted = true
  }
}
