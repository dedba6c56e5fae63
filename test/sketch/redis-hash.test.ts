import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '../../src/core/random.ts'
import { redisHash } from '../../src/sketch/redis-hash.ts'

const MASK = 0xffff_ffff_ffff_ffffn
const M = 0xc6a4_a793_5bd1_e995n

test('the hash equals its definition in 64-bit numbers for all lengths 0 … 257', () => {
  const random = new Random(7)
  const out = new Uint32Array(2)
  for (let length = 0; length <= 257; length++) {
    const bytes = Uint8Array.from({ length: length + 6 }, () => random.uint32())
    const start = length % 7
    redisHash(bytes, start, start + length, out)
    const expected = reference(bytes.subarray(start, start + length))
    assert.equal(out[0], Number(expected & 0xffff_ffffn), `low word of ${length} bytes`)
    assert.equal(out[1], Number(expected >> 32n), `high word of ${length} bytes`)
  }
})

/** MurmurHash64A with the seed 0xadc83b19, as its definition reads. */
function reference(bytes: Uint8Array): bigint {
  let h = 0xadc8_3b19n ^ ((BigInt(bytes.length) * M) & MASK)
  const whole = bytes.length - (bytes.length % 8)
  for (let at = 0; at < whole; at += 8) {
    let k = (number(bytes, at, at + 8) * M) & MASK
    k = ((k ^ (k >> 47n)) * M) & MASK
    h = ((h ^ k) * M) & MASK
  }
  if (whole < bytes.length) h = ((h ^ number(bytes, whole, bytes.length)) * M) & MASK
  h = ((h ^ (h >> 47n)) * M) & MASK
  return h ^ (h >> 47n)
}

function number(bytes: Uint8Array, from: number, to: number): bigint {
  let value = 0n
  for (let at = to - 1; at >= from; at--) value = (value << 8n) | BigInt(bytes[at]!)
  return value
}
