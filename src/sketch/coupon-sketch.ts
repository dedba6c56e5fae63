import type { ByteReader } from '../core/bytes.ts'
import { lostCoupons } from './confidence.ts'
import { couponOf } from './coupon.ts'
import { CouponSet } from './coupon-set.ts'
import {
  type EnvelopeHeader,
  METHOD_COUPONS,
  sealEnvelope,
  startEnvelope
} from './envelope-layout.ts'
import { COUPON_BYTES_MAX, readCoupons, writeCoupons } from './payload.ts'
import { couponsMax } from './precision.ts'
import {
  type Confidence,
  type Estimate,
  type HashColumns,
  SKETCH_OBJECT_BYTES,
  type Sketch,
  type SketchKind
} from './sketch.ts'

/** What takes over from coupons. Its state is a function of the coupons it got, in any order. */
export interface Registers<Self> {
  readonly precision: number
  readonly memoryBytes: number
  add(h1lo: number, h2lo: number, h2hi: number): void
  addColumns(columns: HashColumns, from: number, to: number): void
  /** Adds a coupon as a signed 32-bit number. */
  addCoupon(coupon: number): void
  /** Union with registers of the same precision or a higher one. */
  merge(source: Self): void
  clear(): void
}

/**
 * A sketch that keeps the coupons themselves, practically exact, while there are at most
 * 2^precision / 4 different ones. Exactly one of `coupons` and `registers` is there; which one follows
 * from the content, whatever the order it came in.
 */
export abstract class CouponSketch<R extends Registers<R>> implements Sketch {
  abstract readonly kind: SketchKind
  precision: number
  private readonly precisionAsked: number
  private coupons: CouponSet | undefined
  private registers: R | undefined
  /** Cleared registers, kept for the next time. */
  private spare: R | undefined

  /** Room for `expected` keys from the start, in as far as it keeps coupons. */
  constructor(precision: number, expected = 0) {
    this.precision = precision
    this.precisionAsked = precision
    this.coupons = new CouponSet(Math.min(expected, couponsMax(precision)))
  }

  protected abstract makeRegisters(precision: number): R
  protected abstract estimateOf(registers: R, confidence: Confidence): Estimate
  protected abstract seal(registers: R): Uint8Array
  /** The number of this kind in an envelope. */
  protected abstract readonly kindNumber: number

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

  addColumns(columns: HashColumns, from: number, to: number): void {
    const { coupons } = this
    if (coupons === undefined) {
      this.registers!.addColumns(columns, from, to)
      return
    }
    const most = couponsMax(this.precision)
    const left = coupons.addColumns(columns, from, to, most)
    if (coupons.size > most) this.turnIntoRegisters().addColumns(columns, left, to)
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

  /** Union with another one of its kind; the lower precision of the two stays. */
  merge(source: CouponSketch<R>): void {
    if (source.precision < this.precision) this.reduce(source.precision)
    if (source.registers) this.mergeRegisters(source.registers)
    else source.pourCoupons(this)
  }

  /** Union with registers of the same precision or a higher one. */
  mergeRegisters(registers: R): void {
    this.turnIntoRegisters().merge(registers)
  }

  /** Adds everything to something that takes the same registers. */
  pour(into: { addCoupon(coupon: number): void; mergeRegisters(registers: R): void }): void {
    if (this.registers) into.mergeRegisters(this.registers)
    else this.pourCoupons(into)
  }

  /** Lowers the precision: what a sketch of that precision would hold, nothing is lost beyond it. */
  reduce(precision: number): void {
    this.precision = precision
    const { registers } = this
    if (registers) {
      this.registers = this.makeRegisters(precision)
      this.registers.merge(registers)
    } else if (this.entries > couponsMax(precision)) {
      this.turnIntoRegisters()
    }
  }

  estimate(confidence: Confidence): Estimate {
    const { precision, coupons } = this
    if (!coupons) return this.estimateOf(this.registers!, confidence)
    const value = coupons.size
    const high = value + lostCoupons(value, confidence)
    return { value, low: value, high, confidence, method: 'coupons', precision }
  }

  serialize(): Uint8Array {
    const { precision, coupons, kindNumber: kind } = this
    if (!coupons) return this.seal(this.registers!)
    const count = coupons.size
    const writer = startEnvelope(
      { kind, method: METHOD_COUPONS, precision, count },
      count * COUPON_BYTES_MAX
    )
    writeCoupons(writer, coupons.sorted())
    return sealEnvelope(writer)
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

  /** Fills an empty sketch with coupons from an envelope. @throws format-damaged */
  protected readCoupons({ precision, count }: EnvelopeHeader, payload: ByteReader): void {
    if (count > couponsMax(precision)) throw payload.damaged(`it holds ${count} coupons`)
    const coupons = new CouponSet(Math.min(count, payload.remaining))
    readCoupons(payload, count, coupon => coupons.add(coupon))
    this.coupons = coupons
  }

  /** Makes these the content of an empty sketch. */
  protected adopt(registers: R): void {
    this.coupons = undefined
    this.registers = registers
  }

  private pourCoupons(into: { addCoupon(coupon: number): void }): void {
    const { places } = this.coupons!
    for (let i = 0; i < places.length; i++) {
      if (places[i] !== 0) into.addCoupon(places[i]!)
    }
  }

  private turnIntoRegisters(): R {
    if (this.registers) return this.registers
    const reusable = this.spare?.precision === this.precision ? this.spare : undefined
    const registers = reusable ?? this.makeRegisters(this.precision)
    this.pourCoupons(registers)
    this.registers = registers
    this.spare = undefined
    this.coupons = undefined
    return registers
  }
}
