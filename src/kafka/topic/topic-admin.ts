import { setTimeout as sleep } from 'node:timers/promises'
import { failure } from '../../core/errors.ts'
import { isBrokerError, ourError } from '../connection/client-errors.ts'
import * as K from '../connection/client-library.ts'
import type { Cluster, TopicInfo } from '../connection/cluster.ts'
import { call } from '../connection/wire.ts'
import { listOffsets } from '../fetch/list-offsets.ts'
import { readTopicSettings, type TopicSetting } from './topic-settings.ts'

export interface NewTopic {
  readonly name: string
  /** Default: what the broker is set to. */
  readonly partitions?: number
  /** Default: what the broker is set to. */
  readonly replicas?: number
  readonly configs?: Readonly<Record<string, string>>
}

export interface TopicPartition {
  readonly index: number
  readonly leader: number
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
  /** First offset kept. */
  readonly start: number
  /** Offset of the next record (high watermark). */
  readonly end: number
}

export interface TopicDescription {
  readonly name: string
  readonly id: string
  readonly partitions: readonly TopicPartition[]
  /** Settings that differ from the broker's. */
  readonly settings: readonly TopicSetting[]
}

const BROKER_DEFAULT = -1
const NAME_LENGTH_MAX = 249
/** How long the broker may take, and how long after that the leaders. */
const CREATE_MS = 15_000
const LEADERS_MS = 15_000
const GONE_MS = 5_000
const GONE_PAUSE_MS = 50

/** Creates, describes, lists and deletes topics. */
export class TopicAdmin {
  private readonly cluster: Cluster

  constructor(cluster: Cluster) {
    this.cluster = cluster
  }

  /**
   * Creates the topic and waits until every partition has a leader. Throws `topic-exists`,
   * `topic-name`, `broker-denied`, `broker-refused`.
   */
  async create(topic: NewTopic): Promise<TopicInfo> {
    if (!isTopicName(topic.name)) throw failure('topic-name', { topic: topic.name })
    const configs = Object.entries(topic.configs ?? {}).map(([name, value]) => ({ name, value }))
    const request = {
      name: topic.name,
      numPartitions: topic.partitions ?? BROKER_DEFAULT,
      replicationFactor: topic.replicas ?? BROKER_DEFAULT,
      assignments: [],
      configs
    }
    const wire = await this.cluster.controller()
    try {
      await call(wire, K.createTopicsV7.api, [request], CREATE_MS, false)
    } catch (error) {
      if (isBrokerError(error, 'TOPIC_ALREADY_EXISTS')) {
        throw failure('topic-exists', { topic: topic.name }, error)
      }
      throw this.refused(error, topic.name, 'Create on the cluster or on the topic')
    }
    return this.settled(topic.name)
  }

  /** The topic as the brokers know it now, undefined when there is none. */
  find(name: string): Promise<TopicInfo | undefined> {
    return this.cluster.find(name)
  }

  /** Waits until every partition of a topic just created has a leader. */
  settled(name: string): Promise<TopicInfo> {
    return this.cluster.topic(name, LEADERS_MS)
  }

  /** Every setting of the topic with the value in force. */
  settings(name: string): Promise<TopicSetting[]> {
    return readTopicSettings(this.cluster, name)
  }

  /** Names of the topics this user may see, sorted; `__…` are Kafka's own. */
  list(): Promise<string[]> {
    return this.cluster.topics()
  }

  /** Throws `topic-missing`, `broker-denied`. */
  async describe(name: string): Promise<TopicDescription> {
    await this.cluster.refresh()
    const info = await this.cluster.topic(name)
    const indexes = info.partitions.map(partition => partition.index)
    const [starts, ends, settings] = await Promise.all([
      listOffsets(this.cluster, name, indexes, 'earliest'),
      listOffsets(this.cluster, name, indexes, 'latest', 'uncommitted'),
      readTopicSettings(this.cluster, name)
    ])
    return {
      name,
      id: info.id,
      partitions: info.partitions.map(({ index, leader, replicas, isr }) => ({
        index,
        leader,
        replicas,
        isr,
        start: starts.get(index) ?? 0,
        end: ends.get(index) ?? 0
      })),
      settings: settings.filter(setting => setting.own)
    }
  }

  /** Deletes the topic and waits until the broker has forgotten it. Throws `topic-missing`, `broker-denied`. */
  async delete(name: string): Promise<void> {
    await this.cluster.topic(name)
    const wire = await this.cluster.controller()
    try {
      await call(wire, K.deleteTopicsV6.api, [{ name, topicId: null }], CREATE_MS)
    } catch (error) {
      if (!isBrokerError(error, 'UNKNOWN_TOPIC_OR_PARTITION')) {
        throw this.refused(error, name, 'Delete on the topic')
      }
    }
    const started = performance.now()
    while ((await this.find(name)) !== undefined && performance.now() - started < GONE_MS) {
      await sleep(GONE_PAUSE_MS)
    }
  }

  private refused(error: unknown, topic: string, right: string): Error {
    if (isBrokerError(error, 'INVALID_TOPIC_EXCEPTION'))
      return failure('topic-name', { topic }, error)
    if (isBrokerError(error, 'TOPIC_AUTHORIZATION_FAILED', 'CLUSTER_AUTHORIZATION_FAILED')) {
      const problem = 'not authorized'
      return failure('broker-denied', { request: `topic ${topic}`, problem, right }, error)
    }
    return ourError(error, this.cluster.address, `topic ${topic}`)
  }
}

/** What Kafka accepts as a topic name. */
function isTopicName(name: string): boolean {
  return (
    name.length <= NAME_LENGTH_MAX &&
    name !== '.' &&
    name !== '..' &&
    /^[a-zA-Z0-9._-]+$/.test(name)
  )
}
