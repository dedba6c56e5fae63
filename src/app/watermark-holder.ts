import type { MarkState } from '../combine/mark.ts'
import { isoInstant } from './instant.ts'

/** What is known of an input partition, from its newest mark and its consumer group. */
export interface PartitionStanding {
  readonly topic: string
  readonly partition: number
  /** Undefined without a mark. */
  readonly state: MarkState | undefined
  /** When the mark was written, ms since the epoch; a state is believed for a lease only. */
  readonly writtenAt: number
  /** In ms, −Infinity while nothing is believed. */
  readonly clock: number
  /** Who reads it, as people may see it; undefined when nobody does. */
  readonly owner: string | undefined
}

/**
 * Why a partition holds the watermark:
 *
 * - `no-mark`: no flush of it has ever arrived, so nothing is known about its time.
 * - `no-clock`: its flushes have arrived, but no frame with an event time that is believed.
 * - `behind`: it is being read, and its time is the earliest of all.
 * - `at-end`: it is read to its end; silent for 30 s it is left out.
 * - `silent`: its owner said something last longer than a lease ago: dead, paused or cut off.
 * - `unowned`: nobody reads it.
 */
export type HoldReason = 'no-mark' | 'no-clock' | 'behind' | 'at-end' | 'silent' | 'unowned'

export interface WatermarkHolder {
  readonly topic: string
  readonly partition: number
  readonly reason: HoldReason
  /** Its clock in ms; −Infinity without one. */
  readonly clock: number
  readonly owner: string | undefined
  /** How many other partitions stand just as low. */
  readonly others: number
}

/**
 * The partition that holds the watermark of all: the one with the least clock, idle ones left out; one
 * without a mark before any other (event-time, section 4). Undefined when all are idle: the watermark
 * then moves with the wall clock. `leaseMs` is how long an idle partition is believed to be so.
 */
export function watermarkHolder(
  standings: readonly PartitionStanding[],
  nowMs: number,
  leaseMs: number
): WatermarkHolder | undefined {
  const holding = standings.filter(
    standing => standing.state !== 'idle' || nowMs - standing.writtenAt > leaseMs
  )
  const unmarked = holding.filter(({ state }) => state === undefined)
  const low = Math.min(...holding.map(({ clock }) => clock))
  const lowest = unmarked.length > 0 ? unmarked : holding.filter(({ clock }) => clock === low)
  // Of several equals the one in trouble is the one to look at.
  const first = lowest.find(({ owner }) => owner === undefined) ?? lowest[0]
  if (!first) return undefined
  const { topic, partition, owner, state } = first
  const clock = state === undefined ? Number.NEGATIVE_INFINITY : first.clock
  const reason = reasonOf(first, nowMs, leaseMs)
  return { topic, partition, reason, clock, owner, others: lowest.length - 1 }
}

function reasonOf(standing: PartitionStanding, nowMs: number, leaseMs: number): HoldReason {
  const { state, clock, owner, writtenAt } = standing
  if (owner === undefined) return 'unowned'
  if (state === undefined) return 'no-mark'
  if (nowMs - writtenAt > leaseMs) return 'silent'
  if (clock === Number.NEGATIVE_INFINITY) return 'no-clock'
  return state === 'behind' ? 'behind' : 'at-end'
}

/** One sentence for people. */
export function explainHolder(holder: WatermarkHolder | undefined): string {
  if (!holder) return 'every partition is idle: it moves with the wall clock'
  const { topic, partition, reason, clock, owner, others } = holder
  const more = others > 0 ? ` (and ${others} more)` : ''
  const at = isoInstant(clock)
  const time = at === undefined ? '' : `its time is ${at}, `
  return `held by ${topic} partition ${partition}${more}: ${time}${WORDS[reason](owner ?? '')}`
}

const WORDS: Readonly<Record<HoldReason, (owner: string) => string>> = {
  'no-mark': owner => `${owner} owns it, and no flush of it has arrived yet`,
  'no-clock': () => 'no frame of it had a time that can be believed',
  behind: () => 'the earliest of all, and it is still being read',
  'at-end': () => 'it is read to its end; after 30 s of silence it is left out',
  silent: owner => `${owner} owns it and has been silent for longer than its lease`,
  unowned: () => 'nobody reads it'
}
