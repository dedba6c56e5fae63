import type { Arena } from '../../core/arena.ts'
import type { Inputs } from '../../core/inputs.ts'
import type { LogPoint, RecordsSpan, SharedSource, Taker } from '../../port/source.ts'
import type { Cluster } from '../connection/cluster.ts'
import type { BatchTaker } from './fetch-partition.ts'
import { Fetcher, type FetchOptions } from './fetcher.ts'

/** The partitions of topics as a source of frames, read committed; each has the number of its slot. */
export class TopicSource implements SharedSource {
  readonly inputs: Inputs
  readonly bounded = false
  readonly arena: Arena | undefined
  private readonly fetcher: Fetcher

  constructor(cluster: Cluster, inputs: Inputs, options: Pick<FetchOptions, 'onTrouble'> = {}) {
    this.inputs = inputs
    this.arena = cluster.arena
    this.fetcher = new Fetcher(cluster, inputs, { ...options, arena: this.arena })
  }

  /** Throws `topic-recreated` when a name stands for another topic by now. */
  open(positions: ReadonlyMap<number, number>): Promise<void> {
    return this.fetcher.open(positions)
  }

  assign(partition: number, position: number, known?: LogPoint): Promise<void> {
    return this.fetcher.assign(partition, position, known)
  }

  revoke(partition: number): void {
    this.fetcher.revoke(partition)
  }

  pause(partition: number): void {
    this.fetcher.pause(partition)
  }

  resume(partition: number): void {
    this.fetcher.resume(partition)
  }

  pace(partition: number, share: number): void {
    this.fetcher.pace(partition, share)
  }

  /**
   * Hands over one round of responses. Throws `offset-gone` and `log-cut` when the taker takes no losses,
   * `batch-corrupt`, `batch-oversize`,
   * `topic-missing` for the only topic, `topic-recreated`, `broker-denied`, `broker-auth`; waits for
   * what passes, and for others to take the partitions of a topic that is gone among several.
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
    },
    ...(taker.lost && { lost: (slot, loss) => taker.lost?.(slot, loss) })
  }
}
