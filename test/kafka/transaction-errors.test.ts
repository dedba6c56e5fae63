import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as K from '@platformatic/kafka'
import { failure } from '../../src/core/errors.ts'
import {
  type Fate,
  fateOfFailure,
  judgeTransaction,
  TransactionRefusal,
  transactionErrors,
  worstFailure
} from '../../src/kafka/transaction/transaction-errors.ts'

const COORDINATION = 'NOT_COORDINATOR COORDINATOR_NOT_AVAILABLE COORDINATOR_LOAD_IN_PROGRESS'
const IDENTITY = 'INVALID_PRODUCER_EPOCH PRODUCER_FENCED INVALID_PRODUCER_ID_MAPPING'
const ANY = 'UNKNOWN_SERVER_ERROR UNSUPPORTED_VERSION INVALID_REQUEST REQUEST_TIMED_OUT'
const TRANSACTION = `${COORDINATION} ${IDENTITY} ${ANY} CONCURRENT_TRANSACTIONS INVALID_TXN_STATE
  TRANSACTION_ABORTABLE TRANSACTIONAL_ID_AUTHORIZATION_FAILED`

/** What each call may answer with, as the broker's request handlers of Kafka 3.9 to 4.3 have it. */
const answers: Readonly<Record<string, string>> = {
  FindCoordinator: `${COORDINATION} ${ANY} GROUP_AUTHORIZATION_FAILED INVALID_GROUP_ID
    TRANSACTIONAL_ID_AUTHORIZATION_FAILED TRANSACTION_ABORTABLE`,
  InitProducerId: `${TRANSACTION} INVALID_TRANSACTION_TIMEOUT CLUSTER_AUTHORIZATION_FAILED`,
  AddPartitionsToTxn: `${TRANSACTION} OPERATION_NOT_ATTEMPTED UNKNOWN_TOPIC_OR_PARTITION
    TOPIC_AUTHORIZATION_FAILED CLUSTER_AUTHORIZATION_FAILED`,
  AddOffsetsToTxn: `${TRANSACTION} INVALID_GROUP_ID GROUP_AUTHORIZATION_FAILED`,
  Produce: `${TRANSACTION} CORRUPT_MESSAGE UNKNOWN_TOPIC_OR_PARTITION UNKNOWN_TOPIC_ID
    NOT_LEADER_OR_FOLLOWER LEADER_NOT_AVAILABLE FENCED_LEADER_EPOCH UNKNOWN_LEADER_EPOCH
    NOT_ENOUGH_REPLICAS NOT_ENOUGH_REPLICAS_AFTER_APPEND KAFKA_STORAGE_ERROR REPLICA_NOT_AVAILABLE
    BROKER_NOT_AVAILABLE NETWORK_EXCEPTION THROTTLING_QUOTA_EXCEEDED MESSAGE_TOO_LARGE
    RECORD_LIST_TOO_LARGE INVALID_TOPIC_EXCEPTION INVALID_REQUIRED_ACKS INVALID_RECORD
    INVALID_TIMESTAMP UNSUPPORTED_COMPRESSION_TYPE UNSUPPORTED_FOR_MESSAGE_FORMAT
    TOPIC_AUTHORIZATION_FAILED CLUSTER_AUTHORIZATION_FAILED OUT_OF_ORDER_SEQUENCE_NUMBER
    DUPLICATE_SEQUENCE_NUMBER UNKNOWN_PRODUCER_ID`,
  TxnOffsetCommit: `${TRANSACTION} OFFSET_METADATA_TOO_LARGE INVALID_COMMIT_OFFSET_SIZE
    INVALID_GROUP_ID GROUP_ID_NOT_FOUND GROUP_AUTHORIZATION_FAILED TOPIC_AUTHORIZATION_FAILED
    UNKNOWN_TOPIC_OR_PARTITION ILLEGAL_GENERATION UNKNOWN_MEMBER_ID REBALANCE_IN_PROGRESS
    FENCED_INSTANCE_ID FENCED_MEMBER_EPOCH STALE_MEMBER_EPOCH`,
  EndTxn: TRANSACTION,
  OffsetFetch: `${COORDINATION} ${ANY} UNSTABLE_OFFSET_COMMIT GROUP_AUTHORIZATION_FAILED
    TOPIC_AUTHORIZATION_FAILED INVALID_GROUP_ID GROUP_ID_NOT_FOUND UNKNOWN_MEMBER_ID
    STALE_MEMBER_EPOCH UNKNOWN_TOPIC_OR_PARTITION`
}

/** The table a second time, from the other side. */
const fates: Readonly<Record<Fate, string>> = {
  stored: 'DUPLICATE_SEQUENCE_NUMBER',
  again: `${COORDINATION} CONCURRENT_TRANSACTIONS UNSTABLE_OFFSET_COMMIT REQUEST_TIMED_OUT
    NOT_LEADER_OR_FOLLOWER LEADER_NOT_AVAILABLE FENCED_LEADER_EPOCH UNKNOWN_LEADER_EPOCH
    UNKNOWN_TOPIC_OR_PARTITION UNKNOWN_TOPIC_ID NOT_ENOUGH_REPLICAS NOT_ENOUGH_REPLICAS_AFTER_APPEND
    NETWORK_EXCEPTION BROKER_NOT_AVAILABLE REPLICA_NOT_AVAILABLE KAFKA_STORAGE_ERROR CORRUPT_MESSAGE
    THROTTLING_QUOTA_EXCEEDED`,
  redo: `TRANSACTION_ABORTABLE INVALID_TXN_STATE INVALID_PRODUCER_EPOCH OUT_OF_ORDER_SEQUENCE_NUMBER
    UNKNOWN_PRODUCER_ID OPERATION_NOT_ATTEMPTED UNKNOWN_SERVER_ERROR`,
  unseated: `ILLEGAL_GENERATION UNKNOWN_MEMBER_ID REBALANCE_IN_PROGRESS FENCED_INSTANCE_ID
    FENCED_MEMBER_EPOCH STALE_MEMBER_EPOCH GROUP_ID_NOT_FOUND`,
  fenced: 'PRODUCER_FENCED INVALID_PRODUCER_ID_MAPPING',
  fatal: `TRANSACTIONAL_ID_AUTHORIZATION_FAILED TOPIC_AUTHORIZATION_FAILED GROUP_AUTHORIZATION_FAILED
    CLUSTER_AUTHORIZATION_FAILED INVALID_TRANSACTION_TIMEOUT OFFSET_METADATA_TOO_LARGE
    INVALID_COMMIT_OFFSET_SIZE INVALID_GROUP_ID INVALID_TOPIC_EXCEPTION MESSAGE_TOO_LARGE
    RECORD_LIST_TOO_LARGE INVALID_RECORD INVALID_TIMESTAMP INVALID_REQUIRED_ACKS
    UNSUPPORTED_COMPRESSION_TYPE UNSUPPORTED_FOR_MESSAGE_FORMAT UNSUPPORTED_VERSION INVALID_REQUEST`
}

const words = (text: string): string[] => text.split(/\s+/)
const codeOf = (id: string): number => K.protocolErrors[id]!.code

describe('the table of errors in transactions', () => {
  for (const [call, ids] of Object.entries(answers)) {
    it(`has a row with a reason for everything that ${call} may answer`, () => {
      for (const id of words(ids)) assert.match(transactionErrors[id]?.[1] ?? '', /\w+ \w+/, id)
    })
  }

  it('has no row that nobody answers, and none for a code that does not exist', () => {
    const named = new Set(Object.values(answers).flatMap(words))
    assert.deepEqual(Object.keys(transactionErrors).toSorted(), [...named].toSorted())
    for (const id of named) assert.equal(typeof codeOf(id), 'number')
  })

  for (const [fate, ids] of Object.entries(fates)) {
    it(`gives ${words(ids).length} codes the fate ${fate}`, () => {
      for (const id of words(ids)) assert.deepEqual(judgeTransaction(codeOf(id)), { fate, id })
      const rows = Object.entries(transactionErrors).filter(([, [given]]) => given === fate)
      assert.equal(rows.length, words(ids).length)
    })
  }

  it('is fatal for every other code, also for one that comes with a later Kafka', () => {
    for (const [code, id] of Object.entries(K.protocolErrorsCodesById)) {
      if (id === 'NONE' || transactionErrors[id] !== undefined) continue
      assert.deepEqual(judgeTransaction(Number(code)), { fate: 'fatal', id })
    }
    assert.deepEqual(judgeTransaction(9_999), { fate: 'fatal', id: 'error 9999' })
    assert.equal(new TransactionRefusal(9_999).apiId, 'error 9999')
  })
})

describe('what a failed call asks for', () => {
  const refusal = (id: string) => new TransactionRefusal(codeOf(id))

  it('is found through every cause', () => {
    const denied = failure(
      'broker-denied',
      { request: 'EndTxn', problem: '', right: '' },
      refusal('PRODUCER_FENCED')
    )
    assert.equal(fateOfFailure(denied), 'fenced')
  })

  it('is a repeat when the broker is away, when it has no leader, and nothing else of ours', () => {
    const problem = { address: 'a', problem: 'gone' }
    assert.equal(fateOfFailure(failure('broker-unreachable', problem)), 'again')
    const leaderless = { request: 'the leader', problem: 'none', advice: '' }
    assert.equal(fateOfFailure(failure('broker-refused', leaderless)), 'again')
    assert.equal(fateOfFailure(failure('broker-protocol', problem)), 'fatal')
    assert.equal(fateOfFailure(new Error('broken invariant')), 'fatal')
  })

  it('is decided by the worst of several', () => {
    const all = ['REQUEST_TIMED_OUT', 'PRODUCER_FENCED', 'UNKNOWN_MEMBER_ID'].map(refusal)
    assert.equal(fateOfFailure(new AggregateError(all)), 'fenced')
    assert.equal(worstFailure(all), all[1])
    assert.equal(worstFailure(all.slice(0, 1)), all[0])
  })
})
