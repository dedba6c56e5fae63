import { Inputs } from '../../core/inputs.ts'
import type { Progress } from '../../port/source.ts'
import type { BatchWalker } from '../batch/record-batch.ts'
import { type RecordView, RecordWalker } from '../batch/record-walker.ts'
import type { Cluster } from '../connection/cluster.ts'
import type { BatchTaker } from './fetch-partition.ts'
import { Fetcher, type FetchOptions } from './fetcher.ts'

/** A record with copies of its bytes, which may be kept; those of a batch lie in one piece of memory. */
export interface ReadRecord {
  readonly partition: number
  readonly offset: number
  /** Milliseconds since the epoch; −1 without. */
  readonly time: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly (readonly [name: string, value: Uint8Array | null])[]
}

/** Reads whole records at a modest rate: the app's own topics, and people who look at a topic. */
export class RecordReader {
  private readonly fetcher: Fetcher
  private readonly states = new Map<number, Progress>()
  private fresh: ReadRecord[] = []
  private readonly taker: BatchTaker = {
    batch: (partition, batch, fromOffset) => this.copy(partition, batch, fromOffset),
    progress: (partition, progress) => {
      this.states.set(partition, progress)
    }
  }

  /** Reads the partitions from the given offsets. Throws `topic-missing`. */
  static async open(
    cluster: Cluster,
    topic: string,
    positions: ReadonlyMap<number, number>,
    options: FetchOptions = {}
  ): Promise<RecordReader> {
    const { name, id, partitions } = await cluster.topic(topic)
    const inputs = Inputs.of({ name, id, partitions: partitions.length })
    const reader = new RecordReader(new Fetcher(cluster, inputs, options))
    for (const [partition, position] of positions) {
      reader.states.set(partition, { position, end: -1, atEnd: false })
    }
    await reader.fetcher.open(positions)
    return reader
  }

  private constructor(fetcher: Fetcher) {
    this.fetcher = fetcher
  }

  /** The next records, or an empty array after `waitMs` without any. Throws as `TopicSource.poll`. */
  async poll(waitMs: number): Promise<readonly ReadRecord[]> {
    await this.fetcher.poll(this.taker, waitMs)
    const records = this.fresh
    this.fresh = []
    return records
  }

  /** Where a partition stands, by batch headers: it moves over control and aborted records too. */
  progress(partition: number): Progress | undefined {
    return this.states.get(partition)
  }

  /** True when every partition has been read up to its end. */
  get atEnd(): boolean {
    return [...this.states.values()].every(state => state.atEnd)
  }

  wake(): void {
    this.fetcher.wake()
  }

  async close(): Promise<void> {
    this.fetcher.close()
  }

  private copy(partition: number, batch: BatchWalker, fromOffset: number): void {
    const { bytes, start, end } = batch.records()
    // One piece: what lies there by itself costs more to make and to collect than these bytes to copy.
    const own = new Uint8Array(bytes.subarray(start, end))
    const walker = new RecordWalker({ bytes: own, start: 0, end: own.length })
    for (let i = 0; i < batch.count; i++) {
      const record = nextOf(walker, batch)
      const offset = batch.baseOffset + record.offsetDelta
      if (offset < fromOffset) continue
      this.fresh.push({
        partition,
        offset,
        time: batch.logAppendTime ? batch.maxTime : batch.baseTime + record.timeDelta,
        key: record.key,
        value: record.value,
        headers: record.headers
      })
    }
  }
}

function nextOf(walker: RecordWalker<Uint8Array>, batch: BatchWalker): RecordView<Uint8Array> {
  try {
    return walker.next()
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    throw batch.corrupt(problem, batch.baseOffset, error)
  }
}
