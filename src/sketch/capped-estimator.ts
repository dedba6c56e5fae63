import { registerBounds } from './confidence.ts'
import { REGISTER_MAX } from './coupon.ts'
import { roundedEstimate } from './estimate-rounding.ts'
import { likeliestKeys } from './likelihood.ts'
import { registerError } from './register-error.ts'
import type { Confidence, Estimate } from './sketch.ts'

/**
 * What registers tell that hold at most `cap`: a larger value counts as `cap`. Below it all is as with
 * plain registers; a register at the cap saw one of all the values from there on, which together come as
 * often as the value `cap − 1`, and is sure of nothing that it didn't see. With cap 1 this is linear
 * counting.
 *
 * When every register is at the cap there is no upper bound: the value is the largest safe integer, and
 * low is where that happens with probability (1 − confidence) / 2.
 */
export function estimateOfCapped(
  histogram: Int32Array,
  precision: number,
  cap: number,
  confidence: Confidence
): Estimate {
  const registers = 2 ** precision
  const origin = { method: 'hll', precision, confidence } as const
  const nonEmpty = registers - histogram[0]!
  if (nonEmpty === 0) return roundedEstimate(origin, 0, [0, 0], 0)
  const likeliest = likeliestCapped(histogram, registers, cap)
  if (likeliest === Number.POSITIVE_INFINITY) {
    const below = keysThatFill(registers, cap, (1 - confidence) / 2)
    return roundedEstimate(origin, likeliest, [below, likeliest], nonEmpty)
  }
  const keys = likeliest / (1 + cappedError(likeliest, registers, cap) ** 2)
  const widening = cappedError(keys, registers, cap) / registerError(keys, precision)
  const [below, above] = registerBounds(keys, precision, confidence)
  const bounds = [keys * (below / keys) ** widening, keys * (above / keys) ** widening] as const
  return roundedEstimate(origin, keys, bounds, nonEmpty)
}

function likeliestCapped(histogram: Int32Array, registers: number, cap: number): number {
  const seen = new Int32Array(REGISTER_MAX + 1)
  let unseen = 0
  for (let value = 0; value < cap; value++) {
    unseen += histogram[value]! * 2 ** -value
    if (value > 0) seen[value]! += histogram[value]!
  }
  if (cap > 1) {
    seen[cap - 1]! += histogram[cap]!
    return likeliestKeys(seen, unseen, registers)
  }
  // Every value comes to the same: as 2λ with half the probabilities.
  seen[1] = histogram[1]!
  return likeliestKeys(seen, unseen / 2, registers) / 2
}

/** `registerError` with a cap: the same Fisher information, where the cap has nothing above it. */
function cappedError(keys: number, registers: number, cap: number): number {
  const lambda = keys / registers
  let information = 0
  for (let value = 1; value <= cap; value++) {
    const scale = 2 ** -Math.min(value, cap - 1)
    const x = lambda * scale
    const nothingAbove = value < cap ? Math.exp(-x) : 1
    information += ((scale * scale) / Math.expm1(x)) * nothingAbove
  }
  return Math.sqrt(Math.max(registers / information - keys, 0)) / keys
}

/** Keys with which all registers reach the cap with this probability. */
function keysThatFill(registers: number, cap: number, probability: number): number {
  const missed = -Math.expm1(Math.log(probability) / registers)
  return -Math.log(missed) * registers * 2 ** (cap - 1)
}
