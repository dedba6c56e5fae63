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

/** For the lists that fit; the writer gets a copy. */
const scratch = new Uint8Array(20_480)

/** Writes `count` coupons, which ascend as unsigned numbers. */
export function writeCoupons(writer: ByteWriter, coupons: Int32Array, count: number): void {
  const room = count * COUPON_BYTES_MAX
  const bytes = room <= scratch.length ? scratch : new Uint8Array(room)
  let at = 0
  let before = 0
  for (let i = 0; i < count; i++) {
    const coupon = coupons[i]!
    let step = (coupon - before) >>> 0
    before = coupon
    while (step > 127) {
      bytes[at++] = (step & 127) | 128
      step >>>= 7
    }
    bytes[at++] = step
  }
  writer.raw(bytes.subarray(0, at))
}

/**
 * Takes `count` coupons up to the reader's end, as signed words. The readable form, for each of them:
 * `coupon = nextCoupon(reader, coupon, shortestVarint(reader))`, where no step is 0.
 * @throws format-damaged
 */
export function readCoupons(reader: ByteReader, count: number): Int32Array {
  if (count > reader.remaining) throw reader.damaged(`${count} coupons don't fit in it`)
  const bytes = reader.raw(reader.remaining)
  const coupons = new Int32Array(count)
  let at = 0
  let coupon = 0
  for (let i = 0; i < count; i++) {
    let byte = at < bytes.length ? bytes[at]! : -1
    at++
    let step = byte & 127
    for (let shift = 7; byte > 127; shift += 7) {
      byte = at < bytes.length ? bytes[at]! : -1
      at++
      if (byte === 0) throw reader.damaged('a number is too long')
      if (shift === 28 && byte > 15) throw reader.damaged('a coupon is out of range')
      step |= (byte & 127) << shift
    }
    if (byte < 0) throw reader.damaged('it ends too early')
    if (step === 0) throw reader.damaged('its coupons do not ascend')
    const next = coupon + (step >>> 0)
    coupon = next
    if (next > COUPON_MAX) throw reader.damaged('a coupon is out of range')
    coupons[i] = next
  }
  if (at < bytes.length) throw reader.damaged(`${bytes.length - at} bytes too many`)
  if (count > 0 && coupons[0]! >>> 0 < COUPON_MIN) throw reader.damaged('a coupon is out of range')
  return coupons
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

/** Fills `values`; each six bits are a valid register. How many aren't empty. @throws format-damaged */
export function readRegisters(reader: ByteReader, values: Uint8Array): number {
  const packed = reader.raw((values.length / 4) * 3)
  let filled = 0
  for (let to = 0, from = 0; to < values.length; to += 4, from += 3) {
    const word = packed[from]! | (packed[from + 1]! << 8) | (packed[from + 2]! << 16)
    const first = word & 63
    const second = (word >>> 6) & 63
    const third = (word >>> 12) & 63
    const fourth = word >>> 18
    values[to] = first
    values[to + 1] = second
    values[to + 2] = third
    values[to + 3] = fourth
    // Adding 63 carries into the seventh bit unless it is 0.
    filled +=
      ((first + 63) >> 6) + ((second + 63) >> 6) + ((third + 63) >> 6) + ((fourth + 63) >> 6)
  }
  return filled
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
