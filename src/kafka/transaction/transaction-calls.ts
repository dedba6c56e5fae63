import { assert } from '../../core/assert.ts'
import { limits } from '../../core/limits.ts'
import type { CommittedOffset, Seat } from '../../port/log.ts'
import { denialNamed, isBrokerError } from '../connection/client-errors.ts'
import type { Cluster } from '../connection/cluster.ts'
import { type Patience, withRetry } from '../connection/retry.ts'
import { callWithin, type Wire } from '../connection/wire.ts'
import { Coordinator } from '../group/coordinator.ts'
import { fetchOffsets } from '../group/offsets.ts'
import type { ProducerIdentity } from '../produce/produce-lane.ts'
import { type Fate, fateOfFailure } from './transaction-errors.ts'
import {
  addOffsetsToTxn,
  addPartitionsToTxn,
  endTxn,
  endTxnClassic,
  initProducerId,
  txnOffsetCommits
} from './transaction-requests.ts'

/** The partition whose offset a task stores, and the consumer group that keeps it. */
export interface OffsetPlace {
  readonly group: string
  readonly topic: string
  readonly partition: number
  /** Asked when a broker does not know the topic: true ends the waiting for it. */
  readonly isGone?: () => boolean
}

export interface TransactionCallsOptions {
  readonly transactionalId: string
  /** Milliseconds after which the broker aborts a transaction that nobody ended. */
  readonly timeoutMs: number
  /** The calls from before KIP-890. */
  readonly classic: boolean
  /** Milliseconds until a request without an answer counts as lost. */
  readonly answerMs: number
  readonly place?: OffsetPlace
}

/** Coordinators don't repeat by themselves here: for how long depends on the call. */
const AT_ONCE: Patience = { limitMs: 0 }
const UNKNOWN_PRODUCER: ProducerIdentity = { producerId: -1n, epoch: -1 }

/** What is asked of the two coordinators: that of the transactional id, and that of the group. */
export class TransactionCalls {
  private readonly options: TransactionCallsOptions
  private readonly byId: Coordinator
  private readonly byGroup: Coordinator

  constructor(cluster: Cluster, options: TransactionCallsOptions) {
    this.options = options
    this.byId = new Coordinator(cluster, 'transaction', options.transactionalId, AT_ONCE)
    this.byGroup = new Coordinator(cluster, 'group', options.place?.group ?? '', AT_ONCE)
  }

  /**
   * InitProducerId. Without an identity it takes over, whoever was there before; with our last one it goes
   * on only if nobody has taken over since (KIP-360), else PRODUCER_FENCED. Either way no transaction of
   * this id is open or undecided afterwards.
   */
  begin(identity: ProducerIdentity | undefined, patience: Patience): Promise<ProducerIdentity> {
    const { transactionalId, timeoutMs, answerMs } = this.options
    const { producerId, epoch } = identity ?? UNKNOWN_PRODUCER
    return persist(
      () =>
        this.byId.run(wire =>
          callWithin(wire, answerMs, initProducerId, transactionalId, timeoutMs, producerId, epoch)
        ),
      ['again', 'redo'],
      patience
    )
  }

  /** The stored offset, with nothing pending on it. */
  async stored(patience: Patience): Promise<CommittedOffset | undefined> {
    const { place } = this.options
    if (place === undefined) return undefined
    const found = await persist(
      () => fetchOffsets(this.byGroup, place.topic, [place.partition]),
      ['again', 'redo'],
      patience
    )
    return found.get(place.partition)
  }

  /** Classic only: names the partitions that the transaction will write to. */
  addPartitions(
    { producerId, epoch }: ProducerIdentity,
    partitions: ReadonlyMap<string, readonly number[]>,
    patience: Patience
  ): Promise<void> {
    const transaction = {
      transactionalId: this.options.transactionalId,
      producerId,
      producerEpoch: epoch,
      verifyOnly: false,
      topics: [...partitions].map(([name, indexes]) => ({ name, partitions: [...indexes] }))
    }
    return this.byIdRepeating(
      wire => callWithin(wire, this.options.answerMs, addPartitionsToTxn, [transaction]),
      patience
    )
  }

  /** Stores the offset when the transaction commits. A seat that ended is refused. */
  async storeOffset(
    identity: ProducerIdentity,
    seat: Seat,
    { offset, metadata, leaderEpoch }: CommittedOffset,
    patience: Patience
  ): Promise<void> {
    const { transactionalId, classic, answerMs, place } = this.options
    assert(place !== undefined, 'a task without an input has no offset')
    // −1 and '' are a request that no generation fences, accepted even while the group has members.
    assert(seat.generation >= 0 && seat.memberId !== '', 'a commit names its generation and member')
    assert(offset >= 0, 'a stored offset is a position')
    assert(metadata.length <= limits.commitMetadataCharactersMax, 'commit metadata fits')
    const { producerId, epoch } = identity
    const { group, topic, partition } = place
    if (classic) {
      await this.byIdRepeating(
        wire =>
          callWithin(wire, answerMs, addOffsetsToTxn, transactionalId, producerId, epoch, group),
        patience
      )
    }
    const stored = {
      partitionIndex: partition,
      committedOffset: BigInt(offset),
      committedLeaderEpoch: leaderEpoch ?? -1,
      committedMetadata: metadata
    }
    await persist(
      () =>
        this.byGroup.run(wire =>
          callWithin(
            wire,
            answerMs,
            txnOffsetCommits[classic ? 'classic' : 'current'],
            transactionalId,
            group,
            producerId,
            epoch,
            seat.generation,
            seat.memberId,
            null,
            [{ name: topic, partitions: [stored] }]
          )
        ),
      ['again'],
      patience,
      error => isBrokerError(error, 'UNKNOWN_TOPIC_OR_PARTITION') && place.isGone?.() === true
    ).catch((error: unknown) => {
      const what = `storing an offset of topic ${topic}`
      throw denialNamed(error, 'TOPIC_AUTHORIZATION_FAILED', what, 'Read on the topic')
    })
  }

  /** EndTxn; answers the identity of the next transaction. */
  end(identity: ProducerIdentity, commits: boolean, patience: Patience): Promise<ProducerIdentity> {
    const { transactionalId, classic, answerMs } = this.options
    const { producerId, epoch } = identity
    return this.byIdRepeating(async wire => {
      const request = [transactionalId, producerId, epoch, commits] as const
      if (!classic) return callWithin(wire, answerMs, endTxn, ...request)
      await callWithin(wire, answerMs, endTxnClassic, ...request)
      return identity
    }, patience)
  }

  private byIdRepeating<Result>(
    request: (wire: Wire) => Promise<Result>,
    patience: Patience
  ): Promise<Result> {
    return persist(() => this.byId.run(request), ['again'], patience)
  }
}

/** Repeats the same request while its fate is one of these, and nothing makes it hopeless. */
function persist<Result>(
  work: () => Promise<Result>,
  fates: readonly Fate[],
  patience: Patience,
  isHopeless: (error: unknown) => boolean = () => false
): Promise<Result> {
  const isFinal = (error: unknown): boolean =>
    !fates.includes(fateOfFailure(error)) || isHopeless(error)
  return withRetry(work, isFinal, patience)
}
