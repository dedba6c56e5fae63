import type { ByteReader } from '../core/bytes.ts'
import { lostCoupons } from './confidence.ts'
import { couponOf } from './coupon.ts'
import { CouponList } from './coupon-list.ts'
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
  /** Adds coupons from row `from` on; a 0 among them is none. */
  addCoupons(coupons: Int32Array, from: number, to: number): void
  /** Union with registers of the same precision or a higher one. */
  merge(source: Self): void
  clear(): void
}

/**
 * A sketch that keeps the coupons themselves, practically exact, while there are at most
 * 2^precision / 4 different ones. Whether there are coupons or `registers` follows from the content,
 * whatever the order it came in. Coupons from an envelope are a `list` until keys are added or a table is
 * the better form; exactly one of the three is there.
 */
export abstract class CouponSketch<R extends Registers<R>> implements Sketch {
  abstract readonly kind: SketchKind
  precision: number
  private readonly precisionAsked: number
  private coupons: CouponSet | undefined
  private list: CouponList | undefined
  private registers: R | undefined
  /** Cleared registers, kept for the next time. */
  private spare: R | undefined

  /** Room for `expected` keys from the start, in as far as it keeps coupons. */
  constructor(precision: number, expected = 0) {
    this.precision = precision
    this.precisionAsked = precision
    if (expected > 0) this.coupons = new CouponSet(Math.min(expected, couponsMax(precision)))
    else this.list = CouponList.empty
  }

  protected abstract makeRegisters(precision: number): R
  protected abstract estimateOf(registers: R, confidence: Confidence): Estimate
  protected abstract seal(registers: R): Uint8Array
  /** The number of this kind in an envelope. */
  protected abstract readonly kindNumber: number

  get entries(): number {
    return (this.coupons ?? this.list)?.size ?? -1
  }

  get memoryBytes(): number {
    return (
      SKETCH_OBJECT_BYTES +
      ((this.coupons ?? this.list)?.memoryBytes ?? 0) +
      (this.registers?.memoryBytes ?? 0) +
      (this.spare?.memoryBytes ?? 0)
    )
  }

  add(h1lo: number, _h1hi: number, h2lo: number, h2hi: number): void {
    if (this.registers) this.registers.add(h1lo, h2lo, h2hi)
    else this.addCoupon(couponOf(h1lo, h2lo, h2hi))
  }

  addColumns(columns: HashColumns, from: number, to: number): void {
    const coupons = this.table()
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
    const coupons = this.coupons ?? this.table()
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
    else if (source.list) this.mergeList(source.list)
    else this.addCoupons(source.coupons!.places, source.coupons!.places.length)
  }

  /** Union with registers of the same precision or a higher one. */
  mergeRegisters(registers: R): void {
    this.turnIntoRegisters().merge(registers)
  }

  /** Adds everything to something that takes the same registers. */
  pour(into: { addCoupon(coupon: number): void; mergeRegisters(registers: R): void }): void {
    if (this.registers) {
      into.mergeRegisters(this.registers)
      return
    }
    const places = this.coupons?.places ?? this.list!.values
    const end = this.list?.size ?? places.length
    for (let i = 0; i < end; i++) {
      if (places[i] !== 0) into.addCoupon(places[i]!)
    }
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
    const { precision, registers } = this
    if (registers) return this.estimateOf(registers, confidence)
    const value = this.entries
    const high = value + lostCoupons(value, confidence)
    return { value, low: value, high, confidence, method: 'coupons', precision }
  }

  serialize(): Uint8Array {
    const { precision, registers, kindNumber: kind } = this
    if (registers) return this.seal(registers)
    const count = this.entries
    const writer = startEnvelope(
      { kind, method: METHOD_COUPONS, precision, count },
      count * COUPON_BYTES_MAX
    )
    writeCoupons(writer, this.list?.values ?? this.coupons!.sorted(), count)
    return sealEnvelope(writer)
  }

  clear(): void {
    this.precision = this.precisionAsked
    if (this.coupons) {
      this.coupons.clear()
    } else {
      this.list = CouponList.empty
      this.spare = this.registers
      this.spare?.clear()
      this.registers = undefined
    }
  }

  /** Fills an empty sketch with coupons from an envelope. @throws format-damaged */
  protected readCoupons({ precision, count }: EnvelopeHeader, payload: ByteReader): void {
    if (count > couponsMax(precision)) throw payload.damaged(`it holds ${count} coupons`)
    this.list = new CouponList(readCoupons(payload, count))
  }

  /** Makes these the content of an empty sketch. */
  protected adopt(registers: R): void {
    this.list = undefined
    this.registers = registers
  }

  /** Adds the first `end` of these; a 0 is none. */
  private addCoupons(places: Int32Array, end: number): void {
    const coupons = this.coupons ?? this.table()
    const most = couponsMax(this.precision)
    const left = coupons?.addCoupons(places, 0, end, most) ?? 0
    if (!coupons || coupons.size > most) this.turnIntoRegisters().addCoupons(places, left, end)
  }

  private mergeList(source: CouponList): void {
    const { list } = this
    if (!list?.suits(source)) {
      this.addCoupons(source.values, source.size)
      return
    }
    const missing = list.missing(source)
    if (list.size + missing <= couponsMax(this.precision)) this.list = list.union(source, missing)
    else this.turnIntoRegisters().addCoupons(source.values, 0, source.size)
  }

  /** The coupons as a table to add to; undefined when there are registers. */
  private table(): CouponSet | undefined {
    const { list } = this
    if (!list) return this.coupons
    const coupons = new CouponSet(list.size)
    coupons.addCoupons(list.values, 0, list.size, list.size)
    this.coupons = coupons
    this.list = undefined
    return coupons
  }

  private turnIntoRegisters(): R {
    if (this.registers) return this.registers
    const reusable = this.spare?.precision === this.precision ? this.spare : undefined
    const registers = reusable ?? this.makeRegisters(this.precision)
    const places = this.coupons?.places ?? this.list!.values
    registers.addCoupons(places, 0, this.list?.size ?? places.length)
    this.registers = registers
    this.spare = undefined
    this.coupons = undefined
    this.list = undefined
    return registers
  }
}
