import { Random } from '../../src/core/random.ts'
import {
  BELIEVED,
  type ClockOptions,
  LATE,
  PartitionClock,
  SUSPENDED
} from '../../src/window/partition-clock.ts'
import type { StreamFrame } from './clock-streams.ts'

const WAIT = 5_000

export type Fate = 'believed' | 'late' | 'suspended' | 'rejected'

export interface RunOptions extends Partial<ClockOptions> {
  readonly logAppendTime?: boolean
  /** Share of frames after which another instance goes on from the stored state. */
  readonly handOvers?: number
  /** The input ends with the last frame. */
  readonly bounded?: boolean
}

/** What became of every frame of a partition in the end, and its clock. */
export function run(
  frames: readonly StreamFrame[],
  options: RunOptions = {}
): { fates: Fate[]; newest: number } {
  const clockOptions = { waitMs: WAIT, ...options }
  const { handOvers = 0, logAppendTime = false, bounded = false } = options
  const random = new Random(7)
  const fates: Fate[] = []
  let clock = new PartitionClock(clockOptions)
  const decide = (): void => {
    for (let i = 0; i < clock.decided; i++) {
      fates[clock.decidedOffset[i]!] = clock.decidedBelieved[i] === 1 ? 'believed' : 'rejected'
    }
  }
  frames.forEach(({ t, r, key }, offset) => {
    fates[offset] = fateOf(clock.observe(t, r, logAppendTime, key, offset))
    decide()
    if (random.real() >= handOvers) return
    const state = clock.serialize(offset + 1)
    clock = new PartitionClock(clockOptions)
    clock.restore(state, offset + 1)
  })
  if (bounded) {
    clock.end()
    decide()
  }
  return { fates, newest: clock.newest }
}

function fateOf(verdict: number): Fate {
  if (verdict === BELIEVED) return 'believed'
  if (verdict === LATE) return 'late'
  return verdict === SUSPENDED ? 'suspended' : 'rejected'
}

/** How often each fate befell the frames of a kind. */
export function tally(
  frames: readonly StreamFrame[],
  fates: readonly Fate[],
  kind: StreamFrame['kind']
): Record<Fate, number> {
  const counts = { believed: 0, late: 0, suspended: 0, rejected: 0 }
  frames.forEach((frame, i) => {
    if (frame.kind === kind) counts[fates[i]!]++
  })
  return counts
}

/** Good frames that are late although no good frame before them is more than the wait ahead. */
export function wronglyLate(frames: readonly StreamFrame[], fates: readonly Fate[]): number {
  let newest = Number.NEGATIVE_INFINITY
  let count = 0
  frames.forEach(({ t, kind }, i) => {
    if (kind !== 'good') return
    if (fates[i] === 'late' && t >= newest - WAIT) count++
    newest = Math.max(newest, t)
  })
  return count
}
