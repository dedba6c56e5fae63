import { REGISTER_MAX } from './coupon.ts'
import { likeliestKeys } from './likelihood.ts'
import { registerError } from './register-error.ts'
import { largestOf, seenBits, ULL_INDICATORS, ULL_STATES } from './ull-register.ts'

/** Of each value: 2^−k, and the last, a capped one, has that of the value before. */
const PROBABILITIES = Float64Array.from(
  { length: REGISTER_MAX + 1 },
  (_, k) => 2 ** -Math.min(k, REGISTER_MAX - 1)
)

/** What registers tell, summed over all of them. */
interface Evidence {
  /** Registers that saw the value k, by k = 0 … 63; 0 is no value. */
  readonly seen: Int32Array
  /** The probabilities of all values that registers are sure not to have seen. */
  readonly unseen: number
}

/**
 * Keys behind a histogram of UltraLogLog states: maximum likelihood, freed of its relative variance e² as
 * with plain registers (measured: its bias is 0.85 e² at many keys, 1.2 e² at four a register). One formula
 * from the first key to 2^63. Returns keys, not rounded; infinite when every register is full.
 */
export function estimateUll(histogram: Int32Array, precision: number): number {
  const registers = 2 ** precision
  if (histogram[0] === registers) return 0
  const { seen, unseen } = evidenceOf(histogram)
  const keys = likeliestKeys(seen, unseen, registers)
  if (keys === Number.POSITIVE_INFINITY) return keys
  return keys / (1 + registerError(keys, precision, ULL_INDICATORS) ** 2)
}

/** Different coupons that the registers are sure of: one for each value seen. */
export function certainKeys(histogram: Int32Array): number {
  let certain = 0
  for (let state = 1; state < ULL_STATES; state++) {
    const bits = seenBits(state)
    certain += histogram[state]! * ((bits >>> 2) + ((bits >>> 1) & 1) + (bits & 1))
  }
  return certain
}

function evidenceOf(histogram: Int32Array): Evidence {
  const seen = new Int32Array(REGISTER_MAX + 1)
  let unseen = histogram[0]!
  for (let state = 1; state < ULL_STATES; state++) {
    const count = histogram[state]!
    if (count === 0) continue
    const largest = largestOf(state)
    const bits = seenBits(state)
    // All values above k together have the probability of k itself, and none is above the last.
    if (largest < REGISTER_MAX) unseen += count * PROBABILITIES[largest]!
    for (let below = 0; below <= ULL_INDICATORS && below < largest; below++) {
      const k = largest - below
      if (((bits >>> (ULL_INDICATORS - below)) & 1) === 1) seen[k]! += count
      else unseen += count * PROBABILITIES[k]!
    }
  }
  return { seen, unseen }
}
