import type { Estimate } from './sketch.ts'
import { isBelow, isEstimating, lowered, type ThetaSample } from './theta-sample.ts'
import { ThetaSketch } from './theta-sketch.ts'

/*
 * Set operations between theta sketches. Below the smaller of the two thresholds both samples are
 * complete, so what the operation gives there is a sample of the result, with bounds of its own. All
 * of them leave both sides as they were.
 */

/** Keys in either. The lower precision of the two stays. */
export function thetaUnion(left: ThetaSketch, right: ThetaSketch): ThetaSketch {
  const union = ThetaSketch.of(left.precision, left.sample())
  union.merge(right)
  return union
}

/** Keys in both. The lower precision of the two stays. */
export function thetaIntersection(left: ThetaSketch, right: ThetaSketch): ThetaSketch {
  return select(left, right, Math.min(left.precision, right.precision), 'shared')
}

/** Keys in `left` that are not in `right` (A-not-B). */
export function thetaDifference(left: ThetaSketch, right: ThetaSketch): ThetaSketch {
  return select(left, right, left.precision, 'only left')
}

/**
 * True when nothing of the result was in the sample although there may be keys: its lower bound is 0,
 * its upper isn't. Say "too small to tell" then, and no number.
 */
export function isTooSmallToTell({ low, high }: Estimate): boolean {
  return low === 0 && high > 0
}

function select(
  left: ThetaSketch,
  right: ThetaSketch,
  precision: number,
  which: 'shared' | 'only left'
): ThetaSketch {
  const ours = left.sample()
  const theirs = right.sample()
  // What comes of an empty set is known, however little of the other one is.
  if (isEmpty(ours)) return ThetaSketch.of(precision, ours)
  if (which === 'shared' && isEmpty(theirs)) return ThetaSketch.of(precision, theirs)
  const isOurs = isBelow(ours.thetaHigh, ours.thetaLow, theirs.thetaHigh, theirs.thetaLow)
  const { thetaHigh, thetaLow } = isOurs ? ours : theirs
  const { highs, lows } = lowered(ours, thetaHigh, thetaLow)
  const count = keep(highs, lows, theirs, which === 'shared')
  const kept = { highs: highs.subarray(0, count), lows: lows.subarray(0, count) }
  return ThetaSketch.of(precision, { thetaHigh, thetaLow, ...kept })
}

/** Moves the entries that are (not) in the other sample to the front; how many there are. */
function keep(
  highs: Uint32Array,
  lows: Uint32Array,
  other: ThetaSample,
  whereShared: boolean
): number {
  let count = 0
  let at = 0
  for (let i = 0; i < highs.length; i++) {
    const high = highs[i]!
    const low = lows[i]!
    while (at < other.highs.length && isBelow(other.highs[at]!, other.lows[at]!, high, low)) at++
    const isShared = other.highs[at] === high && other.lows[at] === low
    if (isShared !== whereShared) continue
    highs[count] = high
    lows[count++] = low
  }
  return count
}

function isEmpty(sample: ThetaSample): boolean {
  return sample.highs.length === 0 && !isEstimating(sample)
}
