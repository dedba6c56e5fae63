/** A partition of this instance, as its reader sees it now. */
export interface OwnPartition {
  readonly slot: number
  /** Newest event time that is believed, ms; −Infinity without one. */
  readonly clock: number
  /** False at its end, where it has nothing that the others could wait for. */
  readonly reading: boolean
  /** What its last read has moved its clock by, ms. */
  readonly step: number
}

/** How soon news of the others is of use: something is held because of them, may be soon, or not. */
export type Need = 'held' | 'near' | 'far'

export interface Verdict {
  /** Slots that are not to be read now. */
  readonly held: ReadonlySet<number>
  readonly need: Need
}

/** How far back one looks to see how fast the others move: more than a flush and a commit take. */
const LOOK_BACK_MS = 3_000

/**
 * Keeps the partitions of the input together in event time, so that the windows of stage 2 that are open
 * at once stay few (docs/specs/alignment.md). Pure: told what the own partitions are doing and how far the
 * others are, it says which own ones have to wait.
 *
 * The own partitions are compared with each other as they are. What is heard of the others is seconds
 * old, and in a replay they are months ahead of it by then: so one may lead them by `maxSkewMs`, or by
 * twice what the slowest of them has moved lately, whichever is more.
 */
export class Alignment {
  private readonly maxSkewMs: number
  private readonly begun = new Map<number, number>()
  private floor = Number.NEGATIVE_INFINITY
  /** What the floor was, and since when; the newest last. */
  private past: { clock: number; since: number }[] = []

  constructor(maxSkewMs: number) {
    this.maxSkewMs = maxSkewMs
  }

  /** The partition is ours from now on, or again. */
  begin(slot: number): void {
    this.begun.delete(slot)
  }

  /**
   * The least clock of the partitions that others read: Infinity when they are all at their end, −Infinity
   * while it is unknown. Returns whether that is news.
   */
  hear(floor: number, nowMs: number): boolean {
    if (floor === this.floor) return false
    // Others are the slowest, or are known at last: how the ones before moved says nothing.
    if (floor < this.floor || !Number.isFinite(floor)) this.past = []
    this.floor = floor
    const { past } = this
    if (Number.isFinite(floor)) past.push({ clock: floor, since: nowMs })
    while (past.length > 1 && past[1]!.since <= nowMs - LOOK_BACK_MS) past.shift()
    return true
  }

  /** Who has to wait. `alone`: there are no other partitions than these. */
  judge(own: readonly OwnPartition[], alone: boolean): Verdict {
    const reading = own.filter(partition => partition.reading)
    const low = Math.min(...reading.map(({ clock }) => clock))
    // Less than one read is no lead: one partition after the other would be read, each alone.
    const lead = Math.max(this.maxSkewMs, ...reading.map(({ step }) => step))
    const floor = alone ? Number.POSITIVE_INFINITY : this.floor
    const { allowance, maxSkewMs } = this
    const held = new Set<number>()
    let need: Need = floor === Number.NEGATIVE_INFINITY ? 'near' : 'far'
    for (const { slot, clock } of own) {
      if (clock === Number.NEGATIVE_INFINITY) continue
      const begun = this.begun.get(slot) ?? clock
      this.begun.set(slot, begun)
      const untold = begun + maxSkewMs
      const others = floor === Number.NEGATIVE_INFINITY ? untold : floor + allowance
      const ours = low === Number.NEGATIVE_INFINITY ? untold : low + lead
      if (clock > others) need = 'held'
      else if (clock > floor + allowance / 2 && need === 'far') need = 'near'
      if (clock > Math.min(others, ours)) held.add(slot)
    }
    return { held, need }
  }

  /** How far ahead of the floor a partition may be. */
  private get allowance(): number {
    const { past, maxSkewMs } = this
    const moved = past.length > 0 ? past.at(-1)!.clock - past[0]!.clock : 0
    return Math.max(maxSkewMs, 2 * moved)
  }
}
