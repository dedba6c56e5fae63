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
  /** True when its topic was deleted. */
  readonly gone?: boolean
}

/**
 * Why a partition holds the watermark:
 *
 * - `no-mark`: no flush of it has ever arrived, so nothing is known about its time.
 * - `no-clock`: its flushes have arrived, but no frame with an event time that is believed.
 * - `behind`: it is being read, and its time is the earliest of all.
 * - `at-end`: it is read to its end; silent for 30 s it is left out.
 * - `paused`: it is held back until slower ones follow, and those are not seen here.
 * - `silent`: its owner said something last longer than a lease ago: dead, paused or cut off.
 * - `unowned`: nobody reads it.
 * - `gone`: its topic was deleted.
 */
export type HoldReason =
  | 'no-mark'
  | 'no-clock'
  | 'behind'
  | 'at-end'
  | 'paused'
  | 'silent'
  | 'unowned'
  | 'gone'

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
 * Where a partition stands. Beside the reasons to hold the watermark there are those not to: it is
 * `idle`, or `left-out`, at its end and further behind the others there than `--max-hold` allows.
 */
export type Situation = Exclude<HoldReason, 'no-clock'> | 'idle' | 'left-out'

/** How long what a mark says is believed, and how far one at its end may hold the others back, in ms. */
export interface HoldLimits {
  readonly leaseMs: number
  readonly maxHoldMs: number
}

/** The situation of each partition, in their order. */
export function situationsOf(
  standings: readonly PartitionStanding[],
  nowMs: number,
  { leaseMs, maxHoldMs }: HoldLimits
): readonly Situation[] {
  const isBelieved = ({ writtenAt }: PartitionStanding): boolean => nowMs - writtenAt <= leaseMs
  const atEnd = standings.filter(
    each => isBelieved(each) && (each.state === 'at-end' || each.state === 'idle')
  )
  const newest = Math.max(...atEnd.map(({ clock }) => clock))
  return standings.map(standing => {
    const { state, clock } = standing
    const isOut = atEnd.includes(standing)
    if (isOut && state === 'idle') return 'idle'
    if (isOut && clock < newest - maxHoldMs) return 'left-out'
    const reason = reasonOf(standing, nowMs, leaseMs)
    return reason === 'no-clock' ? (state ?? 'no-mark') : reason
  })
}

/**
 * The partition that holds the watermark of all: the one with the least clock, those left out that are
 * idle or too far behind at their end; one without a mark before any other (event-time, section 4).
 * Undefined when all are idle: the watermark then moves with the wall clock.
 */
export function watermarkHolder(
  standings: readonly PartitionStanding[],
  nowMs: number,
  limits: HoldLimits
): WatermarkHolder | undefined {
  const { leaseMs } = limits
  const situations = situationsOf(standings, nowMs, limits)
  const holding = standings.filter(
    (_, index) => situations[index] !== 'idle' && situations[index] !== 'left-out'
  )
  const unmarked = holding.filter(({ state }) => state === undefined)
  const low = Math.min(...holding.map(({ clock }) => clock))
  const lowest = unmarked.length > 0 ? unmarked : holding.filter(({ clock }) => clock === low)
  // Of several equals the one in trouble is the one to look at.
  const first =
    lowest.find(({ gone }) => gone) ?? lowest.find(({ owner }) => owner === undefined) ?? lowest[0]
  if (!first) return undefined
  const { topic, partition, owner, state } = first
  const clock = state === undefined ? Number.NEGATIVE_INFINITY : first.clock
  const reason = reasonOf(first, nowMs, leaseMs)
  return { topic, partition, reason, clock, owner, others: lowest.length - 1 }
}

function reasonOf(standing: PartitionStanding, nowMs: number, leaseMs: number): HoldReason {
  const { state, clock, owner, writtenAt, gone } = standing
  if (gone) return 'gone'
  if (owner === undefined) return 'unowned'
  if (state === undefined) return 'no-mark'
  if (nowMs - writtenAt > leaseMs) return 'silent'
  if (clock === Number.NEGATIVE_INFINITY) return 'no-clock'
  return state === 'idle' ? 'at-end' : state
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
  paused: () => 'it waits for slower ones, which have not said how far they are',
  silent: owner => `${owner} owns it and has been silent for longer than its lease`,
  unowned: () => 'nobody reads it',
  gone: () => 'its topic is gone, until it is given up with: headcount app retire-topic'
}
