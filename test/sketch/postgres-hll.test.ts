import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { isFailure } from '../../src/core/errors.ts'
import { createSketch } from '../../src/sketch/create.ts'
import { PostgresHll } from '../../src/sketch/postgres-hll.ts'
import { RedisHll } from '../../src/sketch/redis-hll.ts'

/*
 * `test/golden/postgres/hll-<log2m>-<regwidth>-<expthresh>-<sparseon>-n<keys>.hll`: what postgresql-hll
 * 2.17 made of hll_hash_text('user-0') … ('user-<keys − 1>'). Written by
 * `node bench/interop/run-servers.ts --golden`.
 */
const folder = new URL('../golden/postgres/', import.meta.url)
const names = readdirSync(folder)

for (const name of names) {
  test(`${name} of PostgreSQL is written and read byte for byte`, () => {
    const [, log2m, regwidth, threshold, sparseon, keys] =
      /^hll-(\d+)-(\d+)-(\d+|auto)-([01])-n(\d+)\.hll$/.exec(name)!
    const expthresh = threshold === 'auto' ? -1 : Number(threshold)
    const parameters = {
      log2m: Number(log2m),
      regwidth: Number(regwidth),
      expthresh,
      sparseon: sparseon === '1'
    }
    const stored = new Uint8Array(readFileSync(new URL(name, folder)))
    assert.deepEqual(hllOf(Number(keys), parameters).serialize(), stored)
    const read = PostgresHll.read(stored)
    assert.deepEqual(read.serialize(), stored)
    assert.deepEqual(read.parameters, parameters)
    const { low, high } = read.estimate(0.997)
    assert.ok(low <= Number(keys) && Number(keys) <= high, `${low} ${keys} ${high}`)
  })
}

test('the dumps of PostgreSQL are there, in all four forms', () => {
  assert.equal(names.length, 29)
  const forms = names.map(name => readFileSync(new URL(name, folder))[0]! & 15)
  assert.deepEqual(
    [...new Set(forms)].sort((a, b) => a - b),
    [1, 2, 3, 4]
  )
})

test('up to the threshold it counts exactly, beyond it from registers', () => {
  const hll = hllOf(160)
  const { value, low, high, method } = hll.estimate(0.95)
  assert.deepEqual([value, low, high, method], [160, 160, 160, 'exact'])
  hll.addBytes(Buffer.from('user-0'))
  assert.equal(hll.estimate(0.95).method, 'exact')
  hll.addBytes(Buffer.from('user-160'))
  assert.equal(hll.estimate(0.95).method, 'hll')
})

test('ids ascend as signed numbers', () => {
  const hll = new PostgresHll()
  for (const high of [0, 0xffff_ffff, 0x7fff_ffff, 0x8000_0000]) hll.addId(1, high)
  const written = Buffer.from(hll.serialize())
  const highs = [3, 11, 19, 27].map(at => written.readUInt32BE(at))
  assert.deepEqual(highs, [0x8000_0000, 0xffff_ffff, 0, 0x7fff_ffff])
})

test('an id without a one above its slot raises no register', () => {
  const hll = new PostgresHll({ expthresh: 0 })
  hll.addId(7, 0)
  assert.equal(hll.estimate(0.95).value, 0)
  assert.deepEqual([...hll.serialize()], [0x13, 0x8b, 0x40])
  assert.deepEqual(PostgresHll.read(hll.serialize()).serialize(), hll.serialize())
})

test('a value above the width of a register is cut to it', () => {
  const hll = new PostgresHll({ log2m: 4, regwidth: 3, expthresh: 0 })
  hll.addId(2, 1)
  // Register 2 holds 7, in seven bits.
  assert.deepEqual([...hll.serialize()], [0x13, 0x44, 0x40, 0b0010_1110])
})

test('only its like, of the same parameters, merges with it', () => {
  const hll = new PostgresHll()
  const mismatch = (error: unknown): boolean => isFailure(error, 'sketch-mismatch')
  assert.throws(() => hll.merge(new RedisHll()), mismatch)
  assert.throws(() => hll.merge(createSketch('adaptive', 11)), mismatch)
  const others = [{ log2m: 12 }, { regwidth: 6 }, { expthresh: 128 }, { sparseon: false }]
  for (const other of others) assert.throws(() => hll.merge(new PostgresHll(other)), mismatch)
})

test('parameters that PostgreSQL refuses are refused', () => {
  const wrong = [
    { log2m: 3 },
    { log2m: 18 },
    { log2m: 11.5 },
    { regwidth: 0 },
    { regwidth: 8 },
    { expthresh: -2 },
    { expthresh: 100 },
    { expthresh: 16_384 }
  ]
  for (const parameters of wrong) {
    assert.throws(
      () => new PostgresHll(parameters),
      (error: unknown) => isFailure(error, 'option-value'),
      JSON.stringify(parameters)
    )
  }
})

test('clearing empties it', () => {
  const hll = hllOf(1_000)
  hll.clear()
  assert.deepEqual([...hll.serialize()], [0x11, 0x8b, 0x7f])
})

test('damaged bytes are refused by name', () => {
  const explicit = hllOf(2).serialize()
  const full = hllOf(1_000).serialize()
  const small = [0x13, 0x44, 0x40]
  const cases: [RegExp, number[] | Uint8Array][] = [
    [/ends too early/, []],
    [/ends too early/, [0x11, 0x8b]],
    [/version is 0/, [0x01, 0x8b, 0x7f]],
    [/form is 0/, [0x10, 0x8b, 0x7f]],
    [/form is 5/, [0x15, 0x8b, 0x7f]],
    [/unused bit/, [0x11, 0x8b, 0xff]],
    [/log2m is 3,/, [0x11, 0x83, 0x7f]],
    [/log2m is 31,/, [0x13, 0x9f, 0x7f]],
    [/regwidth is 8,/, [0x11, 0xeb, 0x7f]],
    [/expthresh is 16384/, [0x11, 0x8b, 0x4f]],
    [/1 bytes too many/, [0x11, 0x8b, 0x7f, 0]],
    [/last id is cut off/, explicit.subarray(0, 18)],
    [/ids do not ascend/, [...explicit, ...explicit.subarray(3, 11)]],
    [/more than 16383/, [0x12, 0x8b, 0x7f, ...new Uint8Array(16_384 * 8)]],
    [/last register is cut off/, [0x13, 0x8b, 0x7f, 0, 0x21, 0]],
    [/registers do not ascend/, [...small, 0b0010_0010, 0b0100_0100]],
    [/empty register/, [...small, 0b0010_0000, 0b0100_0100]],
    [/last bits are not 0/, [...small, 0b0010_0011]],
    [/take 1279 bytes, not 1280/, full.subarray(0, full.length - 1)],
    [/holds 127, more than 60/, [0x14, 0xc4, 0x40, ...new Uint8Array(14).fill(255)]]
  ]
  for (const [problem, bytes] of cases) {
    assert.throws(
      () => PostgresHll.read(Uint8Array.from(bytes)),
      (error: unknown) => isFailure(error, 'format-damaged') && problem.test(error.message),
      String(problem)
    )
  }
  assert.throws(
    () => PostgresHll.read(Uint8Array.of(0x21, 0x8b, 0x7f)),
    (error: unknown) => isFailure(error, 'format-version')
  )
})

function hllOf(count: number, parameters = {}): PostgresHll {
  const hll = new PostgresHll(parameters)
  for (let i = 0; i < count; i++) hll.addBytes(Buffer.from(`user-${i}`))
  return hll
}
