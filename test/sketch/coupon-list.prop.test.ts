import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { wrapSketch } from '../../src/sketch/envelope.ts'
import { mergeSketches } from '../../src/sketch/merge.ts'
import type { Sketch } from '../../src/sketch/sketch.ts'
import { copyOf, randomHashes, sketchOf } from './hash-columns.ts'

const ROWS = 3_000
const hashes = randomHashes(ROWS, 8)
/** Up to 256 coupons are kept. */
const PRECISION = 10

type Span = readonly [from: number, to: number]

const span: fc.Arbitrary<Span> = fc
  .tuple(fc.nat(ROWS - 1), fc.oneof(fc.nat(4), fc.nat(60), fc.nat(400)))
  .map(([from, size]) => [from, Math.min(from + size, ROWS)])

const kind = fc.constantFrom('adaptive' as const, 'ull' as const)
const precision = fc.constantFrom(PRECISION, 14)

/** The same keys, one by one. */
function together(of: Sketch['kind'], at: number, spans: readonly Span[]): Sketch {
  const sketch = sketchOf(of, at, hashes, 0, 0)
  for (const [from, to] of spans) sketch.addColumns(hashes, from, to)
  return sketch
}

test('a union of what envelopes hold is the union of the keys, whatever forms it goes through', () => {
  fc.assert(
    fc.property(
      kind,
      precision,
      fc.array(span, { minLength: 1, maxLength: 12 }),
      (of, at, spans) => {
        let union = sketchOf(of, at, hashes, 0, 0)
        for (const [from, to] of spans) {
          const part = wrapSketch(sketchOf(of, at, hashes, from, to).serialize())
          const before = part.serialize()
          union = mergeSketches(union, part)
          assert.deepEqual(part.serialize(), before)
        }
        const expected = together(of, at, spans)
        assert.deepEqual(union.serialize(), expected.serialize())
        assert.equal(union.entries, expected.entries)
      }
    ),
    { numRuns: 60 }
  )
})

test('what an envelope holds takes keys, other precisions and a new start like any sketch', () => {
  fc.assert(
    fc.property(kind, span, span, span, (of, first, second, third) => {
      const read = copyOf(together(of, 14, [first]))
      read.addColumns(hashes, ...second)
      assert.deepEqual(read.serialize(), together(of, 14, [first, second]).serialize())
      const lower = copyOf(together(of, PRECISION, [third]))
      const reduced = together(of, PRECISION, [first, second, third]).serialize()
      assert.deepEqual(mergeSketches(copyOf(read), lower).serialize(), reduced)
      assert.deepEqual(mergeSketches(lower, read).serialize(), reduced)
      const cleared = copyOf(read)
      cleared.clear()
      cleared.addColumns(hashes, ...third)
      assert.deepEqual(cleared.serialize(), together(of, 14, [third]).serialize())
    }),
    { numRuns: 40 }
  )
})

test('sketches that begin empty share nothing', () => {
  const part = copyOf(sketchOf('adaptive', 14, hashes, 0, 20))
  const [one, other] = [
    sketchOf('adaptive', 14, hashes, 0, 0),
    sketchOf('adaptive', 14, hashes, 0, 0)
  ]
  mergeSketches(one, part)
  mergeSketches(one, copyOf(sketchOf('adaptive', 14, hashes, 20, 40)))
  assert.equal(other.entries, 0)
  assert.equal(part.entries, 20)
  assert.equal(sketchOf('adaptive', 14, hashes, 0, 0).entries, 0)
  assert.deepEqual(one.serialize(), sketchOf('adaptive', 14, hashes, 0, 40).serialize())
})
