import { failure } from '../core/errors.ts'
import { AdaptiveSketch } from './adaptive-sketch.ts'
import { ExactSketch } from './exact-sketch.ts'
import { checkPrecision } from './precision.ts'
import type { Sketch, SketchKind } from './sketch.ts'

/** An empty sketch with 2^precision registers, 4 … 18. @throws option-value */
export function createSketch(kind: SketchKind, precision: number): Sketch {
  checkPrecision(precision)
  switch (kind) {
    case 'exact':
      return new ExactSketch(precision)
    case 'adaptive':
      return new AdaptiveSketch(precision)
    default:
      throw failure('option-value', {
        option: '--sketch',
        value: String(kind),
        expected: 'a kind of sketch: exact or adaptive',
        example: 'adaptive'
      })
  }
}
