import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isFailure } from '../../src/core/errors.ts'
import { RedisHll } from '../../src/sketch/redis-hll.ts'

const word = fc.oneof(
  fc.constantFrom(0, 1, 2, 3, 16_383, 16_384, 0x8000_0000, 0xffff_ffff),
  fc.integer({ min: 0, max: 0xffff_ffff })
)
const hll = fc.array(fc.tuple(word, word), { maxLength: 60 }).map(hashes => {
  const made = new RedisHll()
  for (const [low, high] of hashes) made.addHash(low, high)
  return made
})
const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }))

test('what is written is read again, in both forms', () => {
  fc.assert(
    fc.property(hll, fc.constantFrom(0, 3_000, 13_000), (made, sparseBytesMax) => {
      const read = RedisHll.read(made.serialize(sparseBytesMax))
      assert.deepEqual(read.serialize(), made.serialize())
      assert.deepEqual(read.estimate(0.95), made.estimate(0.95))
    })
  )
})

test('merging is commutative, associative and idempotent', () => {
  fc.assert(
    fc.property(hll, hll, hll, (a, b, c) => {
      const expected = union(a, union(b, c)).serialize(0)
      assert.deepEqual(union(union(a, b), c).serialize(0), expected)
      assert.deepEqual(union(union(c, b), a).serialize(0), expected)
      assert.deepEqual(union(union(a, union(b, c)), b).serialize(0), expected)
    }),
    { numRuns: 40 }
  )
})

test('changed bytes are a sketch that is written and read alike, or a typed error', () => {
  fc.assert(
    fc.property(hll, fc.boolean(), fc.array(change, { maxLength: 4 }), (made, dense, changes) => {
      const bytes = made.serialize(dense ? 0 : 3_000)
      for (const [at, value] of changes) bytes[at % bytes.length] = value
      readOrRefuse(bytes)
    })
  )
})

test('runs of any kind are a sketch or a typed error', () => {
  const header = new RedisHll().serialize().subarray(0, 16)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), codes => {
      readOrRefuse(new Uint8Array([...header, ...codes]))
    })
  )
})

function readOrRefuse(bytes: Uint8Array): void {
  let read: RedisHll
  try {
    read = RedisHll.read(bytes)
  } catch (error) {
    assert.ok(isFailure(error, 'format-damaged'), String(error))
    return
  }
  assert.deepEqual(RedisHll.read(read.serialize()).serialize(0), read.serialize(0))
  const { low, value, high } = read.estimate(0.95)
  assert.ok(0 <= low && low <= value && value <= high)
}

function union(left: RedisHll, right: RedisHll): RedisHll {
  const made = RedisHll.read(left.serialize())
  made.merge(right)
  return made
}
