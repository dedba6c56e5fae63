import type { Clock } from '../port/clock.ts'
import type { AppLog, InRecord, LogName, LogReader, OutRecord } from '../port/log.ts'
import { BatchEncoder } from './batch-encoder.ts'
import type { Cluster } from './cluster.ts'
import { deleteRecords } from './delete-records.ts'
import { listOffsets } from './list-offsets.ts'
import { logBatches } from './log-batches.ts'
import { ProduceDelivery } from './produce-delivery.ts'
import { RecordReader } from './record-reader.ts'

export interface AppLogOptions {
  /** The topic of each log; all exist. */
  readonly topics: Readonly<Record<LogName, string>>
  readonly clock: Clock
  /** 0 ≤ x < 1, spreads the pauses between attempts. */
  readonly random: () => number
  /** Milliseconds an append is tried; Infinity (the default): as long as it takes. */
  readonly deliveryMs?: number
  readonly onTrouble?: (line: string) => void
  readonly onRecovered?: (ms: number) => void
}

const LOGS: readonly LogName[] = ['partials', 'windows', 'counts', 'rejects', 'control']

/** The app's topics on a cluster. Appends are idempotent and in order per partition. */
export class KafkaAppLog implements AppLog {
  private readonly cluster: Cluster
  private readonly options: AppLogOptions
  private readonly counts: ReadonlyMap<LogName, number>
  private readonly delivery: ProduceDelivery
  private readonly encoder = new BatchEncoder()
  private readonly readers = new Set<LogReader>()

  /** Throws `topic-missing`, `broker-…`. */
  static async open(cluster: Cluster, options: AppLogOptions): Promise<KafkaAppLog> {
    const counts = new Map<LogName, number>()
    for (const log of LOGS) {
      counts.set(log, (await cluster.topic(options.topics[log])).partitions.length)
    }
    return new KafkaAppLog(cluster, options, counts)
  }

  private constructor(
    cluster: Cluster,
    options: AppLogOptions,
    counts: ReadonlyMap<LogName, number>
  ) {
    this.cluster = cluster
    this.options = options
    this.counts = counts
    this.delivery = new ProduceDelivery(cluster, {
      clock: options.clock,
      random: options.random,
      deliveryMs: options.deliveryMs ?? Number.POSITIVE_INFINITY,
      onTrouble: options.onTrouble ?? ignore,
      onRecovered: options.onRecovered ?? ignore
    })
  }

  partitions(log: LogName): number {
    return this.counts.get(log) ?? 0
  }

  async append(log: LogName, partition: number, records: readonly OutRecord[]): Promise<void> {
    const topic = this.options.topics[log]
    const now = this.options.clock.now()
    const acks = logBatches(this.encoder, records, now, false).map(({ bytes, count }) =>
      this.delivery.enqueue(topic, partition, bytes, count)
    )
    await Promise.all(acks)
  }

  async read(log: LogName, partition: number, from: number | 'start'): Promise<LogReader> {
    const topic = this.options.topics[log]
    const start = from === 'start' ? (await this.bounds(log, partition)).start : from
    const { onTrouble } = this.options
    const reader = await RecordReader.open(
      this.cluster,
      topic,
      new Map([[partition, start]]),
      onTrouble === undefined ? {} : { onTrouble }
    )
    const opened = new KafkaLogReader(reader, partition, start, () => this.readers.delete(opened))
    this.readers.add(opened)
    return opened
  }

  async bounds(
    log: LogName,
    partition: number,
    as: 'read' | 'written' = 'read'
  ): Promise<{ start: number; end: number }> {
    const topic = this.options.topics[log]
    const [starts, ends] = await Promise.all([
      listOffsets(this.cluster, topic, [partition], 'earliest'),
      listOffsets(
        this.cluster,
        topic,
        [partition],
        'latest',
        as === 'read' ? 'committed' : 'uncommitted'
      )
    ])
    return { start: starts.get(partition) ?? 0, end: ends.get(partition) ?? 0 }
  }

  async deleteBefore(log: LogName, partition: number, offset: number): Promise<void> {
    await deleteRecords(this.cluster, this.options.topics[log], partition, offset)
  }

  async close(): Promise<void> {
    this.delivery.close()
    for (const reader of this.readers) await reader.close()
  }
}

class KafkaLogReader implements LogReader {
  private readonly reader: RecordReader
  private readonly partition: number
  private readonly start: number
  private readonly onClose: () => void
  private woken = false

  constructor(reader: RecordReader, partition: number, start: number, onClose: () => void) {
    this.reader = reader
    this.partition = partition
    this.start = start
    this.onClose = onClose
  }

  get position(): number {
    return this.reader.progress(this.partition)?.position ?? this.start
  }

  async poll(waitMs: number): Promise<readonly InRecord[]> {
    const until = performance.now() + waitMs
    for (;;) {
      const before = this.position
      const records = await this.reader.poll(Math.max(0, until - performance.now()))
      const woken = this.woken
      this.woken = false
      // A position that moves without records is news too: control batches, aborted transactions.
      const moved = records.length > 0 || this.position > before
      if (moved || woken || performance.now() >= until) return records
    }
  }

  wake(): void {
    this.woken = true
    this.reader.wake()
  }

  async close(): Promise<void> {
    this.onClose()
    await this.reader.close()
  }
}

function ignore(): void {}
