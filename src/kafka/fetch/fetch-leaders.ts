import { failure, isFailure } from '../../core/errors.ts'
import type { Inputs } from '../../core/inputs.ts'
import { backoffMs } from '../connection/backoff.ts'
import { isRetriable, ourError } from '../connection/client-errors.ts'
import type { Cluster, TopicInfo } from '../connection/cluster.ts'
import type { Outage } from '../connection/outage.ts'
import type { FetchPartition } from './fetch-partition.ts'

/** A partition that others know of already may be new to a broker for a moment; not for so many looks. */
const LOCATIONS_MAX = 10
/** How often a topic that is gone is looked for, ms. */
const GONE_EVERY_MS = 5_000
const METADATA = 'metadata'

export interface FetchLeadersParts {
  readonly cluster: Cluster
  readonly inputs: Inputs
  /** By slot; their leaders are kept here. */
  readonly partitions: ReadonlyMap<number, FetchPartition>
  readonly outage: Outage
  /** Every leader is known. */
  readonly onFound: () => void
  /** What waiting does not cure. */
  readonly onFailure: (error: unknown) => void
  /** A look is over, whatever it brought. */
  readonly onLook: () => void
}

/** Finds the brokers that lead the partitions which are read, and again when they move. */
export class FetchLeaders {
  /** When to look again, as `performance.now` has it. */
  dueAt = Number.POSITIVE_INFINITY
  private readonly parts: FetchLeadersParts
  private looking = false
  /** Looks in a row that failed, and those that left something without a leader. */
  private failed = 0
  private incomplete = 0

  constructor(parts: FetchLeadersParts) {
    this.parts = parts
  }

  /** Looks again by then. */
  doubt(at: number): void {
    this.dueAt = Math.min(this.dueAt, at)
  }

  /** Reads the metadata again; one look at a time. */
  look(): void {
    if (this.looking) return
    this.looking = true
    this.dueAt = Number.POSITIVE_INFINITY
    const { cluster, outage, onFailure, onLook } = this.parts
    cluster
      .refresh()
      .then(() => this.locate())
      .then(() => {
        this.failed = 0
        outage.succeeded(METADATA, performance.now())
      })
      .catch((error: unknown) => {
        const now = performance.now()
        const found = ourError(error, cluster.address, 'Metadata')
        if (!isRetriable(found)) onFailure(found)
        this.dueAt = now + backoffMs(++this.failed, Math.random())
        outage.failed(METADATA, found.message, now)
      })
      .finally(() => {
        this.looking = false
        onLook()
      })
  }

  /** Takes the leaders from what is known of the topics, and looks again soon for what has none. */
  async locate(): Promise<void> {
    const topics = new Map<string, TopicInfo | undefined>()
    for (const { topic, topicId } of this.parts.partitions.values()) {
      if (!topics.has(topic)) topics.set(topic, await this.findTopic(topic, topicId))
    }
    const soon = performance.now() + backoffMs(++this.incomplete, Math.random())
    let isDone = true
    for (const partition of this.parts.partitions.values()) {
      const { topic, index } = partition
      const found = topics.get(topic)
      const info = found?.partitions[index]
      partition.leader = info?.leader ?? -1
      partition.leaderEpoch = info?.leaderEpoch ?? -1
      if (found && !info && this.incomplete > LOCATIONS_MAX) throw noPartition(found, index)
      if (!found) this.doubt(performance.now() + GONE_EVERY_MS)
      else if (partition.leader < 0) {
        isDone = false
        this.doubt(soon)
      }
    }
    if (!isDone) return
    this.incomplete = 0
    this.parts.onFound()
  }

  /** Undefined when it is gone, while others can be read: who assigns partitions takes its away. */
  private async findTopic(name: string, id: string): Promise<TopicInfo | undefined> {
    const { cluster, inputs } = this.parts
    try {
      const found = await cluster.topic(name)
      if (found.id !== id) throw failure('topic-recreated', { topic: name })
      return found
    } catch (error) {
      if (!isFailure(error, 'topic-missing') || inputs.active.length === 1) throw error
      inputs.doubt()
      return undefined
    }
  }
}

function noPartition({ name, partitions }: TopicInfo, index: number): Error {
  const request = `${name} partition ${index}`
  const problem = 'there is no such partition'
  const advice = `${name} has ${partitions.length} partitions`
  return failure('broker-refused', { request, problem, advice })
}
