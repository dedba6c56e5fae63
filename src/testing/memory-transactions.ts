import { assert } from '../core/assert.ts'
import { failure } from '../core/errors.ts'
import type { CommittedOffset, Seat } from '../port/log.ts'
import type { Transactional, TransactionWork } from '../port/transaction.ts'
import type { MemoryTopics } from './memory-log.ts'
import type { StoredOffsets } from './memory-membership.ts'

/**
 * What goes wrong with a commit. `before`: it is aborted, nothing of it is stored. `after`: it counts,
 * but the instance dies before it learns that.
 */
export type CommitFault = 'before' | 'after' | undefined

/** Asked at every commit that has work; `number` counts those of the instance from 0. */
export type CommitHook = (commit: {
  readonly number: number
  readonly work: TransactionWork
}) => CommitFault

export interface MemoryTransactionOptions {
  readonly transactionalId: string
  /** The partition whose offset the task stores, and where. */
  readonly input?: {
    readonly offsets: StoredOffsets
    readonly partition: number
    readonly seat: (partition: number) => Seat | undefined
  }
  readonly hook?: CommitHook
}

/** The transactions of an app's topics in memory: who owns which id outlives the instances. */
export class MemoryTransactions {
  private readonly topics: MemoryTopics
  private readonly owners = new Map<string, object>()

  constructor(topics: MemoryTopics) {
    this.topics = topics
  }

  /** Another instance of a task; it owns the id from its `init` on. */
  open(options: MemoryTransactionOptions): MemoryTransactional {
    return new MemoryTransactional(this.topics, this.owners, options)
  }
}

/** A task's transactions in memory: all of one is stored in one turn of the event loop, or nothing. */
export class MemoryTransactional implements Transactional {
  private readonly topics: MemoryTopics
  private readonly owners: Map<string, object>
  private readonly options: MemoryTransactionOptions
  private busy = false
  private commits = 0
  private ended: 'closed' | 'crashed' | undefined
  private started = false

  constructor(
    topics: MemoryTopics,
    owners: Map<string, object>,
    options: MemoryTransactionOptions
  ) {
    this.topics = topics
    this.owners = owners
    this.options = options
  }

  async init(): Promise<CommittedOffset | undefined> {
    return this.alone(() => {
      const { transactionalId, input } = this.options
      this.owners.set(transactionalId, this)
      this.started = true
      return input?.offsets.get(input.partition)
    })
  }

  async commit(work: TransactionWork): Promise<void> {
    return this.alone(() => {
      const { appends, offset } = work
      if (offset === undefined && appends.every(({ records }) => records.length === 0)) return
      assert(this.started, 'init comes before commit')
      if (offset !== undefined) this.checkSeat()
      this.checkOwner()
      const fault = this.options.hook?.({ number: this.commits++, work })
      if (fault === 'before') throw this.failed('transaction-aborted', 'told to fail')
      // A hook may have let somebody else come first.
      this.checkOwner()
      this.store(work)
      if (fault === 'after') this.crash()
    })
  }

  async close(): Promise<void> {
    this.ended ??= 'closed'
  }

  /** From now on every call fails, also one that is under way. */
  crash(): void {
    this.ended = 'crashed'
  }

  /** Others get a turn before and after, as they do while a broker works. */
  private async alone<Result>(work: () => Result): Promise<Result> {
    assert(!this.busy, 'a task has one transaction at a time')
    this.busy = true
    try {
      await Promise.resolve()
      this.alive()
      const result = work()
      await Promise.resolve()
      this.alive()
      return result
    } finally {
      this.busy = false
    }
  }

  private store({ appends, offset }: TransactionWork): void {
    const { input } = this.options
    for (const { log, partition, records } of appends) {
      this.topics.store(log, partition, records)
    }
    if (offset !== undefined) input?.offsets.set(input.partition, offset)
  }

  private checkSeat(): void {
    const { input } = this.options
    assert(input !== undefined, 'a task without an input has no offset')
    const seat = input.seat(input.partition)
    if (seat === undefined) {
      throw failure('group-lost', { group: 'memory', problem: 'the partition is not ours now' })
    }
    assert(seat.generation >= 0 && seat.memberId !== '', 'a commit names its generation and member')
  }

  private checkOwner(): void {
    if (this.owners.get(this.options.transactionalId) === this) return
    this.started = false
    throw this.failed('transaction-fenced', 'a newer instance has the id')
  }

  private failed(code: 'transaction-aborted' | 'transaction-fenced', problem: string): Error {
    return failure(code, { id: this.options.transactionalId, problem })
  }

  private alive(): void {
    if (this.ended === undefined) return
    if (this.ended === 'closed') throw failure('interrupted', { state: 'closed' })
    throw failure('broker-unreachable', { address: 'memory', problem: 'the instance crashed' })
  }
}
