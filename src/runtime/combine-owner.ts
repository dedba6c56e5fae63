import { Combiner, type Flush } from '../combine/combiner.ts'
import type { Clock } from '../port/clock.ts'
import type { AppLog, CommittedOffset, Membership } from '../port/log.ts'
import type { SharedSource } from '../port/source.ts'
import type { Transactional } from '../port/transaction.ts'
import { flushWork } from './flush-work.ts'
import type { Handover } from './handover.ts'
import type { Intake } from './intake.ts'
import { newestMark } from './newest-mark.ts'
import type { RunReport } from './report.ts'
import type { CountSettings } from './settings.ts'
import { commitUntilDone, isTaskLost } from './task-transactions.ts'

export interface CombineOwnerParts {
  readonly source: SharedSource
  readonly log: AppLog
  readonly intake: Intake
  readonly membership: Membership
  readonly settings: CountSettings
  readonly clock: Clock
  readonly report: RunReport
  /** The transactions of the task of an input partition. */
  transactions(partition: number): Transactional
  /** First offset to read of a partition nobody has read before. */
  startOf(partition: number): Promise<number>
  /** For the notes: what a first start begins with. */
  readonly from: string
}

/**
 * Stage 1's tasks in this instance: the input partitions that the consumer group gave to it. Each has
 * its own transactions; taking one over begins with them (protocol, "Taking over a task").
 */
export class CombineOwner implements Handover {
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
    const due = [...this.wanted].filter(partition => !this.tasks.has(partition))
    await Promise.all(due.map(partition => this.takeOver(partition)))
  }

  /** Each flush in a transaction of its task; those of different tasks at the same time. */
  async deliver(flushes: readonly Flush[]): Promise<readonly Flush[]> {
    const delivered = await Promise.all(
      flushes.map(async flush => ((await this.commit(flush)) ? flush : undefined))
    )
    return delivered.filter(flush => flush !== undefined)
  }

  /** False when the partition is not ours any more, or has to be taken over again. */
  private async commit(flush: Flush): Promise<boolean> {
    const { log, clock, membership } = this.parts
    const { partition } = flush.mark.range
    const work = flushWork(flush, name => log.partitions(name))
    const transactions = this.tasks.get(partition)!
    try {
      await commitUntilDone({ partition, membership, transactions, clock }, work)
      return true
    } catch (error) {
      if (!isTaskLost(error)) throw error
      this.lost.add(partition)
      this.unsettled = true
      return false
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.tasks.values()].map(task => task.close()))
  }

  private async drop(partition: number): Promise<void> {
    const { source, intake } = this.parts
    source.revoke(partition)
    intake.remove(partition)
    await this.tasks.get(partition)?.close()
    this.tasks.delete(partition)
  }

  private async takeOver(partition: number): Promise<void> {
    const { source, intake, settings } = this.parts
    const transactions = this.parts.transactions(partition)
    this.tasks.set(partition, transactions)
    try {
      const { position, clockState } = await this.standing(partition, await transactions.init())
      const combiner = new Combiner(
        { ...settings, source: source.id, partition, partitions: source.partitions },
        intake.groups,
        position,
        clockState
      )
      intake.add(partition, combiner)
      await source.assign(partition, combiner.readFrom)
    } catch (error) {
      if (!isTaskLost(error)) throw error
      this.lost.add(partition)
      this.unsettled = true
    }
  }

  /** The stored offset with its clock; without one the newest mark; else where a first start begins. */
  private async standing(
    partition: number,
    stored: CommittedOffset | undefined
  ): Promise<{ position: number; clockState: Uint8Array | undefined }> {
    const { source, log, report, from } = this.parts
    if (stored) {
      this.resumed = true
      const clockState = Uint8Array.from(Buffer.from(stored.metadata, 'base64'))
      return { position: stored.offset, clockState }
    }
    const mark = await newestMark(log, source.id, partition)
    if (mark) {
      this.resumed = true
      report.notes.push(
        `partition ${partition} goes on at its newest mark, offset ${mark.range.to}`
      )
      return { position: mark.range.to, clockState: mark.clockState }
    }
    report.notes.push(`first start: reading partition ${partition} from ${from}`)
    return { position: await this.parts.startOf(partition), clockState: undefined }
  }
}
