import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '../../src/core/random.ts'
import { LinearCounting } from '../../src/sketch/linear-counting.ts'
import { randomHashes } from './hash-columns.ts'

const CONFIDENCES = [0.68, 0.95, 0.997] as const

function drawn(bits: number, keys: number, seed: number): LinearCounting {
  const random = new Random(seed)
  const bitmap = new LinearCounting(bits)
  for (let i = 0; i < keys; i++) bitmap.add(random.uint32())
  return bitmap
}

test('any number of bits counts, one by one like by columns', () => {
  const hashes = randomHashes(2_000, 21)
  for (const bits of [1, 7, 8, 100, 1_024, 27_072]) {
    const [single, columns] = [new LinearCounting(bits), new LinearCounting(bits)]
    for (const word of hashes.h1lo) single.add(word)
    columns.addColumns(hashes, 0, 2_000)
    assert.deepEqual(columns.bytes, single.bytes)
    assert.equal(columns.count, new Set(Array.from(hashes.h1lo, word => word % bits)).size)
    assert.equal(columns.bytes.length, Math.ceil(bits / 8))
  }
})

test('the estimate is −bits · ln(share of zeros), and a full bitmap says that it is off the scale', () => {
  const bitmap = new LinearCounting(1_000)
  for (let bit = 0; bit < 1_000; bit++) {
    const { value, low, high } = bitmap.estimate(0.95)
    assert.equal(value, Math.max(Math.round(-1_000 * Math.log(1 - bit / 1_000)), bit))
    assert.ok(low >= bit && low <= value && value <= high && high < 1e6)
    bitmap.add(bit)
  }
  const { value, low, high } = bitmap.estimate(0.95)
  assert.deepEqual([value, high], [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER])
  // One zero more or less is expected at 1,000 · ln(1,000) keys.
  assert.ok(low > 5_000 && low < 6_908, `${low}`)
})

test('bounds hold as often as they say, from few keys to the last zeros', () => {
  const runs = 500
  for (const keys of [10, 200, 1_000, 3_000, 6_000]) {
    const held = { 0.68: 0, 0.95: 0, 0.997: 0 }
    for (let run = 0; run < runs; run++) {
      const bitmap = drawn(1_000, keys, 1_000 * keys + run)
      for (const confidence of CONFIDENCES) {
        const { low, high } = bitmap.estimate(confidence)
        if (low <= keys && keys <= high) held[confidence]++
      }
    }
    for (const confidence of CONFIDENCES) {
      const share = held[confidence] / runs
      assert.ok(share > confidence - 0.025, `${confidence} at ${keys}: ${share}`)
    }
  }
})

test('the error at 67,801 keys in 3,384 bytes is the known 0.72 %', () => {
  let squares = 0
  for (let run = 0; run < 60; run++) {
    const { value } = drawn(3_384 * 8, 67_801, run).estimate(0.95)
    squares += (value / 67_801 - 1) ** 2
  }
  const error = Math.sqrt(squares / 60)
  assert.ok(error > 0.0055 && error < 0.0089, `${error}`)
})

test('bits merge with as many, powers of two fold, and what does not fit is refused', () => {
  const hashes = randomHashes(900, 22)
  const of = (bits: number, from: number, to: number): LinearCounting => {
    const bitmap = new LinearCounting(bits)
    bitmap.addColumns(hashes, from, to)
    return bitmap
  }
  for (const [to, from] of [
    [1_000, 1_000],
    [16, 16],
    [16, 1_024],
    [512, 1_024]
  ] as const) {
    const merged = of(to, 0, 500)
    merged.merge(of(from, 400, 900))
    assert.deepEqual(merged.bytes, of(to, 0, 900).bytes)
    assert.equal(merged.count, of(to, 0, 900).count)
  }
  for (const [to, from] of [
    [1_000, 2_000],
    [1_024, 512]
  ] as const) {
    assert.throws(() => of(to, 0, 9).merge(of(from, 0, 9)), { code: 'sketch-mismatch' })
  }
  for (const bits of [0, 1.5, -8, 2 ** 26 + 1, Number.NaN]) {
    assert.throws(() => new LinearCounting(bits), RangeError)
  }
})
