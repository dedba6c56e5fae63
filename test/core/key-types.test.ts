import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { type KeyType, keyRoom, writeKey } from '../../src/core/key-types.ts'
import { HASH_SEED, murmur3x64128 } from '../../src/core/murmur3.ts'

const folder = new URL('../../../shared/data/datasketches/', import.meta.url)
const skip = existsSync(folder) ? false : 'the shared DataSketches files are not here'

test('integers hash as those of DataSketches do', { skip }, () => {
  // HLL_8 of the integers 0 … 99: a set of coupons from byte 12.
  const file = readFileSync(new URL('hll8_n100_java.sk', folder))
  const stored = new Set<number>()
  for (let at = 12; at < file.length; at += 4) stored.add(file.readUInt32LE(at))
  stored.delete(0)
  const ours = Array.from({ length: 100 }, (_, i) => couponOf(encoded('int64', String(i))!))
  assert.deepEqual(new Set(ours), stored)
})

test('an int64 is what a 64-bit integer looks like in memory', () => {
  const edges = fc.constantFrom(0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), -(2n ** 32n), 2n ** 32n)
  fc.assert(
    fc.property(fc.oneof(edges, fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)), value => {
      const expected = Buffer.alloc(8)
      expected.writeBigInt64LE(value)
      assert.deepEqual(encoded('int64', String(value)), new Uint8Array(expected))
    })
  )
  assert.deepEqual(encoded('int64', '-0'), new Uint8Array(8))
})

test('what is no 64-bit integer is none', () => {
  const wrong = [
    '',
    '-',
    '+1',
    '01',
    '-01',
    '1.0',
    '1e3',
    '0x10',
    ' 1',
    '1a',
    'true',
    '9223372036854775808',
    '-9223372036854775809',
    '18446744073709551616',
    '9'.repeat(400)
  ]
  for (const text of wrong) assert.equal(encoded('int64', text), undefined, text)
})

test('a float64 is what a double looks like in memory, with one 0 and one NaN', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), value => {
      const expected = Buffer.alloc(8)
      expected.writeDoubleLE(value === 0 ? 0 : value)
      assert.deepEqual(encoded('float64', String(value)), new Uint8Array(expected))
    })
  )
  assert.deepEqual(encoded('float64', '-0.0'), new Uint8Array(8))
  assert.deepEqual(encoded('float64', 'NaN'), Uint8Array.of(0, 0, 0, 0, 0, 0, 0xf8, 0x7f))
  for (const text of ['', '.5', '1.', '0x1', '1_0', '+1', 'nan', ' 1', '1'.repeat(2_000)]) {
    assert.equal(encoded('float64', text), undefined, text)
  }
})

test('a short decimal is the double nearest to it', () => {
  const sign = fc.constantFrom('', '-')
  const whole = fc.oneof(fc.nat(), fc.nat(9), fc.integer({ min: 0, max: 2 ** 40 }))
  const fraction = fc.array(fc.nat(9), { maxLength: 16 }).map(digits => digits.join(''))
  fc.assert(
    fc.property(sign, whole, fraction, (minus, before, after) => {
      const text = `${minus}${before}${after === '' ? '' : `.${after}`}`
      const expected = Buffer.alloc(8)
      expected.writeDoubleLE(Number(text) + 0)
      assert.deepEqual(encoded('float64', text), new Uint8Array(expected), text)
    }),
    { numRuns: 2_000 }
  )
  for (const text of ['', '-', '.', '.5', '5.', '-.5', '01', '-01', '1.2.3', '1-', '1_0']) {
    assert.equal(encoded('float64', text), undefined, text)
  }
})

test('utf16 is the code units, low byte first', () => {
  const point = fc.oneof(fc.nat(0xd7ff), fc.integer({ min: 0xe000, max: 0x10_ffff }))
  fc.assert(
    fc.property(fc.array(point), points => {
      const text = String.fromCodePoint(...points)
      assert.deepEqual(encoded('utf16', text), new Uint8Array(Buffer.from(text, 'utf16le')))
    })
  )
  const out = new Uint8Array(keyRoom(2))
  assert.equal(writeKey('utf16', Uint8Array.of(0x61, 0xff), 0, 2, out), 4)
  assert.deepEqual(out.subarray(0, 4), Uint8Array.of(0x61, 0, 0xfd, 0xff))
})

test('utf8 is the bytes themselves, whatever they are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), bytes => {
      const out = new Uint8Array(keyRoom(bytes.length))
      assert.equal(writeKey('utf8', bytes, 0, bytes.length, out), bytes.length)
      assert.deepEqual(out.subarray(0, bytes.length), bytes)
    })
  )
})

/** What is hashed of a key that stands in the middle of other bytes; undefined when it is refused. */
function encoded(type: KeyType, text: string): Uint8Array | undefined {
  const key = Buffer.from(text)
  const bytes = Buffer.concat([Buffer.from('12'), key, Buffer.from('34')])
  const out = new Uint8Array(keyRoom(key.length))
  const length = writeKey(type, bytes, 2, 2 + key.length, out)
  return length < 0 ? undefined : out.slice(0, length)
}

function couponOf(bytes: Uint8Array): number {
  const out = new Uint32Array(4)
  murmur3x64128(bytes, 0, bytes.length, HASH_SEED, out)
  const zeros = out[3] === 0 ? 32 + Math.clz32(out[2]!) : Math.clz32(out[3]!)
  return ((Math.min(zeros, 62) + 1) * 2 ** 26 + (out[0]! & (2 ** 26 - 1))) >>> 0
}
