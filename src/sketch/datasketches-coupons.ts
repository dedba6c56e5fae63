import type { ByteReader } from '../core/bytes.ts'
import { ADDRESS_BITS } from './coupon.ts'
import { type HllBits, LIST, SET, startHll } from './datasketches-hll-preamble.ts'
import { FLAG_EMPTY } from './datasketches-preamble.ts'
import { readWords } from './datasketches-words.ts'

/*
 * The modes list and set of a DataSketches HLL sketch, after the preamble:
 *
 *     list    coupons u32 …                 at most 7, in the order they came
 *     set     count u32 | coupons u32 …     in the order of their hash table
 */
const LIST_COUPONS_MAX = 7
const LIST_LG_ARR = 3
const SET_LG_ARR_MIN = 5
/** Below this lgK a list turns into registers at once. */
const SET_LG_K_MIN = 8
const ADDRESS_MASK = 2 ** ADDRESS_BITS - 1

/** What DataSketches keeps so many coupons as. */
export function couponForm(count: number, lgK: number): 'list' | 'set' | 'registers' {
  if (count <= LIST_COUPONS_MAX) return 'list'
  return lgK >= SET_LG_K_MIN && count <= (2 ** (lgK - 3) * 3) / 4 ? 'set' : 'registers'
}

/** @throws format-damaged */
export function readCouponWords(
  reader: ByteReader,
  count: number,
  isCompact: boolean
): Uint32Array {
  const words = readWords(reader, count, isCompact)
  for (const coupon of words) {
    if (coupon <= ADDRESS_MASK) throw reader.damaged('a coupon is out of range')
  }
  return words
}

export function writeCouponList(coupons: Uint32Array, lgK: number, bits: HllBits): Uint8Array {
  const detail = coupons.length
  const flags = detail === 0 ? FLAG_EMPTY : 0
  const writer = startHll({ lgK, mode: LIST, bits, lgArr: LIST_LG_ARR, flags, detail })
  for (const coupon of coupons) writer.u32(coupon)
  return writer.finish()
}

/** Byte for byte what DataSketches writes when the coupons come to it in this order. */
export function writeCouponSet(coupons: Uint32Array, lgK: number, bits: HllBits): Uint8Array {
  let places = new Uint32Array(2 ** SET_LG_ARR_MIN)
  let lgArr = SET_LG_ARR_MIN
  let count = 0
  for (const coupon of coupons) {
    place(coupon, places, lgArr)
    count++
    if (count * 4 <= places.length * 3) continue
    const old = places
    lgArr++
    places = new Uint32Array(2 ** lgArr)
    for (const each of old) if (each !== 0) place(each, places, lgArr)
  }
  const writer = startHll({ lgK, mode: SET, bits, lgArr, flags: 0, detail: 0 }).u32(count)
  for (const coupon of places) if (coupon !== 0) writer.u32(coupon)
  return writer.finish()
}

/** Open addressing with a stride of the coupon's own. */
function place(coupon: number, places: Uint32Array, lgArr: number): void {
  const last = places.length - 1
  const stride = ((coupon & ADDRESS_MASK) >>> lgArr) | 1
  let at = coupon & last
  while (places[at] !== 0) at = (at + stride) & last
  places[at] = coupon
}
