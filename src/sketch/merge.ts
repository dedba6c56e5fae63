import { failure } from '../core/errors.ts'
import { AdaptiveSketch } from './adaptive-sketch.ts'
import { ExactSketch } from './exact-sketch.ts'
import type { Sketch } from './sketch.ts'

/**
 * Merges `source` into `target` and returns the sketch to keep: `target` itself, or another one when
 * the union is of another kind. Exact with adaptive is adaptive; so is an exact union that became too
 * large. `source` stays as it was. Idempotent, commutative and associative, also over precisions.
 * @throws sketch-mismatch
 */
export function mergeSketches(target: Sketch, source: Sketch): Sketch {
  if (target instanceof ExactSketch && source instanceof ExactSketch) {
    target.merge(source)
    return settle(target)
  }
  const left = target instanceof ExactSketch ? target.toAdaptive() : target
  const right = source instanceof ExactSketch ? source.toAdaptive() : source
  if (!(left instanceof AdaptiveSketch && right instanceof AdaptiveSketch)) {
    throw failure('sketch-mismatch', { left: target.kind, right: source.kind })
  }
  left.merge(right)
  return left
}

/** The sketch to keep after adding: an exact set beyond `limits.exactEntriesMax` turns adaptive. */
export function settle(sketch: Sketch): Sketch {
  return sketch instanceof ExactSketch && sketch.isTooLarge ? sketch.toAdaptive() : sketch
}
