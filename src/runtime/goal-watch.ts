import type { Clock } from '../port/clock.ts'
import type { Membership } from '../port/log.ts'

const LOOK_EVERY_MS = 500

export interface GoalWatchParts {
  /** The offset at which each partition is done. */
  readonly goals: ReadonlyMap<number, number>
  readonly membership: Membership
  readonly clock: Clock
  /** How far this instance has come with a partition; undefined while it is not its own. */
  readonly position: (partition: number) => number | undefined
  /** From when on, in ms, what others have stored is enough: by then a dead one's partitions are ours. */
  readonly othersFrom?: number
}

/**
 * Whether everything up to given offsets is done, by whomever: an instance has no partitions at first,
 * and those of a dead one come only after its session. Who has a partition stores how far it is.
 */
export class GoalWatch {
  private readonly parts: GoalWatchParts
  private readonly elsewhere = new Set<number>()
  private readonly stopping = new AbortController()
  private looking: Promise<void> = Promise.resolve()
  private trouble: unknown

  constructor(parts: GoalWatchParts) {
    this.parts = parts
  }

  /** True when there is nothing left to do; also when nobody can tell any more, `stop` says why. */
  get isOver(): boolean {
    if (this.trouble !== undefined) return true
    for (const [partition, goal] of this.parts.goals) {
      if (this.elsewhere.has(partition)) continue
      const position = this.parts.position(partition)
      if (position === undefined || position < goal) return false
    }
    return true
  }

  /** Looks at what others have stored, until it is over or stopped; calls `onOver` at its end. */
  start(onOver: () => void): void {
    this.looking = this.look()
      .catch((error: unknown) => {
        this.trouble = error
      })
      .finally(onOver)
  }

  /** Throws what went wrong while it looked. */
  async stop(): Promise<void> {
    this.stopping.abort()
    await this.looking
    if (this.trouble !== undefined) throw this.trouble
  }

  private async look(): Promise<void> {
    const { goals, membership, clock, position, othersFrom = 0 } = this.parts
    const { signal } = this.stopping
    while (!signal.aborted && !this.isOver) {
      for (const [partition, goal] of goals) {
        if (signal.aborted) return
        if (this.elsewhere.has(partition) || position(partition) !== undefined) continue
        if (clock.now() < othersFrom) continue
        const stored = goal === 0 ? undefined : await membership.committed(partition)
        if (goal === 0 || (stored && stored.offset >= goal)) this.elsewhere.add(partition)
      }
      if (!this.isOver) await clock.sleep(LOOK_EVERY_MS, signal)
    }
  }
}
