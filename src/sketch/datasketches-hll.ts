import { failure } from '../core/errors.ts'
import { AdaptiveSketch } from './adaptive-sketch.ts'
import {
  couponForm,
  readCouponWords,
  writeCouponList,
  writeCouponSet
} from './datasketches-coupons.ts'
import { HLL_FORMAT, type HllBits, LIST, openHll, REGISTERS } from './datasketches-hll-preamble.ts'
import { readHllRegisters, writeHllRegisters } from './datasketches-registers.ts'
import { openEnvelope } from './envelope-layout.ts'
import { ExactSketch } from './exact-sketch.ts'
import { HllSketch } from './hll-sketch.ts'
import { RegisterArray } from './register-array.ts'
import { openRegisters } from './register-state.ts'
import type { Sketch } from './sketch.ts'
import { UllSketch } from './ull-sketch.ts'

/**
 * An HLL_4, HLL_6 or HLL_8 sketch of Apache DataSketches in any mode, compact or updatable, as an
 * adaptive sketch. Its lgK, 4 … 21, is the precision; above 18 it is folded to 18, which loses nothing
 * that a union with a smaller one would keep. The statistics beside the registers (HIP, kxq) are not
 * used. The memory taken is at most about 16 times the input.
 * @throws format-damaged, format-version
 */
export function readDataSketchesHll(bytes: Uint8Array): AdaptiveSketch {
  const { preamble, reader } = openHll(bytes)
  const sketch = new AdaptiveSketch(preamble.precision)
  if (preamble.mode === REGISTERS) {
    sketch.mergeRegisters(readHllRegisters(reader, preamble))
  } else {
    const count = preamble.mode === LIST ? preamble.detail : reader.u32()
    if (preamble.isEmpty !== (count === 0)) {
      throw reader.damaged(`it holds ${count} coupons and says otherwise`)
    }
    for (const coupon of readCouponWords(reader, count, preamble.isCompact)) {
      sketch.addCoupon(coupon | 0)
    }
    if (sketch.entries !== count) throw reader.damaged('a coupon is there twice')
  }
  reader.finish()
  return sketch
}

/**
 * An exact, adaptive, hll or ull sketch in DataSketches' compact form: a list below 8 coupons, a set up
 * to 3/4 · 2^(lgK − 3), registers beyond, since its readers expect that. Registers are marked as out
 * of order, as those of a union are. The same content gives the same bytes.
 * @throws sketch-form for another kind
 */
export function writeDataSketchesHll(sketch: Sketch, bits: HllBits): Uint8Array {
  const { precision } = sketch
  const content = contentOf(sketch)
  if (content instanceof RegisterArray) {
    const isEmpty = content.histogram()[0] === 2 ** precision
    // No sketch of theirs has registers and nothing in them.
    return isEmpty
      ? writeCouponList(new Uint32Array(), precision, bits)
      : writeHllRegisters(content, bits)
  }
  const form = couponForm(content.length, precision)
  if (form === 'list') return writeCouponList(content, precision, bits)
  if (form === 'set') return writeCouponSet(content, precision, bits)
  const registers = new RegisterArray(precision)
  for (const coupon of content) registers.addCoupon(coupon)
  return writeHllRegisters(registers, bits)
}

/** Ascending coupons while the sketch has them, else its registers. */
function contentOf(sketch: Sketch): Uint32Array | RegisterArray {
  if (sketch instanceof HllSketch) {
    const { header, payload } = openEnvelope(sketch.serialize())
    return openRegisters(payload, header.precision, header.count)
  }
  const adaptive = adaptiveOf(sketch)
  const coupons = new Uint32Array(Math.max(adaptive.entries, 0))
  let count = 0
  let content: Uint32Array | RegisterArray = coupons
  adaptive.pour({
    addCoupon: coupon => {
      coupons[count++] = coupon
    },
    mergeRegisters: registers => {
      content = registers
    }
  })
  coupons.sort()
  return content
}

function adaptiveOf(sketch: Sketch): AdaptiveSketch {
  if (sketch instanceof AdaptiveSketch) return sketch
  if (sketch instanceof ExactSketch || sketch instanceof UllSketch) return sketch.toAdaptive()
  throw failure('sketch-form', {
    kind: sketch.kind,
    form: HLL_FORMAT,
    kinds: 'exact, adaptive, hll and ull'
  })
}
