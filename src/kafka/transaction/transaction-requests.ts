import * as K from '../connection/client-library.ts'
import type { ProducerIdentity } from '../produce/produce-lane.ts'
import { TransactionRefusal } from './transaction-errors.ts'

/*
 * The calls of a transaction, in the two forms that brokers know. The requests are the library's; the
 * answers are read here, because the library fails on error codes it does not know, and does not know
 * the newest forms. Error codes are thrown as `TransactionRefusal`.
 *
 *   InitProducerId v5      throttle int32 | error int16 | producer id int64 | epoch int16
 *   AddPartitionsToTxn v3  throttle int32 | topics: name | partitions: index int32, error int16
 *   AddOffsetsToTxn v3     throttle int32 | error int16
 *   TxnOffsetCommit v3, v5 throttle int32 | topics: name | partitions: index int32, error int16
 *   EndTxn v3              throttle int32 | error int16
 *   EndTxn v5              throttle int32 | error int16 | producer id int64 | epoch int16
 */
const KEYS = {
  initProducerId: 22,
  addPartitionsToTxn: 24,
  addOffsetsToTxn: 25,
  endTxn: 26,
  txnOffsetCommit: 28
} as const
const NOT_ATTEMPTED = 55

type OffsetTopics = Parameters<typeof K.txnOffsetCommitV4.createRequest>[7]

export const initProducerId = K.createAPI<
  [transactionalId: string, timeoutMs: number, producerId: bigint, epoch: number],
  ProducerIdentity
>(KEYS.initProducerId, 5, K.initProducerIdV5.createRequest, readIdentity)

/** From v4 on this call is the brokers' own: it needs rights on the cluster. */
export const addPartitionsToTxn: K.API<K.AddPartitionsToTxnRequest, void> = K.createAPI(
  KEYS.addPartitionsToTxn,
  3,
  K.addPartitionsToTxnV3.createRequest,
  readPartitions
)

export const addOffsetsToTxn = K.createAPI<
  [transactionalId: string, producerId: bigint, epoch: number, group: string],
  void
>(KEYS.addOffsetsToTxn, 3, K.addOffsetsToTxnV3.createRequest, readOutcome)

type OffsetCommit = K.API<
  [
    transactionalId: string,
    group: string,
    producerId: bigint,
    epoch: number,
    generation: number,
    memberId: string,
    instanceId: string | null,
    topics: OffsetTopics
  ],
  void
>

/** By transaction version: v5 joins the group to the transaction by itself (KIP-890). */
export const txnOffsetCommits: Readonly<Record<'classic' | 'current', OffsetCommit>> = {
  classic: K.createAPI(KEYS.txnOffsetCommit, 3, K.txnOffsetCommitV3.createRequest, readPartitions),
  current: K.createAPI(KEYS.txnOffsetCommit, 5, K.txnOffsetCommitV4.createRequest, readPartitions)
}

type End = [transactionalId: string, producerId: bigint, epoch: number, commits: boolean]

export const endTxnClassic = K.createAPI<End, void>(
  KEYS.endTxn,
  3,
  K.endTxnV3.createRequest,
  readOutcome
)

/** Answers the identity of the next transaction (KIP-890). */
export const endTxn = K.createAPI<End, ProducerIdentity>(
  KEYS.endTxn,
  5,
  K.endTxnV4.createRequest,
  readIdentity
)

function readOutcome(_correlation: number, _key: number, _version: number, reader: K.Reader): void {
  reader.readInt32()
  const code = reader.readInt16()
  if (code !== 0) throw new TransactionRefusal(code)
}

function readIdentity(
  correlation: number,
  key: number,
  version: number,
  reader: K.Reader
): ProducerIdentity {
  readOutcome(correlation, key, version, reader)
  return { producerId: reader.readInt64(), epoch: reader.readInt16() }
}

/** Partitions that were left alone because of another one say nothing: that one decides. */
function readPartitions(
  _correlation: number,
  _key: number,
  _version: number,
  reader: K.Reader
): void {
  reader.readInt32()
  const codes: number[] = []
  reader.readArray(topic => {
    topic.readString()
    topic.readArray(each => {
      each.readInt32()
      codes.push(each.readInt16())
    })
  })
  const refused = codes.filter(code => code !== 0)
  const first = refused.find(code => code !== NOT_ATTEMPTED) ?? refused[0]
  if (first !== undefined) throw new TransactionRefusal(first)
}
