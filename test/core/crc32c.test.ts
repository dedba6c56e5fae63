import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32c } from '../../src/core/crc32c.ts'
import { Random } from '../../src/core/random.ts'

test('CRC-32C gives the published check values', () => {
  const ascending = Uint8Array.from({ length: 32 }, (_, i) => i)
  assert.equal(crc32c(Buffer.from('123456789')), 0xe306_9283)
  assert.equal(crc32c(new Uint8Array(0)), 0)
  // RFC 3720, appendix B.4, with its bytes in the order of a little-endian word.
  assert.equal(crc32c(new Uint8Array(32)), 0x8a91_36aa)
  assert.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8_ab43)
  assert.equal(crc32c(ascending), 0x46dd_794e)
  assert.equal(crc32c(ascending.toReversed()), 0x113f_db5c)
})

test('CRC-32C of a range equals the bit-by-bit definition, whatever its start and length', () => {
  const random = new Random(2)
  const bytes = Uint8Array.from({ length: 80 }, () => random.below(256))
  for (let start = 0; start < 6; start++) {
    for (let end = start; end <= bytes.length; end++) {
      assert.equal(crc32c(bytes, start, end), bitByBit(bytes.subarray(start, end)))
    }
  }
})

function bitByBit(bytes: Uint8Array): number {
  let crc = 0xffff_ffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f6_3b78 : crc >>> 1
  }
  return ~crc >>> 0
}
