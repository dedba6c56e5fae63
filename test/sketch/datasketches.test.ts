import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFailure } from '../../src/core/errors.ts'
import { AdaptiveSketch } from '../../src/sketch/adaptive-sketch.ts'
import { couponOf } from '../../src/sketch/coupon.ts'
import { createSketch } from '../../src/sketch/create.ts'
import { writeCouponList, writeCouponSet } from '../../src/sketch/datasketches-coupons.ts'
import { readDataSketchesHll, writeDataSketchesHll } from '../../src/sketch/datasketches-hll.ts'
import { RegisterArray } from '../../src/sketch/register-array.ts'
import { hllFiles, onlyGolden } from './datasketches-files.ts'
import { sketchOf } from './hash-columns.ts'
import { integerHashes } from './integer-hashes.ts'

const PRECISION = 12
const hashes = integerHashes(100_000)
const BITS = [4, 6, 8] as const

/** What an HLL header says beside its HIP value, which tells in which order the keys came. */
const [FLAGS_AT, HIP_AT, KXQ_AT] = [5, 8, 16]
const [COMPACT, OUT_OF_ORDER] = [8, 16]

test('HLL files of every type, size and language are there', { skip: onlyGolden }, () => {
  assert.equal(hllFiles.length, 3 * 7 * 2)
})

for (const { name, bytes, bits, n, language } of hllFiles) {
  test(`${name} reads to ${n} keys within its bounds`, () => {
    const { value, low, high, method } = readDataSketchesHll(bytes).estimate(0.997)
    assert.equal(method, n < 385 ? 'coupons' : 'hll')
    assert.ok(low <= n && n <= high, `${low} ${n} ${high}`)
    if (method === 'coupons') assert.equal(value, n)
  })

  test(`${name} is what we write of the same integers`, () => {
    if (n < 385) {
      const coupons = couponsOf(n)
      const written =
        n < 8 ? writeCouponList(coupons, PRECISION, bits) : writeCouponSet(coupons, PRECISION, bits)
      assert.deepEqual(written, bytes)
      return
    }
    const written = writeDataSketchesHll(sketchOf('adaptive', PRECISION, hashes, 0, n), bits)
    const expected = bytes.slice()
    expected[FLAGS_AT]! |= OUT_OF_ORDER
    // Java leaves the flag out where there is nothing to make compact.
    if (language === 'java') expected[FLAGS_AT]! |= COMPACT
    expected.set(written.subarray(HIP_AT, KXQ_AT), HIP_AT)
    assert.deepEqual(written, expected)
  })

  test(`${name} merged with ours is the sketch of all keys`, () => {
    const to = n + 5_000
    const theirs = readDataSketchesHll(bytes)
    theirs.merge(sketchOf('adaptive', PRECISION, hashes, n >> 1, to) as AdaptiveSketch)
    const all = sketchOf('adaptive', PRECISION, hashes, 0, to)
    assert.deepEqual(theirs.serialize(), all.serialize())
  })
}

test('ours go to DataSketches and back, as list, set and registers', () => {
  for (const n of [0, 1, 7, 8, 1_535, 1_536, 1_537, 4_096, 4_097, 20_000, 100_000]) {
    const ours = sketchOf('adaptive', 14, hashes, 0, n)
    for (const bits of BITS) {
      const bytes = writeDataSketchesHll(ours, bits)
      const mode = n < 8 ? 0 : n <= 1_536 ? 1 : 2
      assert.equal(bytes[7]! & 3, mode)
      const back = readDataSketchesHll(bytes)
      assert.equal(back.precision, 14)
      assert.deepEqual(writeDataSketchesHll(back, bits), bytes)
      if (mode < 2) assert.deepEqual(back.serialize(), ours.serialize())
      else assert.deepEqual(registersOf(back), registersOf(ours as AdaptiveSketch))
    }
  }
})

test('every lgK turns into registers where DataSketches does', () => {
  // At lgK 4 ours turn into registers with the fifth coupon already; beyond 15 coupons fall together.
  for (let lgK = 5; lgK <= 15; lgK++) {
    const setMax = lgK < 8 ? 7 : (2 ** (lgK - 3) * 3) / 4
    for (const n of [7, 8, setMax, setMax + 1]) {
      const bytes = writeDataSketchesHll(sketchOf('adaptive', lgK, hashes, 0, n), 6)
      assert.equal(bytes[7]! & 3, n < 8 ? 0 : n <= setMax ? 1 : 2, `lgK ${lgK}, ${n} keys`)
    }
  }
})

test('exact, hll and ull sketches are written like the adaptive one of the same keys', () => {
  for (const n of [3, 100, 5_000]) {
    const expected = writeDataSketchesHll(sketchOf('adaptive', 12, hashes, 0, n), 4)
    assert.deepEqual(writeDataSketchesHll(sketchOf('exact', 12, hashes, 0, n), 4), expected)
    assert.deepEqual(writeDataSketchesHll(sketchOf('ull', 12, hashes, 0, n), 4), expected)
  }
  const empty = writeDataSketchesHll(createSketch('hll', 12), 6)
  assert.deepEqual(empty, writeDataSketchesHll(createSketch('adaptive', 12), 6))
  const plain = readDataSketchesHll(writeDataSketchesHll(sketchOf('hll', 12, hashes, 0, 100), 4))
  assert.deepEqual(registersOf(plain), registersOf(sketchOf('adaptive', 12, hashes, 0, 100)))
})

test('a sketch without coupons cannot be written', () => {
  for (const kind of ['theta', 'linear'] as const) {
    assert.throws(
      () => writeDataSketchesHll(createSketch(kind, 12), 8),
      error => isFailure(error, 'sketch-form') && error.message.includes(kind)
    )
  }
})

test('updatable forms, with free places as zeros, read like compact ones', () => {
  const list = writeDataSketchesHll(sketchOf('adaptive', 12, hashes, 0, 3), 8)
  const set = writeDataSketchesHll(sketchOf('adaptive', 12, hashes, 0, 20), 8)
  const exceptions = withExceptions()
  for (const [compact, wholeBytes] of [
    [list, 8 + 8 * 4],
    [set, 12 + 32 * 4],
    [exceptions, 40 + 2 ** 11 + 32 * 4]
  ] as const) {
    const whole = new Uint8Array(wholeBytes)
    whole.set(compact)
    // The last word moves to the last place.
    whole.copyWithin(wholeBytes - 4, compact.length - 4, compact.length)
    whole.fill(0, compact.length - 4, compact.length)
    whole[FLAGS_AT]! &= ~COMPACT
    assert.deepEqual(
      readDataSketchesHll(whole).serialize(),
      readDataSketchesHll(compact).serialize()
    )
  }
})

test('an HLL_4 register 15 or more above the smallest is an exception', () => {
  const bytes = withExceptions()
  const view = new DataView(bytes.buffer)
  const [count, at] = [view.getUint32(36, true), 40 + 2 ** 11]
  assert.equal(bytes[6], 1)
  assert.equal(count, 3)
  assert.equal(bytes.length, at + count * 4)
  const registers = registersOf(readDataSketchesHll(bytes))
  assert.deepEqual([...registers.subarray(0, 5)], [1, 15, 16, 63, 31])
  assert.deepEqual(writeDataSketchesHll(readDataSketchesHll(bytes), 4), bytes)
})

test('lgK above 18 is folded, in coupons and in registers', () => {
  const few = sketchOf('adaptive', 18, hashes, 0, 500)
  const set = writeDataSketchesHll(few, 8)
  set[3] = 21
  assert.deepEqual(readDataSketchesHll(set).serialize(), few.serialize())

  const large = new Uint8Array(40 + 2 ** 21)
  large.set(writeDataSketchesHll(sketchOf('adaptive', 18, hashes, 0, 100_000), 8).subarray(0, 40))
  large[3] = 21
  for (const coupon of couponsOf(100_000)) {
    const at = 40 + (coupon & (2 ** 21 - 1))
    large[at] = Math.max(large[at]!, coupon >>> 26)
  }
  const expected = sketchOf('adaptive', 18, hashes, 0, 100_000)
  assert.deepEqual(readDataSketchesHll(large).serialize(), expected.serialize())
})

/** HLL_4 at lgK 12 with curMin 1 and exceptions for slots 2, 3 and 4. */
function withExceptions(): Uint8Array {
  const registers = new RegisterArray(12)
  for (let slot = 0; slot < 2 ** 12; slot++) registers.addCoupon((1 << 26) | slot)
  for (const [slot, value] of [
    [1, 15],
    [2, 16],
    [3, 63],
    [4, 31]
  ] as const) {
    registers.addCoupon((value << 26) | slot)
  }
  const sketch = new AdaptiveSketch(12)
  sketch.mergeRegisters(registers)
  return writeDataSketchesHll(sketch, 4)
}

function registersOf(sketch: unknown): Uint8Array {
  assert.ok(sketch instanceof AdaptiveSketch)
  const registers = new RegisterArray(sketch.precision)
  sketch.pour({
    addCoupon: coupon => registers.addCoupon(coupon),
    mergeRegisters: source => registers.merge(source)
  })
  return registers.values
}

function couponsOf(count: number): Uint32Array {
  const { h1lo, h2lo, h2hi } = hashes
  return Uint32Array.from({ length: count }, (_, i) => couponOf(h1lo[i]!, h2lo[i]!, h2hi[i]!))
}
