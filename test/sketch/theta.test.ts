import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '../../src/core/random.ts'
import { wrapSketch } from '../../src/sketch/envelope.ts'
import { binomialBounds } from '../../src/sketch/theta-bounds.ts'
import {
  isTooSmallToTell,
  thetaDifference,
  thetaIntersection,
  thetaUnion
} from '../../src/sketch/theta-set-operations.ts'
import { ThetaSketch } from '../../src/sketch/theta-sketch.ts'
import { sketchConformance } from '../conformance/sketch.conformance.ts'
import { randomHashes } from './hash-columns.ts'

const hashes = randomHashes(60_000, 11)

sketchConformance('theta', precision => new ThetaSketch(precision))

test('a theta sketch holds the k smallest entries below the next one, whatever the order', () => {
  const k = 2 ** 10
  const entries = entriesOf(0, 20_000).sort()
  const sketch = keys(0, 20_000, 10)
  const { thetaHigh, thetaLow, highs, lows } = sketch.sample()
  assert.equal(entryOf(thetaHigh, thetaLow), entries[k])
  assert.deepEqual(
    Array.from(highs, (high, i) => entryOf(high, lows[i]!)),
    [...entries.slice(0, k)]
  )
})

test('looking at it changes nothing that comes later', () => {
  const watched = new ThetaSketch(6)
  for (let i = 0; i < 2_000; i++) {
    watched.addColumns(hashes, i, i + 1)
    if (i % 7 === 0) watched.estimate(0.95)
    if (i % 31 === 0) watched.serialize()
  }
  assert.deepEqual(watched.serialize(), keys(0, 2_000, 6).serialize())
})

test('entries is the number of keys while it is exact, −1 from then on', () => {
  assert.equal(keys(0, 1_024, 10).entries, 1_024)
  assert.equal(keys(0, 1_025, 10).entries, -1)
})

test('union, intersection and difference of small sets are exact', () => {
  const [a, b] = [keys(0, 2_000, 12), keys(1_500, 3_000, 12)]
  assert.deepEqual(thetaUnion(a, b).serialize(), keys(0, 3_000, 12).serialize())
  assert.deepEqual(thetaIntersection(a, b).serialize(), keys(1_500, 2_000, 12).serialize())
  assert.deepEqual(thetaDifference(a, b).serialize(), keys(0, 1_500, 12).serialize())
  assert.deepEqual(thetaDifference(b, a).serialize(), keys(2_000, 3_000, 12).serialize())
  assert.deepEqual(a.serialize(), keys(0, 2_000, 12).serialize())
})

test('results of operations go on like sketches, through bytes too', () => {
  const a = keys(0, 30_000, 12)
  const b = keys(20_000, 50_000, 12)
  const c = keys(25_000, 60_000, 12)
  const both = wrapSketch(thetaIntersection(a, b).serialize()) as ThetaSketch
  const all = thetaIntersection(both, c)
  assert.deepEqual(all.serialize(), thetaIntersection(a, thetaIntersection(c, b)).serialize())
  within(all, 5_000)
  within(thetaUnion(all, thetaDifference(a, b)), 25_000)
})

test('estimates of set operations hold in their bounds', () => {
  const a = keys(0, 40_000, 12)
  for (const [from, to] of [
    [0, 40_000],
    [10_000, 50_000],
    [39_000, 60_000]
  ] as const) {
    const b = keys(from, to, 12)
    within(thetaIntersection(a, b), 40_000 - from)
    within(thetaDifference(a, b), from)
    within(thetaUnion(a, b), Math.max(to, 40_000))
  }
})

test('the identities of sets hold for sketches', () => {
  const [a, b] = [keys(0, 30_000, 10), keys(10_000, 45_000, 10)]
  assert.deepEqual(thetaIntersection(a, b).serialize(), thetaIntersection(b, a).serialize())
  assert.deepEqual(thetaUnion(a, b).serialize(), thetaUnion(b, a).serialize())
  assert.deepEqual(thetaIntersection(a, a).serialize(), a.serialize())
  assert.equal(thetaIntersection(thetaDifference(a, b), b).estimate(0.95).value, 0)
  const parts = thetaUnion(thetaDifference(a, b), thetaIntersection(a, b))
  const { value } = parts.estimate(0.95)
  assert.ok(Math.abs(value / 30_000 - 1) < 0.2, `${value}`)
})

test('nothing in common is no number but too small to tell, unless it is known', () => {
  const [a, b] = [keys(0, 30_000, 12), keys(30_000, 60_000, 12)]
  const none = thetaIntersection(a, b).estimate(0.95)
  assert.deepEqual([none.value, none.low], [0, 0])
  assert.ok(none.high > 0 && none.high < 100, `${none.high}`)
  assert.ok(isTooSmallToTell(none))
  const known = [
    thetaIntersection(keys(0, 1_000, 12), keys(1_000, 2_000, 12)),
    thetaIntersection(keys(0, 0, 12), a),
    thetaIntersection(a, keys(0, 0, 12)),
    thetaDifference(keys(0, 0, 12), a)
  ]
  for (const sketch of known) {
    const { low, high } = sketch.estimate(0.95)
    assert.deepEqual([low, high], [0, 0])
    assert.ok(!isTooSmallToTell({ ...none, low, high }))
  }
})

test('precisions mix: the lower one stays in unions and intersections', () => {
  const [fine, coarse] = [keys(0, 20_000, 12), keys(5_000, 25_000, 9)]
  assert.deepEqual(thetaUnion(fine, coarse).serialize(), keys(0, 25_000, 9).serialize())
  assert.equal(thetaIntersection(fine, coarse).precision, 9)
  assert.equal(thetaDifference(fine, coarse).precision, 12)
  within(thetaDifference(fine, coarse), 5_000)
})

test('binomial bounds are those of the sum of the probabilities, for small counts', () => {
  // The smallest n with P(Binomial(n, θ) ≥ count) > 2.5 %, the largest with P(… ≤ count) > 2.5 %.
  for (const [count, fraction, smallest, largest] of [
    [0, 0.01, 0, 367],
    [1, 0.5, 1, 8],
    [10, 0.5, 13, 32]
  ] as const) {
    const [low, high] = binomialBounds(count, fraction, 0.95)
    assert.ok(smallest - 1 < low && low <= smallest, `${low} is not up to ${smallest}`)
    assert.ok(largest <= high && high < largest + 1, `${high} is not from ${largest}`)
  }
})

test('binomial bounds are ordered and meet where the sum ends', () => {
  for (const fraction of [1e-12, 1e-3, 0.3, 0.99, 1 - 1e-12, 1]) {
    let before: readonly [number, number] = [0, 0]
    for (let count = 0; count < 140; count++) {
      const [low, high] = binomialBounds(count, fraction, 0.95)
      assert.ok(low <= count / fraction && count / fraction <= high, `${low} ${count} ${high}`)
      assert.ok(low >= before[0] && high >= before[1], `${count} at ${fraction}`)
      before = [low, high]
    }
  }
})

test('the 95 % bounds cover the truth about that often, small counts included', () => {
  const random = new Random(5)
  const truth = 3_000
  for (const precision of [4, 7, 10]) {
    let covered = 0
    const runs = 400
    for (let run = 0; run < runs; run++) {
      const sketch = new ThetaSketch(precision)
      for (let key = 0; key < truth; key++) sketch.add(random.uint32(), random.uint32(), 0, 0)
      const { low, high } = sketch.estimate(0.95)
      if (low <= truth && truth <= high) covered++
    }
    // 95 % of 400 runs, four standard deviations down; small counts are covered more often.
    assert.ok(covered >= runs * 0.906, `${covered} of ${runs} at precision ${precision}`)
    if (precision === 10) assert.ok(covered <= runs * 0.99, `${covered}`)
  }
})

test('keys are hashed as they are: an entry is the upper 63 bits of h1', () => {
  const sketch = new ThetaSketch(12)
  sketch.add(0, 0, 1, 1)
  sketch.add(1, 0, 1, 1)
  assert.equal(sketch.entries, 0, 'an entry of 0 stands for none')
  sketch.add(0xffff_ffff, 0xffff_ffff, 0, 0)
  assert.equal(sketch.entries, 0, 'the largest one is theta itself')
  sketch.add(2, 0, 0, 0)
  sketch.add(3, 0, 0, 0)
  sketch.add(0, 1, 0, 0)
  const { highs, lows } = sketch.sample()
  assert.deepEqual([...highs, ...lows], [0, 0, 1, 0x8000_0000])
})

function keys(from: number, to: number, precision: number): ThetaSketch {
  const sketch = new ThetaSketch(precision)
  sketch.addColumns(hashes, from, to)
  return sketch
}

function within(sketch: ThetaSketch, truth: number): void {
  const { low, high } = sketch.estimate(0.997)
  assert.ok(low <= truth && truth <= high, `${low} ${truth} ${high}`)
}

function entriesOf(from: number, to: number): BigUint64Array {
  const entries = new BigUint64Array(to - from)
  for (let i = from; i < to; i++) {
    entries[i - from] = ((BigInt(hashes.h1hi[i]!) << 32n) | BigInt(hashes.h1lo[i]!)) >> 1n
  }
  return entries
}

function entryOf(high: number, low: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low)
}
