import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

/*
 * Measured on envelopes (docs/design/0009-state-cache.md): coupons and exact sets are as good as
 * random, registers shrink to 40-70 %. Below this size there are no registers worth the 40 µs.
 */
const TRY_FROM_BYTES = 4_096
/** In larger values a slice from the middle tells first whether the rest is worth it. */
const SAMPLE_FROM_BYTES = 65_536
const SAMPLE_BYTES = 16_384
const FASTEST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/** `value` by zstd, or undefined where less than an eighth would be saved. */
export function pack(value: Uint8Array): Uint8Array | undefined {
  if (value.length < TRY_FROM_BYTES) return undefined
  if (value.length >= SAMPLE_FROM_BYTES) {
    const middle = value.length >>> 1
    if (!squeeze(value.subarray(middle, middle + SAMPLE_BYTES))) return undefined
  }
  return squeeze(value)
}

/** The value of `bytes` bytes again. Throws on what is damaged. */
export function unpack(packed: Uint8Array, bytes: number): Uint8Array {
  const value = new Uint8Array(zstdDecompressSync(packed, { maxOutputLength: bytes }))
  if (value.length !== bytes) throw new RangeError(`${value.length} bytes instead of ${bytes}`)
  return value
}

function squeeze(value: Uint8Array): Uint8Array | undefined {
  const packed = zstdCompressSync(value, FASTEST)
  return packed.length * 8 <= value.length * 7 ? packed : undefined
}
