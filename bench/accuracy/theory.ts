import { couponsMax } from '../../src/sketch/precision.ts'
import { registerError } from '../../src/sketch/register-error.ts'
import { ULL_INDICATORS } from '../../src/sketch/ull-register.ts'

export const studiedKinds = ['adaptive', 'hll', 'ull', 'linear', 'theta'] as const

export type StudiedKind = (typeof studiedKinds)[number]

const ADDRESSES = 2 ** 26

/** True while a sketch keeps coupons: the same limit as in DESIGN, 2^precision / 4 different ones. */
export function keepsCoupons(kind: StudiedKind, precision: number, keys: number): boolean {
  return (kind === 'adaptive' || kind === 'ull') && keys <= couponsMax(precision)
}

/**
 * The relative standard error that theory knows:
 * coupons: lost ones are Poisson with the mean n²/(6·2^26);
 * registers: the Cramér-Rao bound, √(m/J(n/m) − n)/n, J the Fisher information of a register;
 * linear: √(m·(e^t − t − 1))/n, t = n/m (Whang and others, 1990);
 * theta: √((n − k)/(n·(k − 1))), from the law of the (k + 1)-th smallest of n.
 */
export function theoreticalError(kind: StudiedKind, precision: number, keys: number): number {
  const slots = 2 ** precision
  if (keepsCoupons(kind, precision, keys)) {
    const lost = keys ** 2 / (6 * ADDRESSES)
    return Math.sqrt(lost + lost ** 2) / keys
  }
  switch (kind) {
    case 'adaptive':
    case 'hll':
      return registerError(keys, precision)
    case 'ull':
      return registerError(keys, precision, ULL_INDICATORS)
    case 'linear': {
      const load = keys / slots
      return Math.sqrt(slots * (Math.expm1(load) - load)) / keys
    }
    case 'theta':
      return keys <= slots ? 0 : Math.sqrt((keys - slots) / (keys * (slots - 1)))
  }
}
