import type { ByteReader, ByteWriter } from '../core/bytes.ts'
import { ADDRESS_BITS } from './coupon.ts'

/*
 * Payloads of an envelope that more than one kind writes, or takes apart bit by bit; the plain bytes of
 * UltraLogLog registers and bitmaps are drawn beside them, in ull-register.ts and linear-counting.ts:
 *
 *     fingerprints   count × ( varint coupon − coupon before | u32 lower word )
 *     coupons        count × varint coupon − coupon before
 *     registers      2^precision × 6 bits, lowest bits first, four registers in three bytes
 *
 * Both lists ascend strictly, as 64-bit and 32-bit numbers; the coupon before the first is 0. Varints
 * are unsigned LEB128 in their shortest form.
 */
const COUPON_MIN = 2 ** ADDRESS_BITS
const COUPON_MAX = 2 ** 32 - 1

/** Bytes of the longest entry of either list, for room and limits. */
export const FINGERPRINT_BYTES_MAX = 9
export const COUPON_BYTES_MAX = 5

export function writeFingerprints(
  writer: ByteWriter,
  coupons: Uint32Array,
  lowers: Uint32Array
): void {
  let before = 0
  for (let i = 0; i < coupons.length; i++) {
    const coupon = coupons[i]!
    writer.varint(coupon - before).u32(lowers[i]!)
    before = coupon
  }
}

/** Calls `add` with each of `count` fingerprints in signed words. @throws format-damaged */
export function readFingerprints(
  reader: ByteReader,
  count: number,
  add: (coupon: number, lower: number) => void
): void {
  // One byte and four at least: a count that the bytes can't hold allocates nothing.
  if (count * 5 > reader.remaining) throw reader.damaged(`${count} fingerprints don't fit in it`)
  let coupon = 0
  let lowerBefore = -1
  for (let i = 0; i < count; i++) {
    const step = shortestVarint(reader)
    const lower = reader.u32()
    coupon = nextCoupon(reader, coupon, step)
    if (step === 0 && lower <= lowerBefore) throw reader.damaged('its fingerprints do not ascend')
    lowerBefore = lower
    add(coupon | 0, lower | 0)
  }
}

export function writeCoupons(writer: ByteWriter, coupons: Uint32Array): void {
  let before = 0
  for (let i = 0; i < coupons.length; i++) {
    const coupon = coupons[i]!
    writer.varint(coupon - before)
    before = coupon
  }
}

/** Calls `add` with each of `count` coupons as signed words. @throws format-damaged */
export function readCoupons(
  reader: ByteReader,
  count: number,
  add: (coupon: number) => void
): void {
  if (count > reader.remaining) throw reader.damaged(`${count} coupons don't fit in it`)
  let coupon = 0
  for (let i = 0; i < count; i++) {
    const step = shortestVarint(reader)
    if (step === 0) throw reader.damaged('its coupons do not ascend')
    coupon = nextCoupon(reader, coupon, step)
    add(coupon | 0)
  }
}

export function writeRegisters(writer: ByteWriter, values: Uint8Array): void {
  const packed = new Uint8Array((values.length / 4) * 3)
  for (let from = 0, to = 0; from < values.length; from += 4, to += 3) {
    const word =
      values[from]! |
      (values[from + 1]! << 6) |
      (values[from + 2]! << 12) |
      (values[from + 3]! << 18)
    packed[to] = word
    packed[to + 1] = word >>> 8
    packed[to + 2] = word >>> 16
  }
  writer.raw(packed)
}

/** Fills `values`; each six bits are a valid register. @throws format-damaged */
export function readRegisters(reader: ByteReader, values: Uint8Array): void {
  const packed = reader.raw((values.length / 4) * 3)
  for (let to = 0, from = 0; to < values.length; to += 4, from += 3) {
    const word = packed[from]! | (packed[from + 1]! << 8) | (packed[from + 2]! << 16)
    values[to] = word & 63
    values[to + 1] = (word >>> 6) & 63
    values[to + 2] = (word >>> 12) & 63
    values[to + 3] = word >>> 18
  }
}

function nextCoupon(reader: ByteReader, before: number, step: number): number {
  const coupon = before + step
  if (coupon < COUPON_MIN || coupon > COUPON_MAX) throw reader.damaged('a coupon is out of range')
  return coupon
}

/** A longer form of the same number would give one content two sequences of bytes. */
function shortestVarint(reader: ByteReader): number {
  const start = reader.position
  const value = reader.varint()
  const length = reader.position - start
  if (length > 1 && value < 128 ** (length - 1)) throw reader.damaged('a number is too long')
  return value
}
