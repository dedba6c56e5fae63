import { carry, high, word } from './word-math.ts'

/**
 * MurmurHash3_x64_128 (A. Appleby, public domain), the hash of every key, in 32-bit halves: JavaScript
 * has no 64-bit integers that are free of allocation.
 */

/** The seed of Apache DataSketches. Frozen: sketches of different seeds never merge. */
export const HASH_SEED = 9001

// Multipliers as low and high words.
const C1_LO = 0x1142_53d5
const C1_HI = 0x87c3_7b91
const C2_LO = 0x2745_937f
const C2_HI = 0x4cf5_ad43
const MIX1_LO = 0xed55_8ccd
const MIX1_HI = 0xff51_afd7
const MIX2_LO = 0x1a85_ec53
const MIX2_HI = 0xc4ce_b9fe
const STEP1 = 0x52dc_e729
const STEP2 = 0x3849_5ab5

const TWO_32 = 0x1_0000_0000

/**
 * Hashes `bytes[start, end)` into `out` = h1 low, h1 high, h2 low, h2 high. The seed has 32 bits.
 * Allocates nothing. Its readable twin is the BigInt reference in `test/core/murmur3-reference.ts`;
 * whole columns of keys: `murmur3-columns.ts`.
 */
export function murmur3x64128(
  bytes: Uint8Array,
  start: number,
  end: number,
  seed: number,
  out: Uint32Array
): void {
  const length = end - start
  const tail = start + (length & ~15)
  let h1lo = seed | 0
  let h1hi = 0
  let h2lo = seed | 0
  let h2hi = 0
  for (let at = start; at < tail; at += 16) {
    let lo = word(bytes, at)
    let hi = word(bytes, at + 4)
    hi = (high(lo, C1_LO) + Math.imul(hi, C1_LO) + Math.imul(lo, C1_HI)) | 0
    lo = Math.imul(lo, C1_LO)
    let turned = (lo << 31) | (hi >>> 1)
    hi = (hi << 31) | (lo >>> 1)
    h1hi ^= high(turned, C2_LO) + Math.imul(hi, C2_LO) + Math.imul(turned, C2_HI)
    h1lo ^= Math.imul(turned, C2_LO)
    // h1 = (rotl(h1, 27) + h2) * 5 + STEP1
    turned = (h1lo << 27) | (h1hi >>> 5)
    h1hi = (h1hi << 27) | (h1lo >>> 5)
    h1lo = (turned + h2lo) | 0
    h1hi = (h1hi + h2hi + carry(h1lo, h2lo)) | 0
    let sum = (h1lo >>> 0) * 5 + STEP1
    h1hi = (Math.imul(h1hi, 5) + ((sum / TWO_32) | 0)) | 0
    h1lo = sum | 0

    lo = word(bytes, at + 8)
    hi = word(bytes, at + 12)
    hi = (high(lo, C2_LO) + Math.imul(hi, C2_LO) + Math.imul(lo, C2_HI)) | 0
    lo = Math.imul(lo, C2_LO)
    turned = (hi << 1) | (lo >>> 31)
    hi = (lo << 1) | (hi >>> 31)
    h2hi ^= high(turned, C1_LO) + Math.imul(hi, C1_LO) + Math.imul(turned, C1_HI)
    h2lo ^= Math.imul(turned, C1_LO)
    // h2 = (rotl(h2, 31) + h1) * 5 + STEP2
    turned = (h2lo << 31) | (h2hi >>> 1)
    h2hi = (h2hi << 31) | (h2lo >>> 1)
    h2lo = (turned + h1lo) | 0
    h2hi = (h2hi + h1hi + carry(h2lo, h1lo)) | 0
    sum = (h2lo >>> 0) * 5 + STEP2
    h2hi = (Math.imul(h2hi, 5) + ((sum / TWO_32) | 0)) | 0
    h2lo = sum | 0
  }
  out[0] = h1lo
  out[1] = h1hi
  out[2] = h2lo
  out[3] = h2hi
  if (tail < end) absorbTail(bytes, tail, end, out)
  finish(length, out)
}

/** The last 1 to 15 bytes, zero-extended: a word of zeros changes nothing. */
function absorbTail(bytes: Uint8Array, at: number, end: number, out: Uint32Array): void {
  if (end - at > 8) {
    let lo = partialWord(bytes, at + 8, end)
    let hi = partialWord(bytes, at + 12, end)
    hi = (high(lo, C2_LO) + Math.imul(hi, C2_LO) + Math.imul(lo, C2_HI)) | 0
    lo = Math.imul(lo, C2_LO)
    const turned = (hi << 1) | (lo >>> 31)
    hi = (lo << 1) | (hi >>> 31)
    out[3]! ^= high(turned, C1_LO) + Math.imul(hi, C1_LO) + Math.imul(turned, C1_HI)
    out[2]! ^= Math.imul(turned, C1_LO)
  }
  let lo = partialWord(bytes, at, end)
  let hi = partialWord(bytes, at + 4, end)
  hi = (high(lo, C1_LO) + Math.imul(hi, C1_LO) + Math.imul(lo, C1_HI)) | 0
  lo = Math.imul(lo, C1_LO)
  const turned = (lo << 31) | (hi >>> 1)
  hi = (hi << 31) | (lo >>> 1)
  out[1]! ^= high(turned, C2_LO) + Math.imul(hi, C2_LO) + Math.imul(turned, C2_HI)
  out[0]! ^= Math.imul(turned, C2_LO)
}

/** Mixes in the length (below 2^32), then both halves into each other before and after `fmix64`. */
function finish(length: number, out: Uint32Array): void {
  let h2lo = out[2]! ^ length
  let h1lo = ((out[0]! ^ length) + h2lo) | 0
  let h1hi = (out[1]! + out[3]! + carry(h1lo, h2lo)) | 0
  h2lo = (h2lo + h1lo) | 0
  let h2hi = (out[3]! + h1hi + carry(h2lo, h1lo)) | 0

  h1lo ^= h1hi >>> 1
  h1hi = (high(h1lo, MIX1_LO) + Math.imul(h1hi, MIX1_LO) + Math.imul(h1lo, MIX1_HI)) | 0
  h1lo = Math.imul(h1lo, MIX1_LO) ^ (h1hi >>> 1)
  h1hi = (high(h1lo, MIX2_LO) + Math.imul(h1hi, MIX2_LO) + Math.imul(h1lo, MIX2_HI)) | 0
  h1lo = Math.imul(h1lo, MIX2_LO) ^ (h1hi >>> 1)

  h2lo ^= h2hi >>> 1
  h2hi = (high(h2lo, MIX1_LO) + Math.imul(h2hi, MIX1_LO) + Math.imul(h2lo, MIX1_HI)) | 0
  h2lo = Math.imul(h2lo, MIX1_LO) ^ (h2hi >>> 1)
  h2hi = (high(h2lo, MIX2_LO) + Math.imul(h2hi, MIX2_LO) + Math.imul(h2lo, MIX2_HI)) | 0
  h2lo = Math.imul(h2lo, MIX2_LO) ^ (h2hi >>> 1)

  h1lo = (h1lo + h2lo) | 0
  h1hi = (h1hi + h2hi + carry(h1lo, h2lo)) | 0
  h2lo = (h2lo + h1lo) | 0
  out[0] = h1lo
  out[1] = h1hi
  out[2] = h2lo
  out[3] = h2hi + h1hi + carry(h2lo, h1lo)
}

function partialWord(bytes: Uint8Array, at: number, end: number): number {
  if (at + 4 <= end) return word(bytes, at)
  let value = 0
  for (let last = end - 1; last >= at; last--) value = (value << 8) | bytes[last]!
  return value
}
