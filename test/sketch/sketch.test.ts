import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSketch, type SketchKind } from '../../src/sketch/index.ts'
import { sketchConformance } from '../conformance/sketch.conformance.ts'
import { randomHashes } from './hash-columns.ts'

for (const kind of ['exact', 'adaptive', 'hll', 'ull'] as const) {
  sketchConformance(kind, precision => createSketch(kind, precision))
}
sketchConformance(
  'linear',
  precision => createSketch('linear', precision),
  precision => 2 ** precision
)

test('room for expected keys changes what a sketch takes of memory, not what it holds', () => {
  const hashes = randomHashes(5_000, 8)
  for (const kind of ['exact', 'adaptive', 'ull'] as const) {
    for (const [expected, keys] of [
      [5_000, 10],
      [5_000, 5_000],
      [100, 4_096]
    ] as const) {
      const [roomy, plain] = [createSketch(kind, 14, expected), createSketch(kind, 14)]
      assert.ok(roomy.memoryBytes > plain.memoryBytes)
      for (const sketch of [roomy, plain]) sketch.addColumns(hashes, 0, keys)
      assert.deepEqual(roomy.serialize(), plain.serialize())
    }
  }
})

test('a precision or a kind that does not exist is named', () => {
  for (const precision of [3, 19, 14.5, Number.NaN]) {
    assert.throws(() => createSketch('adaptive', precision), {
      code: 'option-value',
      message: `--precision: ${precision} is not a whole number from 4 to 18`
    })
  }
  assert.throws(() => createSketch('hyper' as SketchKind, 14), { code: 'option-value' })
})
