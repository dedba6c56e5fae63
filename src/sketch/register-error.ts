import { REGISTER_MAX } from './coupon.ts'

/** Below this x = λ/2^k the probabilities of the values k are a plain geometric series. */
const SMALL = 1e-6

/**
 * Relative standard error of the likeliest n, from the Fisher information of one register that knows its
 * largest value and, of the `indicators` values below it, which came:
 *
 *     J(λ) = Σ q²·e^(−x)/(1 − e^(−x)) · e^(−x/2^indicators),      q = 2^−k, x = λ·q
 *
 * where the last factor says that nothing came so far above k that k is forgotten. The count of keys is
 * fixed, not Poisson, hence the − n. At large n it is 1.037/√m without indicators, 0.761/√m with two.
 */
export function registerError(keys: number, precision: number, indicators = 0): number {
  const registers = 2 ** precision
  const lambda = keys / registers
  const last = Math.min(Math.max(Math.ceil(Math.log2(lambda / SMALL)), 1), REGISTER_MAX - 1)
  let scale = 2 ** -last
  // 1 − e^(−x), doubled in x by y·(2 − y) from one value to the one below: two exps are needed.
  let came = -Math.expm1(-lambda * scale)
  let remembered = Math.exp((-lambda * scale) / 2 ** indicators)
  // All values above `last`, each nearly scale/λ of the value below it.
  let information = scale / lambda
  for (let k = last; k > 0; k--) {
    information += (scale * scale * (1 - came) * remembered) / came
    scale *= 2
    came *= 2 - came
    remembered *= remembered
  }
  const variance = registers / information - keys
  return Math.sqrt(Math.max(variance, 0)) / keys
}
