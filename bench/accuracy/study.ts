import { Random } from '../../src/core/random.ts'
import { type Accuracy, rowsOf, studyPoint } from './point.ts'
import { type StudiedKind, studiedKinds } from './theory.ts'

export interface StudyOptions {
  readonly kinds: readonly StudiedKind[]
  readonly precisions: readonly number[]
  readonly keysMax: number
  /** Random rows that a point may cost: they decide how many runs it gets, 10,000 at most. */
  readonly rows: number
  readonly seed: number
}

const RUNS_MAX = 10_000
const RUNS_MIN = 100
const PARTS = [1, 16]
/** Merged points and theta get this share of the rows: the one repeats the other, and theta's law is known. */
const SECOND_SHARE = 0.25
/** Beyond so many keys per bit linear counting fills up, and is not meant to be used. */
const LINEAR_LOAD_MAX = 4
/** Beyond so many keys per register the registers of `adaptive` are those of `hll`, which goes on. */
const ADAPTIVE_LOAD_MAX = 4
const PER_DECADE = [1, 1.8, 3.2, 5.6]

/** Whole numbers from 1 to `keysMax`, four to each decade. */
export function keysGrid(keysMax: number): readonly number[] {
  const keys = new Set<number>()
  for (let decade = 1; decade <= keysMax; decade *= 10) {
    for (const step of PER_DECADE) keys.add(Math.round(decade * step))
  }
  return [...keys].filter(each => each <= keysMax)
}

/** All points, kind by kind where they can't share their draws. Yields each when it is done. */
export function* study(options: StudyOptions): Generator<readonly Accuracy[]> {
  const random = new Random(options.seed)
  for (const precision of options.precisions) {
    for (const parts of PARTS) {
      for (const keys of keysGrid(options.keysMax)) {
        const point = { precision, keys, parts }
        for (const kinds of kindsAt(options.kinds, precision, keys)) {
          const isSecond = parts > 1 || kinds.includes('theta')
          const rows = options.rows * (isSecond ? SECOND_SHARE : 1)
          const runs = Math.round(rows / rowsOf(point))
          yield studyPoint(point, kinds, Math.min(Math.max(runs, RUNS_MIN), RUNS_MAX), random)
        }
      }
    }
  }
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
