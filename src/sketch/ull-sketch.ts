import type { ByteReader } from '../core/bytes.ts'
import { AdaptiveSketch } from './adaptive-sketch.ts'
import { registerBounds, ULL_SHAPE } from './confidence.ts'
import { CouponSketch } from './coupon-sketch.ts'
import {
  type EnvelopeHeader,
  KIND_ULL,
  METHOD_COUPONS,
  METHOD_ULL_REGISTERS,
  sealEnvelope,
  startEnvelope
} from './envelope-layout.ts'
import { roundedEstimate } from './estimate-rounding.ts'
import { RegisterArray } from './register-array.ts'
import type { Confidence, Estimate } from './sketch.ts'
import { certainKeys, estimateUll } from './ull-estimator.ts'
import { isState, largestOf } from './ull-register.ts'
import { UllRegisters } from './ull-registers.ts'

/** UltraLogLog that keeps its coupons while they are few. */
export class UllSketch extends CouponSketch<UllRegisters> {
  readonly kind = 'ull'
  protected readonly kindNumber = KIND_ULL

  /** @throws format-damaged */
  static read(header: EnvelopeHeader, payload: ByteReader): UllSketch {
    const sketch = new UllSketch(header.precision)
    if (header.method === METHOD_COUPONS) sketch.readCoupons(header, payload)
    else if (header.method === METHOD_ULL_REGISTERS) sketch.adopt(openStates(header, payload))
    else throw payload.damaged(`its method is ${header.method}`)
    payload.finish()
    return sketch
  }

  /** The adaptive sketch of the same keys: a plain register is the largest value of one of these. */
  toAdaptive(): AdaptiveSketch {
    const result = new AdaptiveSketch(this.precision)
    this.pour({
      addCoupon: coupon => result.addCoupon(coupon),
      mergeRegisters: ({ states }) => {
        const plain = new RegisterArray(this.precision)
        for (let slot = 0; slot < states.length; slot++) {
          plain.values[slot] = largestOf(states[slot]!)
        }
        result.mergeRegisters(plain)
      }
    })
    return result
  }

  protected makeRegisters(precision: number): UllRegisters {
    return new UllRegisters(precision)
  }

  protected estimateOf(registers: UllRegisters, confidence: Confidence): Estimate {
    const { precision } = registers
    const histogram = registers.histogram()
    const keys = Math.min(estimateUll(histogram, precision), Number.MAX_SAFE_INTEGER)
    const bounds = registerBounds(keys, precision, confidence, ULL_SHAPE)
    const origin = { method: 'ull', precision, confidence } as const
    return roundedEstimate(origin, keys, bounds, certainKeys(histogram))
  }

  protected seal(registers: UllRegisters): Uint8Array {
    const { precision, states } = registers
    const count = states.length - registers.histogram()[0]!
    const header = { kind: KIND_ULL, method: METHOD_ULL_REGISTERS, precision, count }
    return sealEnvelope(startEnvelope(header, states.length).raw(states))
  }
}

function openStates({ precision, count }: EnvelopeHeader, payload: ByteReader): UllRegisters {
  const expected = 2 ** precision
  if (payload.remaining !== expected) {
    throw payload.damaged(`its registers take ${payload.remaining} bytes, not ${expected}`)
  }
  const registers = new UllRegisters(precision)
  registers.states.set(payload.raw(expected))
  const histogram = registers.histogram()
  const nonEmpty = expected - histogram[0]!
  if (count !== nonEmpty || count === 0) throw payload.damaged(`it counts ${count} registers`)
  if (histogram.some((registers, state) => registers > 0 && !isState(state))) {
    throw payload.damaged('a register is in a state that does not exist')
  }
  return registers
}
