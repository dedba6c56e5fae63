import { assert } from '../../core/assert.ts'

/*
 * The signed numbers inside a Kafka record: zigzag (0, −1, 1, −2 … become 0, 1, 2, 3 …), then seven
 * bits a byte, lowest first, the top bit set on all bytes but the last.
 */

/** Largest magnitude that is written: its zigzag form is still an exact number. */
const VARINT_MAX = 2 ** 52 - 1

/** Bytes that `writeVarint` needs for the value. */
export function varintSize(value: number): number {
  if (value >= -0x40 && value < 0x40) return 1
  if (value >= -0x2000 && value < 0x2000) return 2
  if (value >= -0x10_0000 && value < 0x10_0000) return 3
  if (value >= -0x800_0000 && value < 0x800_0000) return 4
  assert(Math.abs(value) <= VARINT_MAX, `varint ${value} is an exact number`)
  let size = 5
  for (let bound = 0x4_0000_0000; value < -bound || value >= bound; bound *= 128) size++
  return size
}

/** Writes the value at `at` and returns the position behind it. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let end = at
  // 32-bit shifts would cut larger values; dividing is exact up to 2^53.
  let rest = value < 0 ? -value * 2 - 1 : value * 2
  while (rest > 0x7fff_ffff) {
    bytes[end++] = (rest % 128) | 128
    rest = Math.floor(rest / 128)
  }
  while (rest > 127) {
    bytes[end++] = (rest & 127) | 128
    rest >>>= 7
  }
  bytes[end++] = rest
  return end
}
