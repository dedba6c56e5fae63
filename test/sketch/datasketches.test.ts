import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { HASH_SEED, murmur3x64128 } from '../../src/core/murmur3.ts'
import { couponOf } from '../../src/sketch/coupon.ts'
import { RegisterArray } from '../../src/sketch/register-array.ts'

/*
 * Apache DataSketches' own files: HLL_8 at precision 12 of the integers 0 … n − 1, each hashed as eight
 * little-endian bytes. A list of coupons starts at byte 8, a set of them at 12, registers at 40.
 */
const folder = new URL('../../../shared/data/datasketches/', import.meta.url)
const skip = existsSync(folder) ? false : 'the shared DataSketches files are not here'
const PRECISION = 12
const [LIST_AT, SET_AT, REGISTERS_AT] = [8, 12, 40]

for (const language of ['java', 'cpp']) {
  for (const n of [1, 10, 100]) {
    test(`coupons of ${n} keys equal those of DataSketches (${language})`, { skip }, () => {
      const file = fileOf(n, language)
      const stored = new Set<number>()
      for (let at = n < 8 ? LIST_AT : SET_AT; at < file.length; at += 4) {
        stored.add(file.readUInt32LE(at))
      }
      stored.delete(0)
      assert.deepEqual(stored, new Set(coupons(n).map(coupon => coupon >>> 0)))
    })
  }

  for (const n of [1_000, 10_000, 100_000]) {
    test(`registers of ${n} keys equal those of DataSketches (${language})`, { skip }, () => {
      const stored = fileOf(n, language).subarray(REGISTERS_AT, REGISTERS_AT + 2 ** PRECISION)
      const registers = new RegisterArray(PRECISION)
      for (const coupon of coupons(n)) registers.addCoupon(coupon)
      assert.deepEqual(registers.values, new Uint8Array(stored))
    })
  }
}

function fileOf(n: number, language: string): Buffer {
  return readFileSync(new URL(`hll8_n${n}_${language}.sk`, folder))
}

function coupons(count: number): number[] {
  const bytes = new Uint8Array(8)
  const view = new DataView(bytes.buffer)
  const out = new Uint32Array(4)
  return Array.from({ length: count }, (_, key) => {
    view.setUint32(0, key, true)
    murmur3x64128(bytes, 0, 8, HASH_SEED, out)
    return couponOf(out[0]!, out[2]!, out[3]!)
  })
}
