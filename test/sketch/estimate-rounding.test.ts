import assert from 'node:assert/strict'
import { test } from 'node:test'
import { roundedEstimate } from '../../src/sketch/estimate-rounding.ts'
import type { Confidence } from '../../src/sketch/sketch.ts'
import { randomHashes, sketchOf } from './hash-columns.ts'

const of = (confidence: Confidence) => ({ method: 'hll', precision: 10, confidence }) as const

test('value and bounds go to the nearest whole number, a half up', () => {
  for (const confidence of [0.68, 0.95] as const) {
    const { value, low, high } = roundedEstimate(of(confidence), 100.5, [89.49, 110.51], 80)
    assert.deepEqual([low, value, high], [89, 101, 111])
    const other = roundedEstimate(of(confidence), 100.49, [89.5, 110.49], 80)
    assert.deepEqual([other.low, other.value, other.high], [90, 100, 110])
  }
})

test('at 99.7 % bounds go outwards', () => {
  const { value, low, high } = roundedEstimate(of(0.997), 100.5, [89.99, 110.01], 80)
  assert.deepEqual([low, value, high], [89, 101, 111])
})

test('nothing is below what is certain, and the bounds hold the value', () => {
  for (const confidence of [0.68, 0.95, 0.997] as const) {
    const few = roundedEstimate(of(confidence), 6.6, [3.2, 6.8], 7)
    assert.deepEqual([few.low, few.value, few.high], [7, 7, 7])
    const thin = roundedEstimate(of(confidence), 20.5, [20.45, 20.55], 3)
    assert.ok(thin.low <= 21 && thin.value === 21 && thin.high >= 21)
  }
})

test('what is off the scale is the largest safe integer', () => {
  const endless = Number.POSITIVE_INFINITY
  const { value, low, high } = roundedEstimate(of(0.95), endless, [17.4, endless], 9)
  assert.deepEqual([low, value, high], [17, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER])
})

// Outwards, 97.3 % of these intervals would hold the truth: docs/design/0010-whole-bounds.md.
test('twenty keys wide, a 95 % interval holds the truth no more often than it should', () => {
  const runs = 6_000
  for (const [kind, keys] of [
    ['ull', 260],
    ['hll', 180],
    ['adaptive', 260]
  ] as const) {
    let held = 0
    for (let run = 0; run < runs; run++) {
      const hashes = randomHashes(keys, keys * runs + run)
      const { low, high } = sketchOf(kind, 10, hashes).estimate(0.95)
      if (low <= keys && keys <= high) held++
    }
    assert.ok(held / runs > 0.95 && held / runs < 0.97, `${kind}: ${held} of ${runs}`)
  }
})
