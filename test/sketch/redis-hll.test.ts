import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { isFailure } from '../../src/core/errors.ts'
import { createSketch } from '../../src/sketch/create.ts'
import { mergeSketches } from '../../src/sketch/merge.ts'
import { PostgresHll } from '../../src/sketch/postgres-hll.ts'
import { RedisHll } from '../../src/sketch/redis-hll.ts'

/*
 * `test/golden/redis/<form>-n<keys>.hyll`: what GET gave of a PF* key of Redis 7.0.15 that holds
 * user-0 … user-<keys − 1>, as it was; dense-n10 after PFDEBUG TODENSE. Written by
 * `node bench/interop/run-servers.ts --golden`.
 */
const folder = new URL('../golden/redis/', import.meta.url)
const HEADER_BYTES = 16
const DENSE_BYTES = 12_304

for (const name of readdirSync(folder)) {
  test(`${name} of Redis holds the registers that we build`, () => {
    const [, form, keys] = /^(sparse|dense)-n(\d+)\.hyll$/.exec(name)!
    const stored = new Uint8Array(readFileSync(new URL(name, folder)))
    const built = hllOf(Number(keys))
    const read = RedisHll.read(stored)
    assert.deepEqual(read.serialize(), built.serialize())
    assert.deepEqual(read.estimate(0.95), built.estimate(0.95))
    // The cached count is Redis' own business: what is compared are the registers.
    if (form === 'dense') {
      assert.deepEqual(built.serialize(0).subarray(HEADER_BYTES), stored.subarray(HEADER_BYTES))
    }
    const { low, high } = read.estimate(0.997)
    assert.ok(low <= Number(keys) && Number(keys) <= high, `${low} ${keys} ${high}`)
  })
}

test('all six dumps of Redis are there', () => {
  assert.equal(readdirSync(folder).length, 6)
})

test('an empty one is three codes, and its cached count is stale', () => {
  const expected = [0x48, 0x59, 0x4c, 0x4c, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x7f, 0xff]
  assert.deepEqual([...new RedisHll().serialize()], expected)
  const { value, low, high } = new RedisHll().estimate(0.95)
  assert.deepEqual([value, low, high], [0, 0, 0])
})

test('the cached count is not believed', () => {
  const bytes = hllOf(10).serialize()
  const lying = bytes.slice()
  lying.set([1, 2, 3, 4, 5, 6, 7, 8], 8)
  assert.deepEqual(RedisHll.read(lying).serialize(), bytes)
})

test('it is dense beyond the size asked for, and when a register is above 32', () => {
  const hll = hllOf(10)
  const sparse = hll.serialize()
  assert.ok(sparse.length < 100)
  assert.deepEqual(hll.serialize(sparse.length), sparse)
  assert.equal(hll.serialize(sparse.length - 1).length, DENSE_BYTES)
  assert.equal(hll.serialize(0).length, DENSE_BYTES)
  // Bits 14 … 45 are 0: the value is 33.
  hll.addHash(5, 1 << 14)
  assert.equal(hll.serialize().length, DENSE_BYTES)
  assert.deepEqual(RedisHll.read(hll.serialize()).serialize(), hll.serialize())
})

test('the rarest hash gives the largest value, 51', () => {
  const hll = new RedisHll()
  hll.addHash(3, 0)
  // Register 3: the upper six bits of the third byte.
  assert.equal(hll.serialize(0)[HEADER_BYTES + 2]! >>> 2, 51)
})

test('only its like merges with it', () => {
  const hll = new RedisHll()
  const mismatch = (error: unknown): boolean => isFailure(error, 'sketch-mismatch')
  assert.throws(() => hll.merge(new PostgresHll()), mismatch)
  assert.throws(() => hll.merge(createSketch('adaptive', 14)), mismatch)
  // A program without types may try.
  assert.throws(() => mergeSketches(createSketch('adaptive', 14), hll as never), mismatch)
})

test('clearing empties it', () => {
  const hll = hllOf(1_000)
  hll.clear()
  assert.deepEqual(hll.serialize(), new RedisHll().serialize())
})

test('damaged bytes are refused by name', () => {
  const empty = new RedisHll().serialize()
  const dense = hllOf(10).serialize(0)
  const cases: [RegExp, Uint8Array][] = [
    [/does not start/, new Uint8Array()],
    [/does not start/, new Uint8Array([0x48, 0x59, 0x4c])],
    [/ends too early/, empty.subarray(0, 15)],
    [/encoding is 2/, withByte(empty, 4, 2)],
    [/reserved/, withByte(empty, 6, 1)],
    [/runs end after 0 /, empty.subarray(0, 16)],
    [/ends too early/, empty.subarray(0, 17)],
    [/runs exceed/, new Uint8Array([...empty, 0])],
    [/runs end after 16128 /, withByte(empty, 16, 0x7e)],
    [/ends too early/, dense.subarray(0, DENSE_BYTES - 1)],
    [/1 bytes too many/, new Uint8Array([...dense, 0])],
    [/holds 63, more than 51/, withByte(dense, 16, 0x3f)]
  ]
  for (const [problem, bytes] of cases) {
    assert.throws(
      () => RedisHll.read(bytes),
      (error: unknown) => isFailure(error, 'format-damaged') && problem.test(error.message),
      String(problem)
    )
  }
})

function withByte(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const changed = bytes.slice()
  changed[at] = value
  return changed
}

function hllOf(count: number): RedisHll {
  const hll = new RedisHll()
  for (let i = 0; i < count; i++) hll.addBytes(Buffer.from(`user-${i}`))
  return hll
}
