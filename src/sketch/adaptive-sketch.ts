import type { ByteReader } from '../core/bytes.ts'
import { CouponSketch } from './coupon-sketch.ts'
import {
  type EnvelopeHeader,
  KIND_ADAPTIVE,
  METHOD_COUPONS,
  METHOD_REGISTERS
} from './envelope-layout.ts'
import { RegisterArray } from './register-array.ts'
import { estimateOfRegisters, openRegisters, sealRegisters } from './register-state.ts'
import type { Confidence, Estimate } from './sketch.ts'

/** HyperLogLog that keeps its coupons while they are few. */
export class AdaptiveSketch extends CouponSketch<RegisterArray> {
  readonly kind = 'adaptive'
  protected readonly kindNumber = KIND_ADAPTIVE

  /** @throws format-damaged */
  static read(header: EnvelopeHeader, payload: ByteReader): AdaptiveSketch {
    const { method, precision, count } = header
    const sketch = new AdaptiveSketch(precision)
    if (method === METHOD_COUPONS) {
      sketch.readCoupons(header, payload)
    } else if (method === METHOD_REGISTERS) {
      if (count === 0) throw payload.damaged('it counts 0 registers')
      sketch.adopt(openRegisters(payload, precision, count))
    } else {
      throw payload.damaged(`its method is ${method}`)
    }
    payload.finish()
    return sketch
  }

  protected makeRegisters(precision: number): RegisterArray {
    return new RegisterArray(precision)
  }

  protected estimateOf(registers: RegisterArray, confidence: Confidence): Estimate {
    return estimateOfRegisters(registers, confidence)
  }

  protected seal(registers: RegisterArray): Uint8Array {
    return sealRegisters(KIND_ADAPTIVE, registers)
  }
}
