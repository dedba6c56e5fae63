import { high, word } from '../core/word-math.ts'

/**
 * MurmurHash64A (A. Appleby, public domain) with the seed of Redis, in 32-bit halves: JavaScript has no
 * 64-bit integers that are free of allocation.
 */
const SEED = 0xadc8_3b19

// The one multiplier, as low and high word.
const M_LO = 0x5bd1_e995
const M_HI = 0xc6a4_a793

/**
 * Hashes `bytes[start, end)` into `out` = low word, high word. Allocates nothing. Its readable twin is
 * the BigInt reference in `test/sketch/redis-hash.test.ts`.
 */
export function redisHash(bytes: Uint8Array, start: number, end: number, out: Uint32Array): void {
  const length = end - start
  const tail = end - (length & 7)
  let lo = SEED ^ Math.imul(length, M_LO)
  let hi = high(length, M_LO) + Math.imul(length, M_HI)
  for (let at = start; at < tail; at += 8) {
    // k = k * m;  k ^= k >> 47;  k *= m;  h = (h ^ k) * m
    const k = word(bytes, at)
    let khi = (high(k, M_LO) + Math.imul(word(bytes, at + 4), M_LO) + Math.imul(k, M_HI)) | 0
    const klo = Math.imul(k, M_LO) ^ (khi >>> 15)
    khi = (high(klo, M_LO) + Math.imul(khi, M_LO) + Math.imul(klo, M_HI)) | 0
    lo ^= Math.imul(klo, M_LO)
    hi ^= khi
    hi = (high(lo, M_LO) + Math.imul(hi, M_LO) + Math.imul(lo, M_HI)) | 0
    lo = Math.imul(lo, M_LO)
  }
  if (tail < end) {
    for (let at = tail; at < end; at++) {
      const shift = (at - tail) * 8
      if (shift < 32) lo ^= bytes[at]! << shift
      else hi ^= bytes[at]! << (shift - 32)
    }
    hi = (high(lo, M_LO) + Math.imul(hi, M_LO) + Math.imul(lo, M_HI)) | 0
    lo = Math.imul(lo, M_LO)
  }
  lo ^= hi >>> 15
  hi = (high(lo, M_LO) + Math.imul(hi, M_LO) + Math.imul(lo, M_HI)) | 0
  lo = Math.imul(lo, M_LO)
  out[0] = lo ^ (hi >>> 15)
  out[1] = hi
}
