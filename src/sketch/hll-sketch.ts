import type { ByteReader } from '../core/bytes.ts'
import type { AdaptiveSketch } from './adaptive-sketch.ts'
import { type EnvelopeHeader, KIND_HLL, METHOD_REGISTERS } from './envelope-layout.ts'
import { RegisterArray } from './register-array.ts'
import { estimateOfRegisters, openRegisters, sealRegisters } from './register-state.ts'
import {
  type Confidence,
  type Estimate,
  type HashColumns,
  SKETCH_OBJECT_BYTES,
  type Sketch
} from './sketch.ts'

/** HyperLogLog with registers from the first key: of one size in memory and in bytes, whatever it holds. */
export class HllSketch implements Sketch {
  readonly kind = 'hll'
  readonly entries = -1
  private readonly precisionAsked: number
  private registers: RegisterArray

  constructor(precision: number) {
    this.precisionAsked = precision
    this.registers = new RegisterArray(precision)
  }

  get precision(): number {
    return this.registers.precision
  }

  get memoryBytes(): number {
    return SKETCH_OBJECT_BYTES + this.registers.memoryBytes
  }

  add(h1lo: number, _h1hi: number, h2lo: number, h2hi: number): void {
    this.registers.add(h1lo, h2lo, h2hi)
  }

  addColumns(columns: HashColumns, from: number, to: number): void {
    this.registers.addColumns(columns, from, to)
  }

  /** Adds a coupon as a signed 32-bit number. */
  addCoupon(coupon: number): void {
    this.registers.addCoupon(coupon)
  }

  /** Union with another one or an adaptive one; the lower precision of the two stays. */
  merge(source: HllSketch | AdaptiveSketch): void {
    if (source.precision < this.precision) {
      const { registers } = this
      this.registers = new RegisterArray(source.precision)
      this.registers.merge(registers)
    }
    if (source instanceof HllSketch) this.registers.merge(source.registers)
    else source.pour(this)
  }

  /** Union with registers of the same precision or a higher one. */
  mergeRegisters(registers: RegisterArray): void {
    this.registers.merge(registers)
  }

  estimate(confidence: Confidence): Estimate {
    return estimateOfRegisters(this.registers, confidence)
  }

  serialize(): Uint8Array {
    return sealRegisters(KIND_HLL, this.registers)
  }

  /** @throws format-damaged */
  static read(header: EnvelopeHeader, payload: ByteReader): HllSketch {
    const { method, precision, count } = header
    if (method !== METHOD_REGISTERS) throw payload.damaged(`its method is ${method}`)
    const sketch = new HllSketch(precision)
    sketch.registers = openRegisters(payload, precision, count)
    payload.finish()
    return sketch
  }

  clear(): void {
    if (this.precision === this.precisionAsked) this.registers.clear()
    else this.registers = new RegisterArray(this.precisionAsked)
  }
}
