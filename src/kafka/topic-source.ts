import type { RecordsSpan, SharedSource, Taker } from '../port/source.ts'
import type { Cluster, TopicInfo } from './cluster.ts'
import type { BatchTaker } from './fetch-partition.ts'
import { Fetcher, type FetchOptions } from './fetcher.ts'

/** The partitions of one topic as a source of frames, read committed. */
export class TopicSource implements SharedSource {
  readonly name: string
  readonly id: string
  readonly partitions: number
  readonly bounded = false
  private readonly fetcher: Fetcher

  /** Throws `topic-missing`, with the nearest name. */
  static async create(
    cluster: Cluster,
    topic: string,
    options: Pick<FetchOptions, 'onTrouble'> = {}
  ): Promise<TopicSource> {
    return new TopicSource(cluster, await cluster.topic(topic), options)
  }

  private constructor(
    cluster: Cluster,
    topic: TopicInfo,
    options: Pick<FetchOptions, 'onTrouble'>
  ) {
    this.name = topic.name
    this.id = topic.id
    this.partitions = topic.partitions.length
    this.fetcher = new Fetcher(cluster, topic, options)
  }

  /** Throws `topic-recreated` when the name stands for another topic by now. */
  open(positions: ReadonlyMap<number, number>): Promise<void> {
    return this.fetcher.open(positions)
  }

  assign(partition: number, position: number): Promise<void> {
    return this.fetcher.assign(partition, position)
  }

  revoke(partition: number): void {
    this.fetcher.revoke(partition)
  }

  /**
   * Hands over one round of responses. Throws `offset-gone`, `batch-corrupt`, `batch-oversize`,
   * `topic-missing`, `topic-recreated`, `broker-denied`, `broker-auth`; waits for what passes.
   */
  async poll(taker: Taker, waitMs: number): Promise<boolean> {
    await this.fetcher.poll(batchesInto(taker), waitMs)
    return true
  }

  wake(): void {
    this.fetcher.wake()
  }

  async close(): Promise<void> {
    this.fetcher.close()
  }
}

// One span for all batches of a poll: the hot path keeps nothing of it.
function batchesInto(taker: Taker): BatchTaker {
  const span: RecordsSpan = {
    bytes: new Uint8Array(0),
    start: 0,
    end: 0,
    count: 0,
    fromOffset: 0,
    baseOffset: 0,
    baseTime: 0,
    maxTime: 0,
    logAppendTime: false
  }
  return {
    batch(partition, batch, fromOffset) {
      const records = batch.records()
      span.bytes = records.bytes
      span.start = records.start
      span.end = records.end
      span.count = batch.count
      span.fromOffset = fromOffset
      span.baseOffset = batch.baseOffset
      span.baseTime = batch.baseTime
      span.maxTime = batch.maxTime
      span.logAppendTime = batch.logAppendTime
      taker.records(partition, span)
    },
    progress(partition, progress) {
      taker.progress(partition, progress)
    }
  }
}
