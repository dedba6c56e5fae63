import type { ByteReader } from '../core/bytes.ts'
import { lostCoupons, registerBounds } from './confidence.ts'
import { couponOf } from './coupon.ts'
import { CouponSet } from './coupon-set.ts'
import {
  type EnvelopeHeader,
  KIND_ADAPTIVE,
  METHOD_COUPONS,
  METHOD_REGISTERS,
  sealEnvelope,
  startEnvelope
} from './envelope-layout.ts'
import {
  COUPON_BYTES_MAX,
  readCoupons,
  readRegisters,
  writeCoupons,
  writeRegisters
} from './payload.ts'
import { couponsMax } from './precision.ts'
import { RegisterArray } from './register-array.ts'
import { estimateRegisters } from './register-estimator.ts'
import {
  type Confidence,
  type Estimate,
  type HashColumns,
  SKETCH_OBJECT_BYTES,
  type Sketch
} from './sketch.ts'

/**
 * HyperLogLog that keeps the coupons themselves, practically exact, while there are at most
 * 2^precision / 4 different ones. Exactly one of `coupons` and `registers` is there; which one follows
 * from the content, whatever the order it came in.
 */
export class AdaptiveSketch implements Sketch {
  readonly kind = 'adaptive'
  precision: number
  private readonly precisionAsked: number
  private coupons: CouponSet | undefined = new CouponSet()
  private registers: RegisterArray | undefined
  /** Cleared registers, kept for the next time. */
  private spare: RegisterArray | undefined

  constructor(precision: number) {
    this.precision = precision
    this.precisionAsked = precision
  }

  get entries(): number {
    return this.coupons ? this.coupons.size : -1
  }

  get memoryBytes(): number {
    return (
      SKETCH_OBJECT_BYTES +
      (this.coupons?.memoryBytes ?? 0) +
      (this.registers?.memoryBytes ?? 0) +
      (this.spare?.memoryBytes ?? 0)
    )
  }

  add(h1lo: number, _h1hi: number, h2lo: number, h2hi: number): void {
    if (this.registers) this.registers.add(h1lo, h2lo, h2hi)
    else this.addCoupon(couponOf(h1lo, h2lo, h2hi))
  }

  addColumns({ h1lo, h2lo, h2hi }: HashColumns, from: number, to: number): void {
    let i = from
    for (; i < to && !this.registers; i++) this.addCoupon(couponOf(h1lo[i]!, h2lo[i]!, h2hi[i]!))
    const { registers } = this
    if (!registers) return
    for (; i < to; i++) registers.add(h1lo[i]!, h2lo[i]!, h2hi[i]!)
  }

  /** Adds a coupon as a signed 32-bit number. */
  addCoupon(coupon: number): void {
    const { coupons } = this
    if (coupons) {
      coupons.add(coupon)
      if (coupons.size > couponsMax(this.precision)) this.turnIntoRegisters()
    } else {
      this.registers!.addCoupon(coupon)
    }
  }

  /** Union with another one; the lower precision of the two stays. */
  merge(source: AdaptiveSketch): void {
    if (source.precision < this.precision) this.reduce(source.precision)
    if (source.registers) {
      this.turnIntoRegisters().merge(source.registers)
      return
    }
    const { places } = source.coupons!
    for (let i = 0; i < places.length; i++) {
      if (places[i] !== 0) this.addCoupon(places[i]!)
    }
  }

  /** Lowers the precision: what a sketch of that precision would hold, nothing is lost beyond it. */
  reduce(precision: number): void {
    this.precision = precision
    const { registers } = this
    if (registers) {
      this.registers = new RegisterArray(precision)
      this.registers.merge(registers)
    } else if (this.entries > couponsMax(precision)) {
      this.turnIntoRegisters()
    }
  }

  estimate(confidence: Confidence): Estimate {
    const { precision, coupons, registers } = this
    if (coupons) {
      const value = coupons.size
      const high = value + lostCoupons(value, confidence)
      return { value, low: value, high, confidence, method: 'coupons', precision }
    }
    const histogram = registers!.histogram()
    const keys = Math.min(estimateRegisters(histogram, precision), Number.MAX_SAFE_INTEGER)
    const [below, above] = registerBounds(keys, precision, confidence)
    const nonEmpty = 2 ** precision - histogram[0]!
    const value = Math.max(Math.round(keys), nonEmpty)
    const low = Math.min(Math.max(Math.floor(below), nonEmpty), value)
    const high = Math.min(Math.max(Math.ceil(above), value), Number.MAX_SAFE_INTEGER)
    return { value, low, high, confidence, method: 'hll', precision }
  }

  serialize(): Uint8Array {
    const { precision, coupons } = this
    if (coupons) {
      const count = coupons.size
      const header = { kind: KIND_ADAPTIVE, method: METHOD_COUPONS, precision, count }
      const writer = startEnvelope(header, count * COUPON_BYTES_MAX)
      writeCoupons(writer, coupons.sorted())
      return sealEnvelope(writer)
    }
    const registers = this.registers!
    const count = 2 ** precision - registers.histogram()[0]!
    const header = { kind: KIND_ADAPTIVE, method: METHOD_REGISTERS, precision, count }
    const writer = startEnvelope(header, (2 ** precision / 4) * 3)
    writeRegisters(writer, registers.values)
    return sealEnvelope(writer)
  }

  /** @throws format-damaged */
  static read(header: EnvelopeHeader, payload: ByteReader): AdaptiveSketch {
    const { method, precision, count } = header
    const sketch = new AdaptiveSketch(precision)
    if (method === METHOD_COUPONS) {
      if (count > couponsMax(precision)) throw payload.damaged(`it holds ${count} coupons`)
      const coupons = new CouponSet(Math.min(count, payload.remaining))
      readCoupons(payload, count, coupon => coupons.add(coupon))
      sketch.coupons = coupons
    } else if (method === METHOD_REGISTERS) {
      const expected = (2 ** precision / 4) * 3
      if (payload.remaining !== expected) {
        throw payload.damaged(`its registers take ${payload.remaining} bytes, not ${expected}`)
      }
      const registers = new RegisterArray(precision)
      readRegisters(payload, registers.values)
      const nonEmpty = 2 ** precision - registers.histogram()[0]!
      if (count !== nonEmpty || count === 0) throw payload.damaged(`it counts ${count} registers`)
      sketch.coupons = undefined
      sketch.registers = registers
    } else {
      throw payload.damaged(`its method is ${method}`)
    }
    payload.finish()
    return sketch
  }

  clear(): void {
    this.precision = this.precisionAsked
    if (this.coupons) {
      this.coupons.clear()
    } else {
      this.coupons = new CouponSet()
      this.spare = this.registers
      this.spare?.clear()
      this.registers = undefined
    }
  }

  private turnIntoRegisters(): RegisterArray {
    if (this.registers) return this.registers
    const reusable = this.spare?.precision === this.precision ? this.spare : undefined
    const registers = reusable ?? new RegisterArray(this.precision)
    const { places } = this.coupons!
    for (let i = 0; i < places.length; i++) {
      if (places[i] !== 0) registers.addCoupon(places[i]!)
    }
    this.registers = registers
    this.spare = undefined
    this.coupons = undefined
    return registers
  }
}
