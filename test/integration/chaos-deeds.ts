import type { Random } from '../../src/core/random.ts'
import type { Fault, TrappedCall } from './chaos-link.ts'

/**
 * What can happen to instances: to their processes (`kill` … `zombie`), to their way to the brokers
 * (`cut` … `timeout`), at a certain call of a transaction (`call`), and to the brokers.
 */
export type Deed =
  | 'kill'
  | 'SIGINT'
  | 'SIGTERM'
  | 'start'
  | 'pause'
  | 'zombie'
  | 'late start'
  | 'cut'
  | 'silence'
  | 'timeout'
  | 'call'
  | 'broker'

const WEIGHTS: Readonly<Record<Deed, number>> = {
  kill: 3,
  SIGINT: 1,
  SIGTERM: 1,
  start: 2,
  pause: 1,
  zombie: 2,
  'late start': 1,
  cut: 2,
  silence: 2,
  timeout: 1,
  call: 7,
  broker: 4
}

/** One of those that are allowed, by weight. */
export function drawDeed(random: Random, isAllowed: (deed: Deed) => boolean): Deed {
  const deeds = (Object.keys(WEIGHTS) as Deed[]).filter(isAllowed)
  let rest = random.below(deeds.reduce((sum, deed) => sum + WEIGHTS[deed], 0))
  for (const deed of deeds) {
    rest -= WEIGHTS[deed]
    if (rest < 0) return deed
  }
  return 'kill'
}

/** A fault at a call, and what becomes of the instance then. */
export interface CallDeed {
  readonly call: TrappedCall
  readonly fault: Fault
  readonly outcome: 'goes on' | 'dies' | 'stands still'
}

const CALLS: readonly TrappedCall[] = ['Produce', 'TxnOffsetCommit', 'EndTxn', 'EndTxn']
const FAULTS: readonly Omit<CallDeed, 'call'>[] = [
  { fault: 'lost', outcome: 'goes on' },
  { fault: 'unanswered', outcome: 'goes on' },
  { fault: 'cut', outcome: 'goes on' },
  { fault: 'lost', outcome: 'dies' },
  { fault: 'unanswered', outcome: 'dies' },
  { fault: 'cut', outcome: 'dies' },
  { fault: 'held', outcome: 'stands still' }
]

export function drawCall(random: Random): CallDeed {
  const call = CALLS[random.below(CALLS.length)]!
  return { call, ...FAULTS[random.below(FAULTS.length)]! }
}
