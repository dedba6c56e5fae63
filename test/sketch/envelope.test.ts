import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32c } from '../../src/core/crc32c.ts'
import { HeadcountError, isFailure } from '../../src/core/errors.ts'
import { Random } from '../../src/core/random.ts'
import { wrapSketch } from '../../src/sketch/envelope.ts'
import { randomHashes, sketchOf } from './hash-columns.ts'

const hashes = randomHashes(2_000, 6)
const [VERSION, KIND, METHOD, PRECISION, HASH, COUNT, PAYLOAD] = [3, 4, 5, 6, 7, 8, 12]

const exact = sketchOf('exact', 14, hashes, 0, 50).serialize()
const coupons = sketchOf('adaptive', 14, hashes, 0, 50).serialize()
const registers = sketchOf('adaptive', 4, hashes, 0, 50).serialize()
const hll = sketchOf('hll', 4, hashes, 0, 50).serialize()
const ullCoupons = sketchOf('ull', 14, hashes, 0, 50).serialize()
const ull = sketchOf('ull', 4, hashes, 0, 50).serialize()
const linear = sketchOf('linear', 6, hashes, 0, 50).serialize()
const envelopes = [exact, coupons, registers, hll, ullCoupons, ull, linear]

test('each wrong header field is damage, and says which', () => {
  damaged(changed(exact, 0, 0x48), /does not start like one/)
  damaged(changed(exact, VERSION, 0), /version is 0/)
  damaged(changed(exact, KIND, 3), /kind is 3/)
  damaged(changed(exact, KIND, 0), /kind is 0/)
  damaged(changed(exact, METHOD, 2), /method is 2/)
  damaged(changed(coupons, METHOD, 1), /method is 1/)
  damaged(changed(coupons, PRECISION, 3), /precision is 3/)
  damaged(changed(coupons, PRECISION, 19), /precision is 19/)
  damaged(changed(coupons, HASH, 0), /hash is 0/)
  damaged(changed(coupons, COUNT, 51), /ends too early/)
  damaged(changed(coupons, COUNT, 49), /bytes too many/)
  damaged(changed(coupons, PRECISION, 4), /holds 50 coupons/)
  damaged(changed(registers, COUNT, registers[COUNT]! - 1), /counts \d+ registers/)
  damaged(changed(registers, PRECISION, 5), /take 12 bytes, not 24/)
  damaged(changed(hll, KIND, 99), /kind is 99/)
  damaged(changed(hll, METHOD, 2), /method is 2/)
  damaged(changed(hll, COUNT, hll[COUNT]! - 1), /counts \d+ registers/)
  damaged(changed(hll, PRECISION, 5), /take 12 bytes, not 24/)
  damaged(changed(ull, METHOD, 3), /method is 3/)
  damaged(changed(ull, COUNT, ull[COUNT]! - 1), /counts \d+ registers/)
  damaged(changed(ull, PRECISION, 5), /take 16 bytes, not 32/)
  damaged(changed(ullCoupons, PRECISION, 4), /holds 50 coupons/)
  damaged(changed(linear, METHOD, 3), /method is 3/)
  damaged(changed(linear, COUNT, linear[COUNT]! - 1), /counts \d+ bits/)
  damaged(changed(linear, PRECISION, 7), /take 8 bytes, not 16/)
})

test('each kind has one version: 1 for exact and adaptive, 2 for those that came later', () => {
  for (const envelope of [exact, coupons, registers]) {
    assert.equal(envelope[VERSION], 1)
    damaged(changed(envelope, VERSION, 2), /kind is [12]/)
  }
  for (const envelope of [hll, ullCoupons, ull, linear]) {
    assert.equal(envelope[VERSION], 2)
    damaged(changed(envelope, VERSION, 1), /kind is [345]/)
  }
})

test('an UltraLogLog register in a state that no keys lead to is refused', () => {
  for (const state of [1, 3, 5, 7, 9, 11]) {
    const slot = ull.findIndex((byte, at) => at >= PAYLOAD && byte > 0)
    damaged(changed(ull, slot, state), /a state that does not exist/)
  }
})

test('an envelope inside other bytes is read where it lies', () => {
  for (const envelope of envelopes) {
    const around = new Uint8Array(envelope.length + 11).fill(0xa5)
    around.set(envelope, 5)
    const sketch = wrapSketch(around.subarray(5, 5 + envelope.length))
    around.fill(0)
    assert.deepEqual(sketch.serialize(), envelope)
  }
})

test('a newer version is named before anything else is looked at', () => {
  const newer = changed(exact, VERSION, 3)
  newer[newer.length - 1]! ^= 1
  assert.throws(() => wrapSketch(newer), {
    code: 'format-version',
    message: 'sketch has version 3, this headcount reads up to version 2'
  })
})

test('every cut and every single flipped bit is an error', () => {
  for (const envelope of envelopes) {
    for (let length = 0; length < envelope.length; length++) damaged(envelope.subarray(0, length))
    for (let bit = 0; bit < envelope.length * 8; bit++) {
      const bytes = envelope.slice()
      bytes[bit >> 3]! ^= 1 << (bit & 7)
      assert.throws(() => wrapSketch(bytes), HeadcountError)
    }
  }
})

test('a count that the bytes cannot hold is refused before room is made for it', () => {
  for (const envelope of envelopes) {
    const bytes = envelope.slice()
    bytes.fill(0xff, COUNT, PAYLOAD)
    damaged(resealed(bytes))
  }
})

test('what has another form of the same content is refused', () => {
  const empty = sketchOf('adaptive', 14, hashes, 0, 0).serialize()
  damaged(withPayload(empty, 1, [0x80, 0x80, 0x80, 0xa0, 0x00]), /a number is too long/)
  damaged(withPayload(empty, 2, [0x80, 0x80, 0x80, 0x20, 0x00]), /do not ascend/)
  damaged(withPayload(empty, 1, [0x01]), /out of range/)
  damaged(withPayload(empty, 1, [0x80, 0x80, 0x80, 0x80, 0x10]), /out of range/)
  assert.equal(wrapSketch(withPayload(empty, 1, [0x80, 0x80, 0x80, 0x20])).entries, 1)

  const none = sketchOf('exact', 14, hashes, 0, 0).serialize()
  const first = [0x80, 0x80, 0x80, 0x20, 7, 0, 0, 0]
  damaged(withPayload(none, 2, [...first, 0, 7, 0, 0, 0]), /do not ascend/)
  assert.equal(wrapSketch(withPayload(none, 2, [...first, 0, 8, 0, 0, 0])).entries, 2)

  for (const full of [registers, ull]) {
    const noRegisters = full.slice()
    noRegisters.fill(0, COUNT, noRegisters.length - 4)
    damaged(resealed(noRegisters), /counts 0 registers/)
  }
})

test('mutated envelopes are the sketch they spell, byte for byte, or a typed error', () => {
  const random = new Random(7)
  const bases = [...envelopes, sketchOf('adaptive', 6, hashes).serialize()]
  let valid = 0
  for (let round = 0; round < 20_000; round++) {
    const bytes = mutated(bases[round % bases.length]!, random)
    try {
      assert.deepEqual(wrapSketch(bytes).serialize(), bytes)
      valid++
    } catch (error) {
      if (!isFailure(error, 'format-damaged', 'format-version')) throw error
    }
  }
  assert.ok(valid > 100, `${valid} mutations were valid`)
})

function mutated(base: Uint8Array, random: Random): Uint8Array {
  const cut = random.below(4) === 0 ? random.below(base.length) : base.length
  const bytes = base.slice(0, Math.max(cut, 16))
  for (let i = random.below(4); i >= 0; i--) {
    const at = random.below(3) === 0 ? random.below(16) : random.below(bytes.length)
    bytes[at] = random.below(3) === 0 ? 255 * random.below(2) : random.below(256)
  }
  return random.below(8) === 0 ? bytes : resealed(bytes)
}

function damaged(bytes: Uint8Array, problem = /./): void {
  assert.throws(
    () => wrapSketch(bytes),
    error => isFailure(error, 'format-damaged') && problem.test(error.message)
  )
}

function changed(envelope: Uint8Array, at: number, value: number): Uint8Array {
  const bytes = envelope.slice()
  bytes[at] = value
  return resealed(bytes)
}

function withPayload(envelope: Uint8Array, count: number, payload: number[]): Uint8Array {
  const bytes = new Uint8Array(PAYLOAD + payload.length + 4)
  bytes.set(envelope.subarray(0, COUNT))
  bytes[COUNT] = count
  bytes.set(payload, PAYLOAD)
  return resealed(bytes)
}

function resealed(bytes: Uint8Array): Uint8Array {
  const end = bytes.length - 4
  new DataView(bytes.buffer).setUint32(end, crc32c(bytes, 0, end), true)
  return bytes
}
