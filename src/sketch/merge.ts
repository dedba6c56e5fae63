import { failure } from '../core/errors.ts'
import { AdaptiveSketch } from './adaptive-sketch.ts'
import { ExactSketch } from './exact-sketch.ts'
import { HllSketch } from './hll-sketch.ts'
import { LinearSketch } from './linear-sketch.ts'
import type { Sketch } from './sketch.ts'
import { ThetaSketch } from './theta-sketch.ts'
import { UllSketch } from './ull-sketch.ts'

/**
 * Merges `source` into `target` and returns the sketch to keep: `target` itself, or another one when
 * the union is of another kind. `source` stays as it was. Idempotent, commutative and associative, also
 * over precisions and kinds: the union is of the kind that both can turn into,
 *
 *     exact ─┐
 *            ├─ adaptive ── hll          linear          theta
 *       ull ─┘
 *
 * and an exact union that became too large is adaptive. linear and theta only unite with their own.
 * @throws sketch-mismatch
 */
export function mergeSketches(target: Sketch, source: Sketch): Sketch {
  if (target instanceof ExactSketch && source instanceof ExactSketch) {
    target.merge(source)
    return settle(target)
  }
  if (target instanceof UllSketch && source instanceof UllSketch) {
    target.merge(source)
    return target
  }
  if (target instanceof LinearSketch && source instanceof LinearSketch) {
    target.merge(source)
    return target
  }
  if (target instanceof ThetaSketch && source instanceof ThetaSketch) {
    target.merge(source)
    return target
  }
  const left = plain(target)
  const right = plain(source)
  if (!left || !right) throw failure('sketch-mismatch', { left: target.kind, right: source.kind })
  if (left instanceof HllSketch) left.merge(right)
  else if (right instanceof HllSketch) return hllOf(left, right)
  else left.merge(right)
  return left
}

/** The sketch to keep after adding: an exact set beyond `limits.exactEntriesMax` turns adaptive. */
export function settle(sketch: Sketch): Sketch {
  return sketch instanceof ExactSketch && sketch.isTooLarge ? sketch.toAdaptive() : sketch
}

/** A sketch with plain registers, or on the way to them; undefined for what can't turn into one. */
function plain(sketch: Sketch): AdaptiveSketch | HllSketch | undefined {
  if (sketch instanceof AdaptiveSketch || sketch instanceof HllSketch) return sketch
  if (sketch instanceof ExactSketch || sketch instanceof UllSketch) return sketch.toAdaptive()
  return undefined
}

function hllOf(left: AdaptiveSketch, right: HllSketch): HllSketch {
  const union = new HllSketch(left.precision)
  union.merge(left)
  union.merge(right)
  return union
}
