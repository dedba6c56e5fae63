import { Combiner, type CombinerOptions, type Flush, type GroupNames } from '../combine/combiner.ts'
import { failure, isFailure } from '../core/errors.ts'
import type { Clock } from '../port/clock.ts'
import type { CommittedOffset, Membership } from '../port/log.ts'
import type { Transactional } from '../port/transaction.ts'
import { flushWork } from './flush-work.ts'
import type { Handover } from './handover.ts'
import { InputLosses } from './input-losses.ts'
import type { Intake } from './intake.ts'
import type { RunReport } from './report.ts'
import type { CountSettings } from './settings.ts'
import { type TaskStanding, type TaskStandingParts, taskStanding } from './task-standing.ts'
import { commitUntilDone, isTaskLost } from './task-transactions.ts'

export interface CombineOwnerParts extends TaskStandingParts {
  readonly intake: Intake
  readonly membership: Membership
  readonly settings: CountSettings
  readonly clock: Clock
  readonly report: RunReport
  /** The transactions of the task of an input partition. */
  transactions(partition: number): Transactional
  /** Called before a partition is read for the first time here. */
  beforeRead?(partition: number): Promise<void>
}

/**
 * Stage 1's tasks in this instance: the input partitions that the consumer group gave to it. Each has
 * its own transactions; taking one over begins with them (protocol, "Taking over a task").
 */
export class CombineOwner implements Handover {
  /** Partitions whose input is gone. */
  readonly losses: InputLosses
  private readonly parts: CombineOwnerParts
  private readonly tasks = new Map<number, Transactional>()
  private wanted = new Set<number>()
  /** Partitions that were taken away, even when they are ours again by now. */
  private readonly lost = new Set<number>()
  /** Partitions that the group wants back, and who waits until they are flushed. */
  private readonly returning = new Map<number, PromiseWithResolvers<void>>()
  private unsettled = false
  /** True when some partition has been read before, by whomever. */
  resumed = false

  constructor(parts: CombineOwnerParts) {
    this.parts = parts
    const { onInputLoss, onCorruptBatch } = parts.settings
    this.losses = new InputLosses({ ...parts, onInputLoss, onCorruptBatch })
  }

  /** What the group says is ours from now on. Takes effect with the next turn. */
  assign(partitions: readonly number[]): void {
    const next = new Set(partitions)
    for (const partition of this.wanted) if (!next.has(partition)) this.lost.add(partition)
    this.wanted = next
    this.unsettled = true
    this.parts.source.wake()
  }

  /** The group wants these back: resolves when they are flushed and let go. */
  async release(partitions: readonly number[]): Promise<void> {
    const waits = partitions
      .filter(partition => this.tasks.has(partition))
      .map(partition => {
        const wait = this.returning.get(partition) ?? Promise.withResolvers<void>()
        this.returning.set(partition, wait)
        return wait.promise
      })
    this.unsettled = true
    this.parts.source.wake()
    await Promise.all(waits)
  }

  /** Lets go of what was taken away, takes over what was given. `flush` flushes some partitions now. */
  async turn(flush: (partitions: ReadonlySet<number>) => Promise<void>): Promise<void> {
    const isOurs = (partition: number): boolean => !this.lost.has(partition)
    await this.losses.turn({ flush, isOurs })
    if (!this.unsettled) return
    this.unsettled = false
    if (this.returning.size > 0) {
      await flush(new Set(this.returning.keys()))
      for (const [partition, { resolve }] of this.returning) {
        await this.drop(partition)
        this.wanted.delete(partition)
        resolve()
      }
      this.returning.clear()
    }
    for (const partition of this.lost) await this.drop(partition)
    this.lost.clear()
    const { inputs } = this.parts.source
    const due = [...this.wanted].filter(
      partition => !this.tasks.has(partition) && inputs.isReadable(partition)
    )
    await Promise.all(due.map(partition => this.takeOver(partition)))
  }

  /** Each flush in a transaction of its task; those of different tasks at the same time. */
  async deliver(flushes: ReadonlyMap<number, Flush>): Promise<ReadonlyMap<number, Flush>> {
    const delivered = new Map(flushes)
    await Promise.all(
      [...flushes].map(async ([partition, flush]) => {
        if (!(await this.commit(partition, flush))) delivered.delete(partition)
      })
    )
    return delivered
  }

  /** False when the partition is not ours any more, or has to be taken over again. */
  private async commit(partition: number, flush: Flush): Promise<boolean> {
    const { log, clock, membership, source, report } = this.parts
    const { inputs } = source
    const name = `combine ${inputs.label(partition)}`
    const { pending } = report
    // The offset of a topic that is gone can't be stored: nobody needs what was read of it last.
    const givesUp = (): boolean => {
      inputs.doubt()
      return !inputs.isReadable(partition)
    }
    const transactions = this.tasks.get(partition)!
    try {
      const work = flushWork(flush, name => log.partitions(name))
      if (inputs.isReadable(partition)) {
        await commitUntilDone(
          { name, partition, membership, transactions, clock, pending, givesUp },
          work
        )
        return true
      }
    } catch (error) {
      if (!isTaskLost(error) && inputs.isReadable(partition)) throw error
    }
    this.lost.add(partition)
    this.unsettled = true
    return false
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.tasks.values()].map(task => task.close()))
  }

  private async drop(partition: number): Promise<void> {
    const { source, intake } = this.parts
    source.revoke(partition)
    intake.remove(partition)
    this.losses.forget(partition)
    await this.tasks.get(partition)?.close()
    this.tasks.delete(partition)
  }

  private async takeOver(partition: number): Promise<void> {
    const { source, intake, settings } = this.parts
    const transactions = this.parts.transactions(partition)
    this.tasks.set(partition, transactions)
    try {
      const stored = await transactions.init()
      const { position, clockState, leaderEpoch } = await this.standing(partition, stored)
      await this.parts.beforeRead?.(partition)
      const { inputs } = source
      const { input, partition: index } = inputs.place(partition)
      if (index >= input.partitions) inputs.doubt()
      const options = {
        ...settings,
        name: input.name,
        source: input.id,
        partition: index,
        // A topic may grow; and the group may know of that before we do.
        get partitions(): number {
          return Math.max(inputs.place(partition).input.partitions, index + 1)
        }
      }
      const combiner = createCombiner(options, intake.groups, position, clockState)
      combiner.leaderEpoch = leaderEpoch
      intake.add(partition, combiner)
      const known = leaderEpoch === undefined ? undefined : { offset: position, leaderEpoch }
      await source.assign(partition, combiner.readFrom, known)
    } catch (error) {
      if (!isTaskLost(error)) throw error
      this.lost.add(partition)
      this.unsettled = true
    }
  }

  private async standing(slot: number, stored: CommittedOffset | undefined): Promise<TaskStanding> {
    const standing = await taskStanding(this.parts, slot, stored)
    this.resumed ||= standing.isResumed
    if (standing.note !== undefined) this.parts.report.notes.push(standing.note)
    return standing
  }
}

/** Beside an offset that a flush has stored stands the partition's clock; tools that set offsets write none. */
function createCombiner(
  options: CombinerOptions & { readonly name: string },
  groups: GroupNames,
  offset: number,
  clockState: Uint8Array | undefined
): Combiner {
  try {
    return new Combiner(options, groups, offset, clockState)
  } catch (error) {
    if (!isFailure(error, 'format-damaged')) throw error
    const { name: topic, partition } = options
    throw failure('offset-moved', { topic, partition, offset }, error)
  }
}
