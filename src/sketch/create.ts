import { failure } from '../core/errors.ts'
import { AdaptiveSketch } from './adaptive-sketch.ts'
import { ExactSketch } from './exact-sketch.ts'
import { HllSketch } from './hll-sketch.ts'
import { LinearSketch } from './linear-sketch.ts'
import { checkPrecision } from './precision.ts'
import type { Sketch, SketchKind } from './sketch.ts'
import { ThetaSketch } from './theta-sketch.ts'
import { UllSketch } from './ull-sketch.ts'

/**
 * An empty sketch with 2^precision registers (linear: bits, theta: entries), 4 … 18. Kinds that grow have room
 * for `expected` keys from the start. @throws option-value
 */
export function createSketch(kind: SketchKind, precision: number, expected = 0): Sketch {
  checkPrecision(precision)
  switch (kind) {
    case 'exact':
      return new ExactSketch(precision, expected)
    case 'adaptive':
      return new AdaptiveSketch(precision, expected)
    case 'hll':
      return new HllSketch(precision)
    case 'ull':
      return new UllSketch(precision, expected)
    case 'linear':
      return new LinearSketch(precision)
    case 'theta':
      return new ThetaSketch(precision)
    default:
      throw failure('option-value', {
        option: '--sketch',
        value: String(kind),
        expected: 'a kind of sketch: exact, adaptive, hll, ull, linear or theta',
        example: 'adaptive'
      })
  }
}
