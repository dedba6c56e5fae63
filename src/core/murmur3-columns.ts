import { HASH_SEED, murmur3x64128 } from './murmur3.ts'
import { carry } from './word-math.ts'

/*
 * MurmurHash3_x64_128 (A. Appleby, public domain) over many keys side by side: each stage takes all rows
 * one step further. Readable twin: the reference in `test/core/murmur3-reference.ts`.
 *
 * JavaScript has no 64-bit integers that are free of allocation, so a number is two words, lo and hi, and
 * a product modulo 2^64 with a constant K, whose words are K_LO and K_HI and the halves of K_LO K_0 and K_1:
 *
 *     l0 = lo & 0xffff, l1 = lo >>> 16
 *     middle = l1·K_0 + (l0·K_0 >>> 16)           each at most 2^32 − 1
 *     cross = l0·K_1 + (middle & 0xffff)
 *     upper = l1·K_1 + (middle >>> 16) + (cross >>> 16)          the upper word of lo·K_LO
 *     hi = hi·K_LO + lo·K_HI + upper
 *     lo = lo·K_LO
 *
 * It stands written out wherever it is used: V8 gives up inlining after some hundred bytes, and a call
 * costs more than the product. The state is in arrays of the module, whose addresses become part of the
 * code, and three short loops keep more rows in flight than a long one.
 */
const { imul } = Math

const ROWS = 512

/** Bytes of keys that the rows have room for. */
const ROW_BYTES = 16_384

/** Keys are read in words: bytes behind the last key are masked away. */
const SLACK = 16

const scratch = new ArrayBuffer(ROW_BYTES + SLACK + (5 * ROWS + 1) * 4)
const columnAt = (index: number): number => ROW_BYTES + SLACK + index * ROWS * 4
const rowBytes = new Uint8Array(scratch, 0, ROW_BYTES)
const view = new DataView(scratch, 0, ROW_BYTES + SLACK)

// h1 and h2 of each row. Not exported, and not in an object: V8 would not know that they never change.
const h1lo = new Int32Array(scratch, columnAt(0), ROWS)
const h1hi = new Int32Array(scratch, columnAt(1), ROWS)
const h2lo = new Int32Array(scratch, columnAt(2), ROWS)
const h2hi = new Int32Array(scratch, columnAt(3), ROWS)

/** The key of row i lies between ends i and i + 1, less the first of them. */
const ends = new Int32Array(scratch, columnAt(4), ROWS + 1)
const unsignedEnds = new Uint32Array(scratch, columnAt(4), ROWS + 1)

const single = new Uint32Array(4)

/** The hashes of the last `hashRows`, valid until its next call. */
export const hashedRows = {
  h1lo: new Uint32Array(scratch, columnAt(0), ROWS),
  h1hi: new Uint32Array(scratch, columnAt(1), ROWS),
  h2lo: new Uint32Array(scratch, columnAt(2), ROWS),
  h2hi: new Uint32Array(scratch, columnAt(3), ROWS)
} as const

const C1_LO = 0x1142_53d5
const C1_HI = 0x87c3_7b91
const C1_0 = C1_LO & 0xffff
const C1_1 = C1_LO >>> 16
const C2_LO = 0x2745_937f
const C2_HI = 0x4cf5_ad43
const C2_0 = C2_LO & 0xffff
const C2_1 = C2_LO >>> 16
const MIX1_LO = 0xed55_8ccd
const MIX1_HI = 0xff51_afd7
const MIX1_0 = MIX1_LO & 0xffff
const MIX1_1 = MIX1_LO >>> 16
const MIX2_LO = 0x1a85_ec53
const MIX2_HI = 0xc4ce_b9fe
const MIX2_0 = MIX2_LO & 0xffff
const MIX2_1 = MIX2_LO >>> 16

// What is added to 5·h, and its halves.
const STEP1 = 0x52dc_e729
const STEP1_0 = STEP1 & 0xffff
const STEP1_1 = STEP1 >>> 16
const STEP2 = 0x3849_5ab5
const STEP2_0 = STEP2 & 0xffff
const STEP2_1 = STEP2 >>> 16

/**
 * Hashes keys from `from` on, as many as fit and none from `to` on, into `hashedRows` from row 0; returns
 * the first key left. Key i is `bytes[offsets[i], offsets[i + 1])`, which the caller has checked.
 */
export function hashRows(
  bytes: Uint8Array,
  offsets: Uint32Array,
  from: number,
  to: number
): number {
  const start = offsets[from]!
  let next = Math.min(to, from + ROWS)
  while (next > from && offsets[next]! - start > ROW_BYTES) next = (from + next) >>> 1
  if (next === from) {
    murmur3x64128(bytes, start, offsets[from + 1]!, HASH_SEED, single)
    hashedRows.h1lo[0] = single[0]!
    hashedRows.h1hi[0] = single[1]!
    hashedRows.h2lo[0] = single[2]!
    hashedRows.h2hi[0] = single[3]!
    return from + 1
  }
  const rows = next - from
  rowBytes.set(bytes.subarray(start, offsets[next]!))
  unsignedEnds.set(offsets.subarray(from, next + 1))
  h1lo.fill(HASH_SEED, 0, rows)
  h1hi.fill(0, 0, rows)
  h2lo.fill(HASH_SEED, 0, rows)
  h2hi.fill(0, 0, rows)
  for (let step = 0, hasMore = true; hasMore; step += 16) {
    hasMore = takeLowerHalves(rows, start | 0, step)
    takeUpperHalves(rows, start | 0, step)
  }
  takeTails(rows, start | 0)
  finishRows(rows)
  return next
}

/**
 * Takes eight bytes into h1 of each row, from `step` bytes into its key on, if that has 16; false when none
 * has 16 more.
 */
function takeLowerHalves(rows: number, start: number, step: number): boolean {
  let more = 0
  let l0 = 0
  let l1 = 0
  let middle = 0
  let cross = 0
  let upper = 0
  for (let row = 0; row < rows; row++) {
    const from = (ends[row]! + step) | 0
    const left = (ends[row + 1]! - from) | 0
    if (left < 16) continue
    // Negative once a whole block follows.
    more |= 31 - left
    const at = (from - start) | 0
    let lo = view.getInt32(at, true)
    let hi = view.getInt32((at + 4) | 0, true)
    l0 = lo & 0xffff
    l1 = lo >>> 16
    middle = (imul(l1, C1_0) + (imul(l0, C1_0) >>> 16)) | 0
    cross = (imul(l0, C1_1) + (middle & 0xffff)) | 0
    upper = (imul(l1, C1_1) + (middle >>> 16) + (cross >>> 16)) | 0
    hi = (imul(hi, C1_LO) + imul(lo, C1_HI) + upper) | 0
    lo = imul(lo, C1_LO)
    let turned = (lo << 31) | (hi >>> 1)
    hi = (hi << 31) | (lo >>> 1)
    lo = turned
    l0 = lo & 0xffff
    l1 = lo >>> 16
    middle = (imul(l1, C2_0) + (imul(l0, C2_0) >>> 16)) | 0
    cross = (imul(l0, C2_1) + (middle & 0xffff)) | 0
    upper = (imul(l1, C2_1) + (middle >>> 16) + (cross >>> 16)) | 0
    hi = (imul(hi, C2_LO) + imul(lo, C2_HI) + upper) | 0
    lo = imul(lo, C2_LO)
    // h1 = (rotl(h1 ^ k1, 27) + h2) · 5 + STEP1
    let a = h1lo[row]! ^ lo
    let b = h1hi[row]! ^ hi
    const c = h2lo[row]!
    turned = (a << 27) | (b >>> 5)
    b = (b << 27) | (a >>> 5)
    a = (turned + c) | 0
    b = (b + h2hi[row]! + carry(a, c)) | 0
    upper = (imul(a >>> 16, 5) + STEP1_1 + ((imul(a & 0xffff, 5) + STEP1_0) >>> 16)) >>> 16
    h1lo[row] = imul(a, 5) + STEP1
    h1hi[row] = imul(b, 5) + upper
  }
  return more < 0
}

/** Takes the eight bytes behind them into h2. */
function takeUpperHalves(rows: number, start: number, step: number): void {
  let l0 = 0
  let l1 = 0
  let middle = 0
  let cross = 0
  let upper = 0
  for (let row = 0; row < rows; row++) {
    const from = (ends[row]! + step) | 0
    if (((ends[row + 1]! - from) | 0) < 16) continue
    const at = (from - start) | 0
    let lo = view.getInt32((at + 8) | 0, true)
    let hi = view.getInt32((at + 12) | 0, true)
    l0 = lo & 0xffff
    l1 = lo >>> 16
    middle = (imul(l1, C2_0) + (imul(l0, C2_0) >>> 16)) | 0
    cross = (imul(l0, C2_1) + (middle & 0xffff)) | 0
    upper = (imul(l1, C2_1) + (middle >>> 16) + (cross >>> 16)) | 0
    hi = (imul(hi, C2_LO) + imul(lo, C2_HI) + upper) | 0
    lo = imul(lo, C2_LO)
    let turned = (hi << 1) | (lo >>> 31)
    hi = (lo << 1) | (hi >>> 31)
    lo = turned
    l0 = lo & 0xffff
    l1 = lo >>> 16
    middle = (imul(l1, C1_0) + (imul(l0, C1_0) >>> 16)) | 0
    cross = (imul(l0, C1_1) + (middle & 0xffff)) | 0
    upper = (imul(l1, C1_1) + (middle >>> 16) + (cross >>> 16)) | 0
    hi = (imul(hi, C1_LO) + imul(lo, C1_HI) + upper) | 0
    lo = imul(lo, C1_LO)
    // h2 = (rotl(h2 ^ k2, 31) + h1) · 5 + STEP2
    const a = h1lo[row]!
    let c = h2lo[row]! ^ lo
    let d = h2hi[row]! ^ hi
    turned = (c << 31) | (d >>> 1)
    d = (d << 31) | (c >>> 1)
    c = (turned + a) | 0
    d = (d + h1hi[row]! + carry(c, a)) | 0
    upper = (imul(c >>> 16, 5) + STEP2_1 + ((imul(c & 0xffff, 5) + STEP2_0) >>> 16)) >>> 16
    h2lo[row] = imul(c, 5) + STEP2
    h2hi[row] = imul(d, 5) + upper
  }
}

/** Takes in the last 0 to 15 bytes of each row, zero-extended, and its length. */
function takeTails(rows: number, start: number): void {
  let l0 = 0
  let l1 = 0
  let middle = 0
  let cross = 0
  let upper = 0
  for (let row = 0; row < rows; row++) {
    const length = (ends[row + 1]! - ends[row]!) | 0
    const rest = length & 15
    const at = (ends[row + 1]! - rest - start) | 0
    h2lo[row]! ^= length
    if (rest > 8) {
      let lo = view.getInt32((at + 8) | 0, true) & (rest < 12 ? -1 >>> (96 - rest * 8) : -1)
      let hi = rest > 12 ? view.getInt32((at + 12) | 0, true) & (-1 >>> (128 - rest * 8)) : 0
      l0 = lo & 0xffff
      l1 = lo >>> 16
      middle = (imul(l1, C2_0) + (imul(l0, C2_0) >>> 16)) | 0
      cross = (imul(l0, C2_1) + (middle & 0xffff)) | 0
      upper = (imul(l1, C2_1) + (middle >>> 16) + (cross >>> 16)) | 0
      hi = (imul(hi, C2_LO) + imul(lo, C2_HI) + upper) | 0
      lo = imul(lo, C2_LO)
      const turned = (hi << 1) | (lo >>> 31)
      hi = (lo << 1) | (hi >>> 31)
      lo = turned
      l0 = lo & 0xffff
      l1 = lo >>> 16
      middle = (imul(l1, C1_0) + (imul(l0, C1_0) >>> 16)) | 0
      cross = (imul(l0, C1_1) + (middle & 0xffff)) | 0
      upper = (imul(l1, C1_1) + (middle >>> 16) + (cross >>> 16)) | 0
      hi = (imul(hi, C1_LO) + imul(lo, C1_HI) + upper) | 0
      lo = imul(lo, C1_LO)
      h2lo[row]! ^= lo
      h2hi[row]! ^= hi
    }
    let lo = 0
    let hi = 0
    if (rest > 4) {
      lo = view.getInt32(at, true)
      hi = view.getInt32((at + 4) | 0, true) & (rest < 8 ? -1 >>> (64 - rest * 8) : -1)
    } else if (rest > 0) {
      lo = view.getInt32(at, true) & (-1 >>> (32 - rest * 8))
    }
    l0 = lo & 0xffff
    l1 = lo >>> 16
    middle = (imul(l1, C1_0) + (imul(l0, C1_0) >>> 16)) | 0
    cross = (imul(l0, C1_1) + (middle & 0xffff)) | 0
    upper = (imul(l1, C1_1) + (middle >>> 16) + (cross >>> 16)) | 0
    hi = (imul(hi, C1_LO) + imul(lo, C1_HI) + upper) | 0
    lo = imul(lo, C1_LO)
    const turned = (lo << 31) | (hi >>> 1)
    hi = (hi << 31) | (lo >>> 1)
    lo = turned
    l0 = lo & 0xffff
    l1 = lo >>> 16
    middle = (imul(l1, C2_0) + (imul(l0, C2_0) >>> 16)) | 0
    cross = (imul(l0, C2_1) + (middle & 0xffff)) | 0
    upper = (imul(l1, C2_1) + (middle >>> 16) + (cross >>> 16)) | 0
    hi = (imul(hi, C2_LO) + imul(lo, C2_HI) + upper) | 0
    lo = imul(lo, C2_LO)
    h1lo[row]! ^= lo ^ length
    h1hi[row]! ^= hi
  }
}

/** Mixes the halves of each row into each other before and after `fmix64`. */
function finishRows(rows: number): void {
  let l0 = 0
  let l1 = 0
  let middle = 0
  let cross = 0
  let upper = 0
  for (let row = 0; row < rows; row++) {
    let a = h1lo[row]!
    let b = h1hi[row]!
    let c = h2lo[row]!
    let d = h2hi[row]!
    a = (a + c) | 0
    b = (b + d + carry(a, c)) | 0
    c = (c + a) | 0
    d = (d + b + carry(c, a)) | 0

    a ^= b >>> 1
    l0 = a & 0xffff
    l1 = a >>> 16
    middle = (imul(l1, MIX1_0) + (imul(l0, MIX1_0) >>> 16)) | 0
    cross = (imul(l0, MIX1_1) + (middle & 0xffff)) | 0
    upper = (imul(l1, MIX1_1) + (middle >>> 16) + (cross >>> 16)) | 0
    b = (imul(b, MIX1_LO) + imul(a, MIX1_HI) + upper) | 0
    a = imul(a, MIX1_LO)
    a ^= b >>> 1
    l0 = a & 0xffff
    l1 = a >>> 16
    middle = (imul(l1, MIX2_0) + (imul(l0, MIX2_0) >>> 16)) | 0
    cross = (imul(l0, MIX2_1) + (middle & 0xffff)) | 0
    upper = (imul(l1, MIX2_1) + (middle >>> 16) + (cross >>> 16)) | 0
    b = (imul(b, MIX2_LO) + imul(a, MIX2_HI) + upper) | 0
    a = imul(a, MIX2_LO)
    a ^= b >>> 1

    c ^= d >>> 1
    l0 = c & 0xffff
    l1 = c >>> 16
    middle = (imul(l1, MIX1_0) + (imul(l0, MIX1_0) >>> 16)) | 0
    cross = (imul(l0, MIX1_1) + (middle & 0xffff)) | 0
    upper = (imul(l1, MIX1_1) + (middle >>> 16) + (cross >>> 16)) | 0
    d = (imul(d, MIX1_LO) + imul(c, MIX1_HI) + upper) | 0
    c = imul(c, MIX1_LO)
    c ^= d >>> 1
    l0 = c & 0xffff
    l1 = c >>> 16
    middle = (imul(l1, MIX2_0) + (imul(l0, MIX2_0) >>> 16)) | 0
    cross = (imul(l0, MIX2_1) + (middle & 0xffff)) | 0
    upper = (imul(l1, MIX2_1) + (middle >>> 16) + (cross >>> 16)) | 0
    d = (imul(d, MIX2_LO) + imul(c, MIX2_HI) + upper) | 0
    c = imul(c, MIX2_LO)
    c ^= d >>> 1

    a = (a + c) | 0
    b = (b + d + carry(a, c)) | 0
    c = (c + a) | 0
    h1lo[row] = a
    h1hi[row] = b
    h2lo[row] = c
    h2hi[row] = d + b + carry(c, a)
  }
}
