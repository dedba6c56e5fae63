import { REGISTER_MAX } from './coupon.ts'

/** Where the Newton iteration stops, relative to the estimate: far below the error of any sketch. */
const TOLERANCE = 1e-7
const ROUNDS_MAX = 64

/**
 * Maximum likelihood over registers (P. Clifford, I. A. Cosma, "A statistical analysis of probabilistic
 * counting algorithms", Scandinavian Journal of Statistics 39, 2012).
 *
 * With n keys over m registers and λ = n / m, the value k reaches a register as a Poisson stream of rate
 * λ·q(k), q(k) = 2^−k, where the last value, a capped one, has the q of the value before. Registers tell
 * of some values that they came and of others that they didn't. With b(k) registers that saw k, and the
 * q of everything unseen summed to A, the derivative of the log-likelihood, times −λ, is
 *
 *     h(λ) = λ·A − Σ b(k)·x/(e^x − 1),      x = λ·q(k)
 *
 * h rises and is concave: Newton from the left of the root never passes it. The start is such a point,
 * since x/(e^x − 1) ≥ 1 − x/2.
 *
 * `seen` holds b(1) … b(63), not all 0; `unseen` is A. Returns n, infinite when A is 0.
 */
export function likeliestKeys(seen: Int32Array, unseen: number, registers: number): number {
  if (unseen === 0) return Number.POSITIVE_INFINITY
  let count = 0
  let halves = 0
  let smallest = 0
  let largest = 0
  let scale = 1
  for (let k = 1; k <= REGISTER_MAX; k++) {
    if (k < REGISTER_MAX) scale /= 2
    if (seen[k] === 0) continue
    if (smallest === 0) smallest = k
    largest = k
    count += seen[k]!
    halves += seen[k]! * scale
  }
  let lambda = count / (unseen + halves / 2)
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const step = newtonStep(seen, smallest, largest, unseen, lambda)
    lambda += step
    if (step <= lambda * TOLERANCE) break
  }
  return registers * lambda
}

/** −h/h′ at λ, from the largest value down: e^(2x) − 1 = (e^x − 1)·(e^x + 1) saves all but one exp. */
function newtonStep(
  seen: Int32Array,
  smallest: number,
  largest: number,
  unseen: number,
  lambda: number
): number {
  let scale = 2 ** -Math.min(largest, REGISTER_MAX - 1)
  let x = lambda * scale
  let grown = Math.expm1(x)
  let value = lambda * unseen
  let slope = unseen
  for (let k = largest; k >= smallest; k--) {
    const count = seen[k]!
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
