import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../../src/core/limits.ts'
import { Random } from '../../src/core/random.ts'
import { createSketch } from '../../src/sketch/create.ts'
import { ExactSketch } from '../../src/sketch/exact-sketch.ts'
import { mergeSketches, settle } from '../../src/sketch/merge.ts'
import { CHUNK_ENTRIES_MAX } from '../../src/sketch/partition-counts.ts'
import type { Sketch } from '../../src/sketch/sketch.ts'
import { copyOf, randomHashes, sketchOf } from './hash-columns.ts'

const hashes = randomHashes(10_000, 4)

test('exact with adaptive is adaptive at the lower precision, in either order', () => {
  for (const size of [10, 3_000, 9_000]) {
    for (const [left, right] of [
      [14, 12],
      [12, 14]
    ] as const) {
      const exact = sketchOf('exact', left, hashes, 0, size)
      const adaptive = sketchOf('adaptive', right, hashes, size >> 1, size + 1_000)
      const expected = sketchOf('adaptive', 12, hashes, 0, size + 1_000).serialize()
      assert.deepEqual(mergeSketches(copyOf(exact), adaptive).serialize(), expected)
      assert.deepEqual(mergeSketches(copyOf(adaptive), exact).serialize(), expected)
    }
  }
})

test('kinds over one hash unite in the one that all can turn into, whatever the order', () => {
  const [exact, ull, adaptive, hll] = ['exact', 'ull', 'adaptive', 'hll'] as const
  for (const [left, right, union] of [
    [exact, ull, adaptive],
    [ull, adaptive, adaptive],
    [exact, hll, hll],
    [ull, hll, hll],
    [adaptive, hll, hll]
  ] as const) {
    for (const size of [10, 600, 1_500, 9_000]) {
      for (const [leftPrecision, rightPrecision] of [
        [14, 12],
        [12, 14]
      ] as const) {
        const one = sketchOf(left, leftPrecision, hashes, 0, size)
        const other = sketchOf(right, rightPrecision, hashes, size >> 1, size + 1_000)
        const before = [one.serialize(), other.serialize()]
        const expected = sketchOf(union, 12, hashes, 0, size + 1_000).serialize()
        assert.deepEqual(mergeSketches(copyOf(one), other).serialize(), expected)
        assert.deepEqual(mergeSketches(copyOf(other), one).serialize(), expected)
        assert.deepEqual([one.serialize(), other.serialize()], before)
      }
    }
  }
})

test('linear and theta sketches unite with their own only', () => {
  for (const left of ['linear', 'theta'] as const) {
    for (const right of ['exact', 'adaptive', 'hll', 'ull', 'linear', 'theta'] as const) {
      if (left === right) continue
      const [one, other] = [createSketch(left, 12), createSketch(right, 12)]
      assert.throws(() => mergeSketches(one, other), { code: 'sketch-mismatch' })
      assert.throws(() => mergeSketches(other, one), { code: 'sketch-mismatch' })
    }
  }
})

test('an exact set turns adaptive without its keys, at any precision', () => {
  const exact = sketchOf('exact', 14, hashes)
  assert.ok(exact instanceof ExactSketch)
  for (const precision of [4, 14, 18]) {
    const direct = sketchOf('adaptive', precision, hashes)
    assert.deepEqual(exact.toAdaptive(precision).serialize(), direct.serialize())
  }
})

test('a set that has more than the most entries turns adaptive when it is settled', () => {
  const sketch = createSketch('exact', 14)
  fill(sketch, limits.exactEntriesMax)
  assert.equal(settle(sketch), sketch)
  sketch.add(0, 0, 0, 0)
  const settled = settle(sketch)
  assert.equal(settled.kind, 'adaptive')
  const { low, value, high } = settled.estimate(0.997)
  assert.ok(low <= limits.exactEntriesMax && limits.exactEntriesMax <= high, `${value}`)
  // The union decides, not who was large before.
  const other = createSketch('exact', 14)
  other.add(0, 0, 0, 0)
  assert.equal(mergeSketches(sketch, other).kind, 'adaptive')
})

test('keys chosen to fall into one chunk turn a set adaptive instead of breaking the limit', () => {
  const sketch = createSketch('exact', 14)
  for (let i = 0; i < CHUNK_ENTRIES_MAX; i++) sketch.add(i, 0, i, i)
  assert.equal(settle(sketch), sketch)
  sketch.add(CHUNK_ENTRIES_MAX, 0, 0, 1)
  assert.equal(settle(sketch).kind, 'adaptive')
})

test('keys chosen to meet in a table cost no more than others', () => {
  const sketch = createSketch('exact', 14)
  const started = performance.now()
  // Words that differ in their top ten bits only: with places known beforehand, one run of 2^18.
  for (let value = 0; value < 32; value++) {
    for (let i = 0; i < 2 ** 13; i++) {
      sketch.add((i & 7) << 23, (i >>> 3) << 16, 0, (0x8000_0000 >>> value) >>> 0)
    }
  }
  assert.equal(sketch.entries, 2 ** 18)
  assert.ok(performance.now() - started < 2_000)
})

test('sketches of an unknown make are refused by name', () => {
  const stranger = { kind: 'theta' } as unknown as Sketch
  assert.throws(() => mergeSketches(createSketch('adaptive', 14), stranger), {
    code: 'sketch-mismatch',
    message: 'sketches cannot be merged: one is adaptive, the other theta'
  })
})

/** Different by the first word alone: no two of so many random hashes may be equal here. */
function fill(sketch: Sketch, count: number): void {
  const random = new Random(11)
  for (let i = 0; i < count; i++) {
    sketch.add(Math.imul(i + 1, 0x9e37_79b1) >>> 0, random.uint32(), 0, random.uint32())
  }
}
