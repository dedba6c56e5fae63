import { REGISTER_MAX } from './coupon.ts'

/** Where the Newton iteration stops, relative to the estimate: far below the error of any sketch. */
const TOLERANCE = 1e-7
const ROUNDS_MAX = 64
/** Below this x = λ/2^k the probabilities of the values k are a plain geometric series. */
const SMALL = 1e-6

/**
 * Maximum likelihood on the register histogram (P. Clifford, I. A. Cosma, "A statistical analysis of
 * probabilistic counting algorithms", Scandinavian Journal of Statistics 39, 2012).
 *
 * With n keys over m registers and λ = n / m, a register is ≤ k with probability e^(−λ/2^k), so
 * P(k) = e^(−x)·(1 − e^(−x)) with x = λ/2^k; the last value, a capped one, has 1 − e^(−x) of the value
 * before. The derivative of the log-likelihood, times −λ, is
 *
 *     h(λ) = λ·A − Σ c(k)·x/(e^x − 1),      A = Σ c(k)/2^k  over k = 0 … last − 1
 *
 * where c(k) counts the registers with value k and the sum runs over k ≥ 1. h rises and is concave:
 * Newton from the left of the root never passes it. The start is such a point, since
 * x/(e^x − 1) ≥ 1 − x/2.
 *
 * The likelihood's estimate is high by its own relative variance e² (measured: within 20 % of that from
 * λ = 0.3 to 10^5 and precision 4 to 12), which the result is freed of.
 *
 * One formula from the first key to 2^63: no small-range correction, so no bump where ranges meet.
 * Returns keys, not rounded; infinite when every register is full.
 */
export function estimateRegisters(histogram: Int32Array, precision: number): number {
  const registers = 2 ** precision
  if (histogram[0] === registers) return 0
  let linear = histogram[0]!
  let halves = 0
  let smallest = 0
  let largest = 0
  let scale = 1
  for (let k = 1; k <= REGISTER_MAX; k++) {
    if (k < REGISTER_MAX) scale /= 2
    const count = histogram[k]!
    if (count === 0) continue
    if (smallest === 0) smallest = k
    largest = k
    halves += count * scale
    if (k < REGISTER_MAX) linear += count * scale
  }
  if (linear === 0) return Number.POSITIVE_INFINITY

  let lambda = (registers - histogram[0]!) / (linear + halves / 2)
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const step = newtonStep(histogram, smallest, largest, linear, lambda)
    lambda += step
    if (step <= lambda * TOLERANCE) break
  }
  const keys = registers * lambda
  return keys / (1 + registerError(keys, precision) ** 2)
}

/** −h/h′ at λ, from the largest value down: e^(2x) − 1 = (e^x − 1)·(e^x + 1) saves all but one exp. */
function newtonStep(
  histogram: Int32Array,
  smallest: number,
  largest: number,
  linear: number,
  lambda: number
): number {
  let scale = 2 ** -Math.min(largest, REGISTER_MAX - 1)
  let x = lambda * scale
  let grown = Math.expm1(x)
  let value = lambda * linear
  let slope = linear
  for (let k = largest; k >= smallest; k--) {
    const count = histogram[k]!
    if (count !== 0) {
      value -= (count * x) / grown
      slope -= count * scale * ratioSlope(x, grown)
    }
    // The two last values share their x: one is the cap of the other.
    if (k === REGISTER_MAX) continue
    scale *= 2
    x *= 2
    grown *= grown + 2
    if (grown > 1e150) break
  }
  return -value / slope
}

/** The derivative of x/(e^x − 1); `grown` is e^x − 1. Below 1e-4 its series, free of cancellation. */
function ratioSlope(x: number, grown: number): number {
  return x < 1e-4 ? x / 6 - 0.5 : (grown - x * (grown + 1)) / (grown * grown)
}

/**
 * Relative standard error of `estimateRegisters` for n keys: from the Fisher information of one
 * register, J(λ) = Σ p′(k)²/p(k). The count of keys is fixed, not Poisson, hence the − n.
 * At large n it is 1.037/√m.
 */
export function registerError(keys: number, precision: number): number {
  const registers = 2 ** precision
  const lambda = keys / registers
  const last = Math.min(Math.max(Math.ceil(Math.log2(lambda / SMALL)), 1), REGISTER_MAX - 1)
  let scale = 2 ** -last
  // 1 − e^(−x), doubled in x by y·(2 − y) from one value to the one below: a single exp is needed.
  let missed = -Math.expm1(-lambda * scale)
  // All values above `last`, each nearly scale/λ of the value below it.
  let information = scale / lambda
  for (let k = last; k > 0; k--) {
    const rest = 1 - missed
    information += (scale * scale * rest * (2 * rest - 1) ** 2) / missed
    scale *= 2
    missed *= 2 - missed
  }
  information += 1 - missed
  const variance = registers / information - keys
  return Math.sqrt(Math.max(variance, 0)) / keys
}
