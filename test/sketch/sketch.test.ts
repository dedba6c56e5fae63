import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSketch, type SketchKind } from '../../src/sketch/index.ts'
import { sketchConformance } from '../conformance/sketch.conformance.ts'

for (const kind of ['exact', 'adaptive', 'hll', 'ull'] as const) {
  sketchConformance(kind, precision => createSketch(kind, precision))
}
sketchConformance(
  'linear',
  precision => createSketch('linear', precision),
  precision => 2 ** precision
)

test('a precision or a kind that does not exist is named', () => {
  for (const precision of [3, 19, 14.5, Number.NaN]) {
    assert.throws(() => createSketch('adaptive', precision), {
      code: 'option-value',
      message: `--precision: ${precision} is not a whole number from 4 to 18`
    })
  }
  assert.throws(() => createSketch('hyper' as SketchKind, 14), { code: 'option-value' })
})
