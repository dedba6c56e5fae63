import type * as K from '@platformatic/kafka'

/*
 * What this project calls of the client library, file by file. The library's index also loads its own
 * clients, their registries and Avro: 0.6 CPU-seconds at the start of every process, where these files
 * take 0.2. Its version is pinned; a test holds each file against the index.
 */

export type {
  API,
  Callback,
  Connection,
  ConnectionOptions,
  Consumer,
  ConsumerGroupJoinPayload,
  ConsumerOptions,
  ResponseParser
} from '@platformatic/kafka'
export type AddPartitionsToTxnRequest = K.addPartitionsToTxnV3.AddPartitionsToTxnRequest
export type ApiVersionsResponse = K.apiVersionsV3.ApiVersionsResponse
export type ConsumerGroupHeartbeatRequest = K.consumerGroupHeartbeatV1.ConsumerGroupHeartbeatRequest
export type FetchRequestTopic = K.fetchV17.FetchRequestTopic
export type MetadataResponse = K.metadataV12.MetadataResponse
export type MetadataResponseTopic = K.metadataV12.MetadataResponseTopic
export type OffsetFetchResponse = K.offsetFetchV9.OffsetFetchResponse
export type ProduceResponse = K.produceV11.ProduceResponse
export type SaslAuthenticateResponse = K.saslAuthenticateV2.SaslAuthenticateResponse

const apis = {
  addOffsetsToTxnV3: 'producer/add-offsets-to-txn-v3',
  addPartitionsToTxnV3: 'producer/add-partitions-to-txn-v3',
  apiVersionsV3: 'metadata/api-versions-v3',
  consumerGroupDescribeV0: 'admin/consumer-group-describe-v0',
  consumerGroupHeartbeatV1: 'consumer/consumer-group-heartbeat-v1',
  createTopicsV7: 'admin/create-topics-v7',
  deleteGroupsV2: 'admin/delete-groups-v2',
  deleteRecordsV2: 'admin/delete-records-v2',
  deleteTopicsV6: 'admin/delete-topics-v6',
  describeConfigsV4: 'admin/describe-configs-v4',
  describeGroupsV5: 'admin/describe-groups-v5',
  describeProducersV0: 'admin/describe-producers-v0',
  endTxnV3: 'producer/end-txn-v3',
  endTxnV4: 'producer/end-txn-v4',
  fetchV17: 'consumer/fetch-v17',
  findCoordinatorV6: 'metadata/find-coordinator-v6',
  heartbeatV4: 'consumer/heartbeat-v4',
  initProducerIdV5: 'producer/init-producer-id-v5',
  listOffsetsV9: 'consumer/list-offsets-v9',
  metadataV12: 'metadata/metadata-v12',
  offsetCommitV9: 'consumer/offset-commit-v9',
  offsetDeleteV0: 'admin/offset-delete-v0',
  offsetFetchV9: 'consumer/offset-fetch-v9',
  produceV11: 'producer/produce-v11',
  saslAuthenticateV2: 'security/sasl-authenticate-v2',
  saslHandshakeV1: 'security/sasl-handshake-v1',
  txnOffsetCommitV3: 'producer/txn-offset-commit-v3',
  txnOffsetCommitV4: 'producer/txn-offset-commit-v4'
} as const satisfies Partial<Record<keyof typeof K, string>>

const index = import.meta.resolve('@platformatic/kafka')

async function load<Name extends keyof typeof K>(file: string): Promise<Pick<typeof K, Name>> {
  // gate-ignore walls: the library's own files, which the package of this wall names
  return (await import(new URL(file, index).href)) as Pick<typeof K, Name>
}

async function loadApis(): Promise<Pick<typeof K, keyof typeof apis>> {
  const loading = Object.entries(apis).map(async ([name, file]) => {
    return [name, await load(`apis/${file}.js`)]
  })
  return Object.fromEntries(await Promise.all(loading)) as Pick<typeof K, keyof typeof apis>
}

export const {
  addOffsetsToTxnV3,
  addPartitionsToTxnV3,
  apiVersionsV3,
  consumerGroupDescribeV0,
  consumerGroupHeartbeatV1,
  createTopicsV7,
  deleteGroupsV2,
  deleteRecordsV2,
  deleteTopicsV6,
  describeConfigsV4,
  describeGroupsV5,
  describeProducersV0,
  endTxnV3,
  endTxnV4,
  fetchV17,
  findCoordinatorV6,
  heartbeatV4,
  initProducerIdV5,
  listOffsetsV9,
  metadataV12,
  offsetCommitV9,
  offsetDeleteV0,
  offsetFetchV9,
  produceV11,
  saslAuthenticateV2,
  saslHandshakeV1,
  txnOffsetCommitV3,
  txnOffsetCommitV4
} = await loadApis()

export const { createAPI } = await load<'createAPI'>('apis/definitions.js')
export const { ConfigResourceTypes } = await load<'ConfigResourceTypes'>('apis/enumerations.js')
export const { protocolAPIsById } = await load<'protocolAPIsById'>('protocol/apis.js')
export const { compressionsAlgorithms } =
  await load<'compressionsAlgorithms'>('protocol/compression.js')
export const { protocolErrors, protocolErrorsCodesById } = await load<
  'protocolErrors' | 'protocolErrorsCodesById'
>('protocol/errors.js')
export const { findErrorBy, ProtocolError, ResponseError } = await load<
  'findErrorBy' | 'ProtocolError' | 'ResponseError'
>('errors.js')
export type ProtocolError = K.ProtocolError
export type ResponseError = K.ResponseError
export const { Reader } = await load<'Reader'>('protocol/reader.js')
export type Reader = K.Reader
export const { Writer } = await load<'Writer'>('protocol/writer.js')
export type Writer = K.Writer

/** All of the library, for those who need its clients or its logins. */
export function wholeLibrary(): Promise<typeof K> {
  return import('@platformatic/kafka')
}
