import { failure } from '../../core/errors.ts'
import { nearest } from '../../core/nearest.ts'
import * as K from './client-library.ts'
import { formatAddress } from './options.ts'
import { call, type Wire } from './wire.ts'

export interface TopicInfo {
  readonly name: string
  /** A topic made again under the same name has another id. */
  readonly id: string
  readonly partitions: readonly PartitionInfo[]
}

export interface PartitionInfo {
  readonly index: number
  /** −1 while there is none. */
  readonly leader: number
  readonly leaderEpoch: number
  readonly replicas: number[]
  readonly isr: number[]
}

/** A consistent answer of one broker. */
export interface Metadata {
  readonly controller: number
  readonly addresses: ReadonlyMap<number, string>
  readonly topics: readonly TopicInfo[]
  /** Names asked for that are not there, with the broker's error code. */
  readonly missing: ReadonlyMap<string, number>
}

export const UNKNOWN_TOPIC = 3
const INVALID_TOPIC = 17
const NO_SUCH_TOPIC = [UNKNOWN_TOPIC, INVALID_TOPIC]

// The library's parser throws when any topic has an error; the answer it read is on the error.
const metadataApi: typeof K.metadataV12.api = K.createAPI(
  3,
  12,
  K.metadataV12.createRequest,
  (correlation, key, version, reader) => {
    try {
      return K.metadataV12.parseResponse(correlation, key, version, reader)
    } catch (error) {
      const partial = error instanceof K.ResponseError ? error.response : undefined
      if (partial !== undefined) return partial as K.MetadataResponse
      throw error
    }
  }
)

/** Reads the metadata of some topics, or of all with null. Creates none. */
export async function readMetadata(
  wire: Wire,
  topics: readonly string[] | null
): Promise<Metadata> {
  const answer = await call(wire, metadataApi, topics === null ? null : [...topics], false, false)
  const there = answer.topics.filter(topic => topic.errorCode === 0 && topic.name !== null)
  return {
    controller: answer.controllerId,
    addresses: new Map(answer.brokers.map(b => [b.nodeId, formatAddress(b.host, b.port)])),
    topics: there.map(topicInfo),
    missing: new Map(
      answer.topics
        .filter(topic => topic.errorCode !== 0)
        .map(topic => [topic.name ?? '', topic.errorCode])
    )
  }
}

/** The error for a topic that the broker did not describe. */
export function topicFailure(
  topic: string,
  code: number,
  address: string,
  others: Iterable<string>
): Error {
  if (code === INVALID_TOPIC) return failure('topic-name', { topic })
  if (!NO_SUCH_TOPIC.includes(code)) {
    const found = new K.ProtocolError(code)
    if (code === 29) {
      const right = 'Describe and Read on it'
      return failure('broker-denied', { request: `topic ${topic}`, problem: found.apiId, right })
    }
    const problem = `${found.apiId}: ${found.message}`
    return failure('broker-refused', { request: `topic ${topic}`, problem, advice: 'try again' })
  }
  const close = nearest(topic, others)
  const create = `create it with: headcount topic create ${topic}`
  const suggestion = close === undefined ? create : `did you mean ${close}? Otherwise ${create}`
  return failure('topic-missing', { topic, address, suggestion })
}

function topicInfo(topic: K.MetadataResponseTopic): TopicInfo {
  const partitions = topic.partitions.map(partition => ({
    index: partition.partitionIndex,
    leader: partition.leaderId,
    leaderEpoch: partition.leaderEpoch,
    replicas: partition.replicaNodes,
    isr: partition.isrNodes
  }))
  partitions.sort((a, b) => a.index - b.index)
  return { name: topic.name ?? '', id: topic.topicId, partitions }
}
