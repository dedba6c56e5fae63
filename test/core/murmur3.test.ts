import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HASH_SEED, murmur3x64128 } from '../../src/core/murmur3.ts'
import { Random } from '../../src/core/random.ts'
import { murmur3Reference } from './murmur3-reference.ts'

/** Published by other implementations (mmh3 5.x): bytes in hex, seed, h1, h2. */
const VECTORS = [
  ['', 0, '0000000000000000', '0000000000000000'],
  ['', 9001, '1e70a32266491bb9', '609736b252406b94'],
  ['61', 0, '85555565f6597889', 'e6b53a48510e895a'],
  ['61', 9001, 'f6020f0aa43b822f', 'c51f4ded6e1eb0fe'],
  ['68656c6c6f', 0, 'cbd8a7b341bd9b02', '5b1e906a48ae1d19'],
  ['68656c6c6f', 9001, '21b77bd4a835c1aa', 'c3001500fe032ef2'],
  [hex('The quick brown fox jumps over the lazy dog'), 0, 'e34bbc7bbc071b6c', '7a433ca9c49a9347'],
  [
    hex('The quick brown fox jumps over the lazy dog'),
    9001,
    '2f67dcdbc56dbf23',
    '8a0a2fafd6b2155c'
  ],
  [hex('zürich ☃ 😀'), 0, '1c6d617882a222ff', '429f10491701cd0f'],
  [hex('zürich ☃ 😀'), 9001, '8708933aff1c3289', '6568cec54a45f3a2'],
  [hex('dcba57a1b2c3d4e5f60'), 0, 'f5944ff9c9d51a82', 'c676022f73bcc2e3'],
  [hex('dcba57a1b2c3d4e5f60'), 9001, 'fc10facfc21c51e8', '011b06b74b2a5a44'],
  [ascending(16), 0, '444924b591903f30', 'ab906456762fe845'],
  [ascending(16), 9001, '1191c3da933a429e', 'fd984b421d27b17b'],
  [ascending(17), 0, '5c76f40f9fe7c20e', 'c15f026b9edaa824'],
  [ascending(17), 9001, 'a4b0d83ee82f2b12', 'b0d73aa77d22ae45'],
  [ascending(31), 0, '053dd3e1a32cd094', '9ee59aefb4005490'],
  [ascending(31), 9001, 'ff68016bf097cb5b', '7b9a9608ff042bd8'],
  [ascending(256), 0, '1c99c313dc6f12b9', '70d6077fab34cc1e'],
  [ascending(256), 9001, 'c5e994c75a4d84a7', '31f5bf95ae869887']
] as const

test('murmur3 gives the values that other implementations publish', () => {
  for (const [bytes, seed, h1, h2] of VECTORS) {
    assert.equal(hashOf(Buffer.from(bytes, 'hex'), seed), h1 + h2, `${bytes} with seed ${seed}`)
  }
})

test('murmur3 equals its 64-bit reference at every length from 0 to 257 and every alignment', () => {
  const random = new Random(1)
  for (let length = 0; length <= 257; length++) {
    const start = length % 7
    const bytes = Uint8Array.from({ length: length + start + 3 }, () => random.below(256))
    const key = bytes.subarray(start, start + length)
    for (const seed of [HASH_SEED, 0, 0xffff_ffff, random.uint32()]) {
      const out = new Uint32Array(4)
      murmur3x64128(bytes, start, start + length, seed, out)
      assert.equal(joined(out), murmur3Reference(key, seed), `length ${length}, seed ${seed}`)
    }
  }
})

test('murmur3 carries through words of all ones and all zeros', () => {
  for (const fill of [0x00, 0x7f, 0x80, 0xff]) {
    for (let length = 0; length <= 64; length++) {
      const bytes = new Uint8Array(length).fill(fill)
      assert.equal(hashOf(bytes, HASH_SEED), murmur3Reference(bytes, HASH_SEED))
    }
  }
})

function hashOf(bytes: Uint8Array, seed: number): string {
  const out = new Uint32Array(4)
  murmur3x64128(bytes, 0, bytes.length, seed, out)
  return joined(out)
}

function joined([h1lo, h1hi, h2lo, h2hi]: Uint32Array): string {
  return [h1hi, h1lo, h2hi, h2lo].map(word => word!.toString(16).padStart(8, '0')).join('')
}

function hex(text: string): string {
  return Buffer.from(text).toString('hex')
}

function ascending(length: number): string {
  return Buffer.from(Array.from({ length }, (_, i) => i)).toString('hex')
}
