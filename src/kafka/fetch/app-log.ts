import { failure } from '../../core/errors.ts'
import type { AppLog, InRecord, LogName, LogReader } from '../../port/log.ts'
import type { Cluster } from '../connection/cluster.ts'
import { deleteRecords } from '../topic/delete-records.ts'
import { listOffsets } from './list-offsets.ts'
import { RecordReader } from './record-reader.ts'

export interface AppLogOptions {
  /** The topic of each log; all exist. */
  readonly topics: Readonly<Record<LogName, string>>
  readonly onTrouble?: (line: string) => void
}

const LOGS: readonly LogName[] = ['partials', 'windows', 'counts', 'rejects', 'control']

/** The app's topics on a cluster, read committed. */
export class KafkaAppLog implements AppLog {
  private readonly cluster: Cluster
  private readonly options: AppLogOptions
  private readonly counts: ReadonlyMap<LogName, number>
  private readonly readers = new Set<LogReader>()
  private closed = false

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
  }

  partitions(log: LogName): number {
    return this.counts.get(log) ?? 0
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
    if (this.closed) {
      await reader.close()
      throw closedFailure()
    }
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
    this.closed = true
    for (const reader of this.readers) await reader.close()
  }
}

class KafkaLogReader implements LogReader {
  private readonly reader: RecordReader
  private readonly partition: number
  private readonly start: number
  private readonly onClose: () => void
  private woken = false
  private closed = false

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
      if (this.closed) throw closedFailure()
      const records = await this.reader.poll(Math.max(0, until - performance.now()))
      const woken = this.woken
      this.woken = false
      // A position that moves without records is news too: control batches, aborted transactions.
      const moved = records.length > 0 || this.position > before
      if (!this.closed && (moved || woken || performance.now() >= until)) return records
    }
  }

  wake(): void {
    this.woken = true
    this.reader.wake()
  }

  async close(): Promise<void> {
    this.closed = true
    this.onClose()
    await this.reader.close()
  }
}

function closedFailure(): Error {
  return failure('interrupted', { state: 'an app’s log was closed while it was read' })
}
