import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '../../src/core/random.ts'
import { wrapSketch } from '../../src/sketch/envelope.ts'
import { mergeSketches } from '../../src/sketch/merge.ts'
import type { Sketch } from '../../src/sketch/sketch.ts'
import { copyOf, randomHashes } from '../sketch/hash-columns.ts'

const CONFIDENCES = [0.68, 0.95, 0.997] as const
/** Around 2^12 / 4 and 2^14 / 4, where coupons turn into registers at precision 12 and 14. */
const SIZES = [0, 1, 2, 100, 1_023, 1_024, 1_025, 4_095, 4_096, 4_097, 20_000]
const hashes = randomHashes(30_000, 3)

/**
 * What every kind of sketch promises. `make` gives an empty one; `capacity` is how many keys one can tell
 * apart from more.
 */
export function sketchConformance(
  name: string,
  make: (precision: number) => Sketch,
  capacity: (precision: number) => number = () => Number.POSITIVE_INFINITY
): void {
  const filled = (precision: number, from: number, to: number): Sketch => {
    const sketch = make(precision)
    sketch.addColumns(hashes, from, to)
    return sketch
  }

  test(`${name}: an empty sketch is zero at every confidence`, () => {
    for (const confidence of CONFIDENCES) {
      const { value, low, high } = make(14).estimate(confidence)
      assert.deepEqual([value, low, high], [0, 0, 0])
    }
    assert.ok(make(14).entries <= 0)
  })

  test(`${name}: bounds are whole numbers around the value, wider with more confidence`, () => {
    for (const size of SIZES) {
      let width = -1
      for (const confidence of CONFIDENCES) {
        const { value, low, high } = filled(12, 0, size).estimate(confidence)
        for (const number of [value, low, high]) assert.ok(Number.isSafeInteger(number))
        assert.ok(0 <= low && low <= value && value <= high, `${low} ${value} ${high}`)
        assert.ok(high - low >= width)
        width = high - low
      }
    }
  })

  test(`${name}: one by one, by columns, shuffled and repeated give the same bytes`, () => {
    for (const size of SIZES) {
      const expected = filled(14, 0, size).serialize()
      const single = make(14)
      for (const i of shuffled(size)) addOne(single, i)
      assert.deepEqual(single.serialize(), expected)
      for (const i of shuffled(Math.min(size, 3_000))) addOne(single, i)
      single.addColumns(hashes, 0, size)
      assert.deepEqual(single.serialize(), expected)
    }
  })

  test(`${name}: serialize and wrap round trip, and the copy goes on alike`, () => {
    for (const size of SIZES) {
      const sketch = filled(14, 0, size)
      const copy = wrapSketch(sketch.serialize())
      assert.deepEqual(copy.serialize(), sketch.serialize())
      assert.deepEqual(copy.estimate(0.95), sketch.estimate(0.95))
      assert.deepEqual([copy.kind, copy.entries], [sketch.kind, sketch.entries])
      copy.addColumns(hashes, size, size + 500)
      assert.deepEqual(copy.serialize(), filled(14, 0, size + 500).serialize())
    }
  })

  test(`${name}: merging is adding, idempotent, and leaves the source as it was`, () => {
    for (const size of SIZES) {
      const [left, right] = [filled(14, 0, size), filled(14, size >> 1, size + 700)]
      const before = right.serialize()
      const union = mergeSketches(left, right)
      assert.deepEqual(union.serialize(), filled(14, 0, size + 700).serialize())
      assert.deepEqual(right.serialize(), before)
      const bytes = union.serialize()
      const again = mergeSketches(mergeSketches(union, right), copyOf(union))
      assert.deepEqual(again.serialize(), bytes)
      assert.deepEqual(mergeSketches(again, again).serialize(), bytes)
      assert.deepEqual(mergeSketches(make(14), again).serialize(), bytes)
      assert.deepEqual(mergeSketches(again, make(14)).serialize(), bytes)
    }
  })

  test(`${name}: A∪(B∪C) is the same in any order at precision 14, 12 and 14`, () => {
    for (const first of [500, 1_024, 4_096, 4_097]) {
      for (const second of [0, 1, 520, 524, 525, 3_000, 5_000]) {
        for (const third of [0, 4, 2_000]) {
          const a = filled(14, 0, first)
          const b = filled(12, first - 500, first - 500 + second)
          const c = filled(14, first, first + third)
          const expected = union(a, union(b, c)).serialize()
          assert.deepEqual(union(union(a, b), c).serialize(), expected)
          assert.deepEqual(union(c, union(b, a)).serialize(), expected)
          assert.deepEqual(union(b, union(a, c)).serialize(), expected)
          assert.deepEqual(union(union(c, a), b).serialize(), expected)
          const direct = filled(12, 0, first + Math.max(third, second - 500))
          assert.deepEqual(direct.serialize(), expected)
        }
      }
    }
  })

  test(`${name}: a cleared sketch is a new one`, () => {
    const sketch = filled(14, 0, 10_000)
    assert.equal(mergeSketches(sketch, filled(12, 0, 3_000)), sketch)
    for (let round = 0; round < 2; round++) {
      sketch.clear()
      assert.equal(sketch.precision, 14)
      assert.deepEqual(sketch.serialize(), make(14).serialize())
      sketch.addColumns(hashes, 20_000, 30_000)
      assert.deepEqual(sketch.serialize(), filled(14, 20_000, 30_000).serialize())
    }
  })

  test(`${name}: every precision from 4 to 18 works`, () => {
    for (let precision = 4; precision <= 18; precision++) {
      for (const size of [3, 5, Math.min(30_000, capacity(precision))]) {
        const sketch = filled(precision, 0, size)
        const { value, precision: stated } = sketch.estimate(0.95)
        assert.equal(stated, precision)
        assert.ok(Math.abs(value / size - 1) < 4 / Math.sqrt(2 ** precision) + 0.01, `${value}`)
        assert.deepEqual(copyOf(sketch).serialize(), sketch.serialize())
      }
    }
  })
}

function union(left: Sketch, right: Sketch): Sketch {
  return mergeSketches(copyOf(left), right)
}

function addOne(sketch: Sketch, i: number): void {
  sketch.add(hashes.h1lo[i]!, hashes.h1hi[i]!, hashes.h2lo[i]!, hashes.h2hi[i]!)
}

function shuffled(count: number): number[] {
  const random = new Random(count)
  const order = Array.from({ length: count }, (_, i) => i)
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1)
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  return order
}
