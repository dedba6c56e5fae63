import type { Clock } from '../port/clock.ts'
import type { Source } from '../port/source.ts'
import { Alignment, type Need, type OwnPartition } from './alignment.ts'
import { floorOf } from './alignment-hint.ts'

/** News is asked for this often while it is of no use, or may be of use soon. */
const FAR_MS = 5_000
const NEAR_MS = 1_000
/** While something waits for it: at first this often, then less often the longer nothing changes. */
const HELD_MS = 100
const HELD_SHARE = 1 / 8
/** Least share of the usual bytes of a read: a whole batch has to fit, or the broker answers for one partition only. */
const SHARE_MIN = 1 / 4
/** A run that ends at given offsets does not wait longer for others: theirs may be reached already. */
const BOUNDED_PATIENCE_MS = 30_000

/** A combiner, for who looks at its clock only; another one is another owner’s turn. */
interface Clocked {
  readonly clock: { readonly newest: number }
  readonly position: number
}

/** Where a partition stood after its last read, what that has moved, and how much the next one brings. */
interface Pace {
  readonly clock: number
  readonly position: number
  readonly share: number
  readonly moved: number
}

export interface AlignmentGateParts {
  readonly source: Pick<Source, 'wake'> & {
    pause(partition: number): void
    resume(partition: number): void
    pace(partition: number, share: number): void
  }
  readonly intake: {
    readonly combiners: ReadonlyMap<number, Clocked>
    isReading(slot: number): boolean
    hold(slot: number, held: boolean): void
  }
  readonly maxSkewMs: number
  readonly clock: Clock
  /** Input partitions that there are, whoever reads them. */
  readonly partitions: () => number
  /** Topic id and partition of a slot, as marks name it. */
  readonly nameOf: (slot: number) => string
  /** Commit metadata of every stage-2 task as it is now; undefined while the brokers are away. */
  hints(): Promise<readonly (string | undefined)[] | undefined>
  /** True when this run reads up to given offsets only. */
  readonly bounded: boolean
}

/** Holds partitions back, and lets them go, as `Alignment` says; hears of the others what it needs. */
export class AlignmentGate {
  private readonly parts: AlignmentGateParts
  private readonly alignment: Alignment
  private readonly combiners = new Map<number, Clocked>()
  private readonly held = new Set<number>()
  private readonly paces = new Map<number, Pace>()
  private asking = false
  private askedAt = Number.NEGATIVE_INFINITY
  private changedAt: number
  /** Since when something waits for others. */
  private heldAt: number | undefined
  private failure: unknown

  constructor(parts: AlignmentGateParts) {
    this.parts = parts
    this.alignment = new Alignment(parts.maxSkewMs)
    this.changedAt = parts.clock.now()
  }

  /** Before each read. Throws what asking for news has met, when waiting does not cure it. */
  turn(): void {
    if (this.failure !== undefined) throw this.failure
    const { intake, partitions, bounded, clock } = this.parts
    this.follow(intake.combiners)
    const all = this.combiners.size >= partitions()
    const sinceChange = clock.now() - this.changedAt
    const alone = all || (bounded && sinceChange > BOUNDED_PATIENCE_MS)
    const { held, need } = this.alignment.judge(this.own(), alone)
    for (const slot of this.combiners.keys()) this.hold(slot, held.has(slot))
    for (const [slot, combiner] of this.combiners) this.pace(slot, combiner)
    if (need !== 'held') this.heldAt = undefined
    else this.heldAt ??= clock.now()
    if (!all) this.ask(need)
  }

  /** Partitions come and go, and come back as somebody new. */
  private follow(combiners: ReadonlyMap<number, Clocked>): void {
    for (const [slot, combiner] of this.combiners) {
      if (combiners.get(slot) === combiner) continue
      this.combiners.delete(slot)
      this.held.delete(slot)
      this.paces.delete(slot)
    }
    for (const [slot, combiner] of combiners) {
      if (this.combiners.has(slot)) continue
      this.combiners.set(slot, combiner)
      this.alignment.begin(slot)
    }
  }

  private own(): OwnPartition[] {
    const { intake } = this.parts
    return [...this.combiners].map(([slot, { clock }]) => ({
      slot,
      clock: clock.newest,
      reading: intake.isReading(slot),
      step: this.paces.get(slot)?.moved ?? 0
    }))
  }

  private hold(slot: number, held: boolean): void {
    if (this.held.has(slot) === held) return
    const { source, intake } = this.parts
    intake.hold(slot, held)
    if (held) {
      this.held.add(slot)
      source.pause(slot)
    } else {
      this.held.delete(slot)
      source.resume(slot)
    }
  }

  /**
   * What is under way when a partition has to wait comes all the same: one read should bring less than
   * the skew. It begins with little, and grows while it moves the clock by little.
   */
  private pace(slot: number, { clock: { newest: clock }, position }: Clocked): void {
    const { source, maxSkewMs } = this.parts
    const before = this.paces.get(slot)
    if (before?.position === position) return
    let share = before?.share ?? SHARE_MIN
    const known = before && Number.isFinite(before.clock)
    const moved = known ? clock - before.clock : 0
    if (known) {
      if (moved > maxSkewMs / 2) share = Math.max(SHARE_MIN, share / 2)
      else if (moved < maxSkewMs / 8) share = Math.min(1, share * 2)
    }
    this.paces.set(slot, { clock, position, share, moved })
    if (share !== before?.share) source.pace(slot, share)
  }

  private ask(need: Need): void {
    const { clock } = this.parts
    const now = clock.now()
    const waited = now - Math.max(this.changedAt, this.heldAt ?? now)
    const patience = Math.min(FAR_MS, Math.max(HELD_MS, waited * HELD_SHARE))
    const everyMs = { far: FAR_MS, near: NEAR_MS, held: patience }[need]
    if (this.asking || now - this.askedAt < everyMs) return
    this.asking = true
    this.askedAt = now
    this.parts
      .hints()
      .then(hints => {
        if (hints) this.hear(hints)
      })
      .catch((error: unknown) => {
        this.failure = error
      })
      .finally(() => {
        this.asking = false
        this.parts.source.wake()
      })
  }

  private hear(hints: readonly (string | undefined)[]): void {
    const { clock, nameOf } = this.parts
    const ours = new Set([...this.combiners.keys()].map(nameOf))
    const now = clock.now()
    if (
      this.alignment.hear(
        floorOf(hints, name => ours.has(name)),
        now
      )
    )
      this.changedAt = now
  }
}
