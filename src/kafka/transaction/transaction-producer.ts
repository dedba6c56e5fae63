import { assert } from '../../core/assert.ts'
import { failure, type HeadcountError, isFailure } from '../../core/errors.ts'
import { formatDuration } from '../../core/units.ts'
import type { Clock } from '../../port/clock.ts'
import type { CommittedOffset, LogName, Seat } from '../../port/log.ts'
import type { Append, Transactional, TransactionWork } from '../../port/transaction.ts'
import { logBatches } from '../batch/log-batches.ts'
import { ourError } from '../connection/client-errors.ts'
import type { Cluster } from '../connection/cluster.ts'
import { requestLimit } from '../connection/options.ts'
import { Outage } from '../connection/outage.ts'
import type { Patience } from '../connection/retry.ts'
import type { ProducerIdentity } from '../produce/produce-lane.ts'
import { type OffsetPlace, TransactionCalls } from './transaction-calls.ts'
import { TransactionDelivery } from './transaction-delivery.ts'
import { fateOfFailure } from './transaction-errors.ts'

/** What a task reads, and under which seat it stores how far it is. */
export interface TransactionInput extends OffsetPlace {
  /** Asked right before the offset is stored: `seat` of the group's `Membership`. */
  readonly seat: (partition: number) => Seat | undefined
}

export interface TransactionOptions {
  /** The same for every instance that has the task, and for no other task. */
  readonly transactionalId: string
  /** The topic of each log that is written; they exist. */
  readonly topics: Readonly<Partial<Record<LogName, string>>>
  readonly clock: Clock
  readonly input?: TransactionInput
  /** Milliseconds until the broker aborts what nobody ends; readers wait that long behind a dead task. */
  readonly timeoutMs?: number
  /** Milliseconds until a request without an answer counts as lost. */
  readonly answerMs?: number
  /** Which calls; by default the finalized feature `transaction.version` decides. */
  readonly version?: 1 | 2
  readonly onTrouble?: (line: string) => void
  /** Instead of `onTrouble`, that of all tasks of an instance: what they meet together is told once. */
  readonly outage?: Outage
}

const TIMEOUT_MS = 15_000
/** A broker answers TxnOffsetCommit after 5 s at the latest (`offsets.commit.timeout.ms`). */
const ANSWER_MS = 7_500
/** Sending gets this share of the timeout, an abort the rest: then it ends by us, not by the broker. */
const SENDING_SHARE = 2 / 3

/** Tells when transactions don't get through, and when they do again. */
export function transactionOutage(onTrouble: (line: string) => void): Outage {
  return new Outage(onTrouble, ms => onTrouble(`transactions go on after ${formatDuration(ms)}`))
}

type State = 'new' | 'ready' | 'unsure' | 'fenced'

/**
 * A task's transactions on our own wire: KIP-890 (Produce v12, TxnOffsetCommit v5, EndTxn v5) where the
 * cluster has finalized `transaction.version` 2, else the calls of KIP-98.
 *
 * After a failure that leaves the outcome open, `unsure` asks InitProducerId under our last identity, so
 * that a member that slept never drives out its successor; then the stored offset says what counts.
 */
export class TransactionProducer implements Transactional {
  private readonly options: TransactionOptions
  private readonly classic: boolean
  private readonly timeoutMs: number
  private readonly calls: TransactionCalls
  private readonly delivery: TransactionDelivery
  private readonly outage: Outage
  private readonly closing = new AbortController()
  private state: State = 'new'
  private busy = false
  private identity: ProducerIdentity | undefined
  /** The stored offset as of the last outcome that is certain. */
  private known: CommittedOffset | undefined

  constructor(cluster: Cluster, options: TransactionOptions) {
    const { transactionalId, input } = options
    const limitMs = Math.min(options.answerMs ?? ANSWER_MS, requestLimit(cluster.options))
    this.options = options
    this.classic = (options.version ?? cluster.feature('transaction.version')) < 2
    this.timeoutMs = options.timeoutMs ?? TIMEOUT_MS
    const common = { transactionalId, classic: this.classic, answerMs: limitMs }
    this.calls = new TransactionCalls(cluster, {
      ...common,
      timeoutMs: this.timeoutMs,
      ...(input === undefined ? {} : { place: input })
    })
    this.delivery = new TransactionDelivery(cluster, common)
    this.outage = options.outage ?? transactionOutage(options.onTrouble ?? ignore)
  }

  init(): Promise<CommittedOffset | undefined> {
    return this.alone(async () => {
      this.state = 'new'
      this.adopt(await this.calls.begin(undefined, this.patience()))
      this.known = await this.calls.stored(this.patience())
      this.state = 'ready'
      return this.known
    })
  }

  commit(work: TransactionWork): Promise<void> {
    return this.alone(async () => {
      const { appends, offset } = work
      if (offset === undefined && appends.every(({ records }) => records.length === 0)) return
      assert(this.state === 'ready' || this.state === 'unsure', 'init comes before commit')
      if (offset !== undefined) this.seat()
      if (this.state === 'unsure') await this.recover(undefined)
      await this.send(this.enqueue(appends), offset)
      await this.end(offset)
    })
  }

  async close(): Promise<void> {
    this.closing.abort()
    this.outage.dropped(this.options.transactionalId)
  }

  /** One call at a time; what fails after `close` was interrupted by it. */
  private async alone<Result>(work: () => Promise<Result>): Promise<Result> {
    assert(!this.busy, 'a task has one transaction at a time')
    this.busy = true
    try {
      if (this.closing.signal.aborted) throw this.interrupted()
      const result = await work()
      this.outage.succeeded(this.options.transactionalId, performance.now())
      return result
    } catch (error) {
      if (this.closing.signal.aborted) throw this.interrupted(error)
      // The same work comes again: for how long, a person may want to know.
      if (isFailure(error, 'transaction-aborted', 'group-lost')) this.trouble(error)
      throw error
    } finally {
      this.busy = false
    }
  }

  /** Encodes the records; answers the partitions that get some, by topic. */
  private enqueue(appends: readonly Append[]): Map<string, number[]> {
    const now = this.options.clock.now()
    const partitions = new Map<string, number[]>()
    for (const { log, partition, records } of appends) {
      const topic = this.options.topics[log]
      assert(topic !== undefined, `the task writes to ${log}`)
      for (const { bytes, count } of logBatches(records, now)) {
        this.delivery.enqueue(topic, partition, bytes, count)
        const indexes = partitions.get(topic) ?? []
        if (!indexes.includes(partition)) indexes.push(partition)
        partitions.set(topic, indexes)
      }
    }
    return partitions
  }

  /** Everything but the end. What fails here never counts. */
  private async send(
    partitions: ReadonlyMap<string, readonly number[]>,
    offset: CommittedOffset | undefined
  ): Promise<void> {
    const identity = this.current()
    const until = performance.now() + this.timeoutMs * SENDING_SHARE
    const patience = () => this.patience(until - performance.now())
    try {
      if (this.classic && partitions.size > 0) {
        await this.calls.addPartitions(identity, partitions, patience())
      }
      await this.delivery.deliver(identity, patience())
      if (offset !== undefined) {
        await this.calls.storeOffset(identity, this.seat(), offset, patience())
      }
    } catch (error) {
      throw await this.abort(error)
    }
  }

  private async end(offset: CommittedOffset | undefined): Promise<void> {
    try {
      const next = await this.calls.end(this.current(), true, this.patience(this.timeoutMs))
      this.adopt(next)
      this.known = offset ?? this.known
    } catch (error) {
      this.state = 'unsure'
      if (fateOfFailure(error) === 'fenced') throw this.fenced(error)
      if ((await this.recover(offset)) === 'aborted') throw this.aborted(error)
    }
  }

  /** Ends the open transaction; answers the error that the caller gets. */
  private async abort(cause: unknown): Promise<unknown> {
    const fate = fateOfFailure(cause)
    if (fate === 'fenced') return this.fenced(cause)
    this.state = 'unsure'
    try {
      const patience = this.patience(this.timeoutMs * (1 - SENDING_SHARE))
      const changed = this.adopt(await this.calls.end(this.current(), false, patience))
      // In KIP-98 the epoch stays, and a batch of ours that is late would be taken for the next one.
      if (changed) this.state = 'ready'
    } catch (error) {
      if (fateOfFailure(error) === 'fenced') return this.fenced(error)
    }
    if (fate === 'unseated') return this.unseated(cause)
    return fate === 'fatal' || isFailure(cause, 'topic-missing') ? cause : this.aborted(cause)
  }

  /**
   * Finds out what became of a transaction whose end is open. Offsets that equal the ones before say
   * `aborted`; so does an offset that did not change, whose work may be sent again.
   */
  private async recover(sent: CommittedOffset | undefined): Promise<'committed' | 'aborted'> {
    try {
      this.adopt(await this.calls.begin(this.current(), this.patience()))
    } catch (error) {
      throw fateOfFailure(error) === 'fenced' ? this.fenced(error) : error
    }
    const stored = await this.calls.stored(this.patience())
    if (isSame(stored, this.known)) {
      this.state = 'ready'
      return 'aborted'
    }
    if (sent === undefined || !isSame(stored, sent)) {
      throw this.fenced(new Error('somebody else moved the stored offset'))
    }
    this.known = stored
    this.state = 'ready'
    return 'committed'
  }

  /** True when the identity is another one: then sequences start again. */
  private adopt(identity: ProducerIdentity): boolean {
    const { producerId, epoch } = this.identity ?? {}
    if (producerId === identity.producerId && epoch === identity.epoch) return false
    this.identity = identity
    this.delivery.reset()
    return true
  }

  private current(): ProducerIdentity {
    assert(this.identity !== undefined, 'the task was taken over')
    return this.identity
  }

  private seat(): Seat {
    const { input } = this.options
    assert(input !== undefined, 'a task without an input has no offset')
    const seat = input.seat(input.partition)
    if (seat === undefined) throw this.unseated(new Error('the partition is not ours now'))
    return seat
  }

  private patience(limitMs = Number.POSITIVE_INFINITY): Patience {
    const onAttempt = (error: unknown): void => this.trouble(error)
    return { limitMs, signal: this.closing.signal, onAttempt }
  }

  private trouble(error: unknown): void {
    const { transactionalId } = this.options
    const { message } = ourError(error, transactionalId, `transactions of ${transactionalId}`)
    this.outage.failed(transactionalId, message, performance.now())
  }

  private fenced(cause: unknown): HeadcountError {
    this.state = 'fenced'
    return failure('transaction-fenced', this.details(cause), cause)
  }

  private aborted(cause: unknown): HeadcountError {
    return failure('transaction-aborted', this.details(cause), cause)
  }

  private unseated(cause: unknown): HeadcountError {
    const { problem } = this.details(cause)
    return failure('group-lost', { group: this.options.input?.group ?? '', problem }, cause)
  }

  private details(cause: unknown): { id: string; problem: string } {
    const id = this.options.transactionalId
    return { id, problem: cause instanceof Error ? cause.message : String(cause) }
  }

  private interrupted(cause?: unknown): HeadcountError {
    const state = `closed while ${this.options.transactionalId} was at work`
    return failure('interrupted', { state }, cause)
  }
}

function isSame(left: CommittedOffset | undefined, right: CommittedOffset | undefined): boolean {
  return left?.offset === right?.offset && left?.metadata === right?.metadata
}

function ignore(): void {}
