import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { HeadcountError } from '../../src/core/errors.ts'
import { createSketch } from '../../src/sketch/create.ts'
import { wrapSketch } from '../../src/sketch/envelope.ts'
import { mergeSketches } from '../../src/sketch/merge.ts'
import type { Sketch, SketchKind } from '../../src/sketch/sketch.ts'
import { copyOf } from './hash-columns.ts'

/** Words from a small pool, so that equal coupons, slots and fingerprints do happen. */
const word = fc.oneof(
  fc.constantFrom(0, 1, 63, 64, 0x3ff_ffff, 0x400_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff),
  fc.integer({ min: 0, max: 0xffff_ffff })
)
const hash = fc.tuple(word, word, word, word)
const kind = fc.constantFrom<SketchKind>('exact', 'adaptive', 'hll', 'ull')
const precision = fc.integer({ min: 4, max: 8 })
const sketch = sketchOfKind(kind)
const linear = sketchOfKind(fc.constant('linear'))

test('merging is commutative, associative and idempotent over kinds and precisions', () => {
  for (const made of [sketch, linear]) {
    fc.assert(
      fc.property(made, made, made, (a, b, c) => {
        const expected = union(a, union(b, c)).serialize()
        assert.deepEqual(union(union(a, b), c).serialize(), expected)
        assert.deepEqual(union(union(c, b), a).serialize(), expected)
        assert.deepEqual(union(union(a, union(b, c)), b).serialize(), expected)
      })
    )
  }
})

test('an estimate is never below what is certain, and its bounds hold it', () => {
  fc.assert(
    fc.property(
      fc.oneof(sketch, linear),
      fc.constantFrom(0.68, 0.95, 0.997),
      (made, confidence) => {
        const { value, low, high } = made.estimate(confidence)
        assert.ok(Number.isSafeInteger(low) && Number.isSafeInteger(high))
        assert.ok(0 <= low && low <= value && value <= high)
        if (made.entries >= 0) assert.equal(low, made.entries)
      }
    )
  )
})

test('wrap gives back what serialize wrote', () => {
  fc.assert(
    fc.property(fc.oneof(sketch, linear), made => {
      const copy = copyOf(made)
      assert.deepEqual(copy.serialize(), made.serialize())
      assert.deepEqual(copy.estimate(0.95), made.estimate(0.95))
    })
  )
})

test('any bytes are a sketch or a typed error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), bytes => {
      assert.throws(() => wrapSketch(bytes), HeadcountError)
    })
  )
})

function sketchOfKind(kinds: fc.Arbitrary<SketchKind>): fc.Arbitrary<Sketch> {
  return fc
    .tuple(kinds, precision, fc.array(hash, { maxLength: 120 }))
    .map(([kind, precision, hashes]) => {
      const made = createSketch(kind, precision)
      for (const words of hashes) made.add(...words)
      return made
    })
}

function union(left: Sketch, right: Sketch): Sketch {
  return mergeSketches(copyOf(left), right)
}
