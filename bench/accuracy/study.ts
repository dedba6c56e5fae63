import { Random } from '../../src/core/random.ts'
import { couponsMax } from '../../src/sketch/precision.ts'
import { type Accuracy, type Point, rowsOf, studyPoint } from './point.ts'
import { type StudiedKind, studiedKinds } from './theory.ts'

export interface StudyOptions {
  readonly kinds: readonly StudiedKind[]
  readonly precisions: readonly number[]
  readonly keysMax: number
  /** These numbers of keys alone, instead of all from 1 to `keysMax`. */
  readonly keysAt?: readonly number[]
  /** Random rows that a point may cost: they decide how many runs it gets, `runsMax` at most. */
  readonly rows: number
  readonly runsMax: number
  readonly seed: number
}

const RUNS_MIN = 100
const PARTS = [1, 16]
/** theta gets this share of the rows: its law is known, and a row costs it three times as much. */
const THETA_SHARE = 1 / 16
/** Beyond so many keys per bit linear counting fills up, and is not meant to be used. */
const LINEAR_LOAD_MAX = 4
/** Beyond so many keys per register the registers of `adaptive` are those of `hll`, which goes on. */
const ADAPTIVE_LOAD_MAX = 4
const PER_DECADE = [1, 1.8, 3.2, 5.6]

/** Whole numbers from 1 to `keysMax`, four to each decade, and both sides of the change from coupons to registers. */
export function keysGrid(keysMax: number, precision: number): readonly number[] {
  const coupons = couponsMax(precision)
  const keys = new Set([coupons, coupons + 1])
  for (let decade = 1; decade <= keysMax; decade *= 10) {
    for (const step of PER_DECADE) keys.add(Math.round(decade * step))
  }
  return [...keys].filter(each => each <= keysMax).sort((left, right) => left - right)
}

/**
 * All points, kind by kind where they can't share their draws. Yields each when it is done. A point has
 * random numbers of its own, so that it comes out the same whatever else is studied.
 */
export function* study(options: StudyOptions): Generator<readonly Accuracy[]> {
  const { rows, runsMax, seed } = options
  for (const precision of options.precisions) {
    for (const parts of PARTS) {
      for (const keys of options.keysAt ?? keysGrid(options.keysMax, precision)) {
        const point = { precision, keys, parts }
        for (const kinds of kindsAt(options.kinds, precision, keys)) {
          const share = kinds.includes('theta') ? THETA_SHARE : 1
          const runs = Math.min(
            Math.max(Math.round((rows * share) / rowsOf(point)), RUNS_MIN),
            runsMax
          )
          yield studyPoint(point, kinds, runs, new Random(seedOf(point, seed)))
        }
      }
    }
  }
}

/** Different for each point: the keys in the upper bits, then parts, precision and what was asked for. */
function seedOf({ keys, parts, precision }: Point, seed: number): number {
  return ((keys * 32 + parts) * 32 + precision) * 4096 + seed
}

function kindsAt(
  wanted: readonly StudiedKind[],
  precision: number,
  keys: number
): readonly (readonly StudiedKind[])[] {
  const load = keys / 2 ** precision
  const loadMax = { linear: LINEAR_LOAD_MAX, adaptive: ADAPTIVE_LOAD_MAX, hll: null, ull: null }
  const slotted = wanted.filter(kind => kind !== 'theta' && load <= (loadMax[kind] ?? load))
  const sampled = wanted.filter(kind => kind === 'theta')
  return [slotted, sampled].filter(kinds => kinds.length > 0)
}

export function isStudiedKind(word: string): word is StudiedKind {
  return (studiedKinds as readonly string[]).includes(word)
}
