import { isFailure } from '../../core/errors.ts'
import { brokerErrorIds, isRetriable } from '../connection/client-errors.ts'
import * as K from '../connection/client-library.ts'

/**
 * What the broker's answer to a call of a transaction asks for, mildest first.
 *
 * - `stored`: it is done already, the answer to an earlier attempt was lost.
 * - `again`: the same bytes again, after a pause.
 * - `redo`: abort the transaction; the work may be sent again in a new one.
 * - `unseated`: abort, and ask the consumer group whether the partition is still ours.
 * - `fenced`: nothing more under this identity; ask the consumer group, start from InitProducerId.
 * - `fatal`: repeating changes nothing, a person has to.
 */
export type Fate = 'stored' | 'again' | 'redo' | 'unseated' | 'fenced' | 'fatal'

const ORDER: readonly Fate[] = ['stored', 'again', 'redo', 'unseated', 'fenced', 'fatal']

type Row = readonly [fate: Fate, why: string]

/**
 * Every error that InitProducerId, AddPartitionsToTxn, AddOffsetsToTxn, Produce, TxnOffsetCommit, EndTxn,
 * FindCoordinator and OffsetFetch may answer with, and why it means what it means. An error means the
 * same in each of them. One that is not here is `fatal`: guessing would risk the count.
 */
export const transactionErrors: Readonly<Record<string, Row>> = Object.freeze({
  // the same bytes again
  DUPLICATE_SEQUENCE_NUMBER: ['stored', 'the batch is in the log, its first answer was lost'],
  COORDINATOR_LOAD_IN_PROGRESS: ['again', 'the coordinator reads its log after it moved'],
  COORDINATOR_NOT_AVAILABLE: ['again', 'the coordinator is between two brokers'],
  NOT_COORDINATOR: ['again', 'the coordinator moved: found anew'],
  CONCURRENT_TRANSACTIONS: ['again', 'the markers of the transaction before are being written'],
  UNSTABLE_OFFSET_COMMIT: ['again', 'the offset waits for the end of an open transaction'],
  NOT_LEADER_OR_FOLLOWER: ['again', 'the partition moved: its leader is looked up'],
  LEADER_NOT_AVAILABLE: ['again', 'the partition has no leader at this moment'],
  FENCED_LEADER_EPOCH: ['again', 'we know an older leader'],
  UNKNOWN_LEADER_EPOCH: ['again', 'the broker knows an older leader'],
  UNKNOWN_TOPIC_OR_PARTITION: ['again', 'the topic is new to this broker, or moves'],
  UNKNOWN_TOPIC_ID: ['again', 'the topic is new to this broker'],
  NOT_ENOUGH_REPLICAS: ['again', 'replicas are missing, nothing is stored'],
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: ['again', 'stored by too few; a repeat is recognised'],
  REQUEST_TIMED_OUT: ['again', 'stored or not; a repeat is recognised'],
  NETWORK_EXCEPTION: ['again', 'a broker could not reach another one'],
  BROKER_NOT_AVAILABLE: ['again', 'the broker is starting or stopping'],
  REPLICA_NOT_AVAILABLE: ['again', 'the partition moves'],
  KAFKA_STORAGE_ERROR: ['again', 'the disk failed, another replica takes over'],
  CORRUPT_MESSAGE: ['again', 'damaged on the way: the checksum did not fit'],
  THROTTLING_QUOTA_EXCEEDED: ['again', 'the quota is used up for now'],
  // abort and redo
  TRANSACTION_ABORTABLE: ['redo', 'the broker asks for an abort (KIP-890)'],
  INVALID_TXN_STATE: ['redo', 'the coordinator has no open transaction of ours'],
  INVALID_PRODUCER_EPOCH: ['redo', 'timed out, or fenced: EndTxn or InitProducerId will tell'],
  OUT_OF_ORDER_SEQUENCE_NUMBER: ['redo', 'the partition lost acked batches of this transaction'],
  UNKNOWN_PRODUCER_ID: ['redo', 'the partition has forgotten us'],
  OPERATION_NOT_ATTEMPTED: ['redo', 'refused because of another partition'],
  UNKNOWN_SERVER_ERROR: ['redo', 'the broker failed inside; an abort ends whatever it did'],
  // ask the group
  ILLEGAL_GENERATION: ['unseated', 'the group went on without us'],
  UNKNOWN_MEMBER_ID: ['unseated', 'the group has dropped this member'],
  REBALANCE_IN_PROGRESS: ['unseated', 'the partitions are being given out anew'],
  FENCED_INSTANCE_ID: ['unseated', 'another process is this static member now'],
  FENCED_MEMBER_EPOCH: ['unseated', 'the member epoch ended (KIP-848)'],
  STALE_MEMBER_EPOCH: ['unseated', 'the member epoch went on (KIP-848)'],
  GROUP_ID_NOT_FOUND: ['unseated', 'the group is gone, so is the membership'],
  PRODUCER_FENCED: ['fenced', 'a newer producer has this transactional id'],
  INVALID_PRODUCER_ID_MAPPING: ['fenced', 'the transactional id belongs to another producer id'],
  // a person has to
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: ['fatal', 'a right is missing'],
  TOPIC_AUTHORIZATION_FAILED: ['fatal', 'a right is missing'],
  GROUP_AUTHORIZATION_FAILED: ['fatal', 'a right is missing'],
  CLUSTER_AUTHORIZATION_FAILED: ['fatal', 'a right is missing'],
  INVALID_TRANSACTION_TIMEOUT: ['fatal', 'above transaction.max.timeout.ms of the broker'],
  OFFSET_METADATA_TOO_LARGE: ['fatal', 'above offset.metadata.max.bytes of the broker'],
  INVALID_COMMIT_OFFSET_SIZE: ['fatal', 'the offset cannot be stored'],
  INVALID_GROUP_ID: ['fatal', 'no name for a group'],
  INVALID_TOPIC_EXCEPTION: ['fatal', 'no name for a topic, or one of the broker’s own'],
  MESSAGE_TOO_LARGE: ['fatal', 'above max.message.bytes of the topic'],
  RECORD_LIST_TOO_LARGE: ['fatal', 'above segment.bytes of the topic'],
  INVALID_RECORD: ['fatal', 'a compacted topic got a record without a key'],
  INVALID_TIMESTAMP: ['fatal', 'the topic bounds record times'],
  INVALID_REQUIRED_ACKS: ['fatal', 'a transaction needs acks=all'],
  UNSUPPORTED_COMPRESSION_TYPE: ['fatal', 'the topic does not take the codec'],
  UNSUPPORTED_FOR_MESSAGE_FORMAT: ['fatal', 'the topic has a format without transactions'],
  UNSUPPORTED_VERSION: ['fatal', 'the broker does not know the call'],
  INVALID_REQUEST: ['fatal', 'the broker cannot read what we sent']
} satisfies Record<string, Row>)

/** The fate of one error code; `id` is the broker's name of it, also of a newer one than we know. */
export function judgeTransaction(code: number): { fate: Fate; id: string } {
  const id = K.protocolErrorsCodesById[code] ?? `error ${code}`
  return { fate: fateOf(id), id }
}

/** What a failed call asks for: of several errors in one answer, the worst counts. */
export function fateOfFailure(error: unknown): Fate {
  const ids = [...brokerErrorIds(error)]
  if (ids.length > 0) {
    const ranks = ids.map(id => ORDER.indexOf(fateOf(id)))
    return ORDER[Math.max(...ranks)] ?? 'fatal'
  }
  if (isFailure(error, 'group-lost')) return 'unseated'
  if (isFailure(error, 'transaction-fenced')) return 'fenced'
  // A partition without a leader is refused by our own side.
  return isRetriable(error) || isFailure(error, 'broker-refused', 'topic-missing')
    ? 'again'
    : 'fatal'
}

/** Of several failures the one that decides. */
export function worstFailure(failures: readonly unknown[]): unknown {
  const rank = (error: unknown) => ORDER.indexOf(fateOfFailure(error))
  return failures.reduce((worst, each) => (rank(each) > rank(worst) ? each : worst))
}

/** An error code in an answer, thrown so that callers see it as they see those of the library. */
export class TransactionRefusal extends Error {
  readonly apiId: string
  readonly canRetry: boolean
  readonly serverErrorMessage: string | null = null

  constructor(code: number) {
    const { fate, id } = judgeTransaction(code)
    super(transactionErrors[id]?.[1] ?? K.protocolErrors[id]?.message ?? 'an error unknown to us')
    this.apiId = id
    this.canRetry = fate === 'again'
  }
}

function fateOf(id: string): Fate {
  return transactionErrors[id]?.[0] ?? 'fatal'
}
