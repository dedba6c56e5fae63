import { topicOf } from '../app/names.ts'
import { type AppRecord, appRecordKey, decodeAppRecord } from '../app/record.ts'
import { settleRecord } from '../app/settle.ts'
import { text } from '../core/bytes.ts'
import { systemClock } from '../host/system-clock.ts'
import type { Cluster } from '../kafka/connection/cluster.ts'
import { listOffsets } from '../kafka/fetch/list-offsets.ts'
import { RecordReader } from '../kafka/fetch/record-reader.ts'
import { TransactionProducer } from '../kafka/transaction/transaction-producer.ts'

const READ_MS = 200
const APP_KEY = text(appRecordKey)

/** The app record on `<app>-control`: read from there, and written in transactions of `<app>-setup`. */
export class StoredAppRecord {
  private readonly cluster: Cluster
  private readonly app: string
  private readonly onTrouble: ((line: string) => void) | undefined
  /** The end of the topic when it was read last. */
  private end = -1

  constructor(cluster: Cluster, app: string, onTrouble?: (line: string) => void) {
    this.cluster = cluster
    this.app = app
    this.onTrouble = onTrouble
  }

  /** The newest one that is committed. */
  async read(): Promise<AppRecord | undefined> {
    const { topic } = this
    const [starts, ends] = await Promise.all([
      listOffsets(this.cluster, topic, [0], 'earliest'),
      listOffsets(this.cluster, topic, [0], 'latest')
    ])
    const [start = 0, end = 0] = [starts.get(0), ends.get(0)]
    let record: AppRecord | undefined
    if (end > start) {
      const reader = await RecordReader.open(this.cluster, topic, new Map([[0, start]]))
      try {
        while ((reader.progress(0)?.position ?? start) < end) {
          for (const { key, value } of await reader.poll(READ_MS)) {
            if (key && value && text(key) === APP_KEY) record = decodeAppRecord(value)
          }
        }
      } finally {
        await reader.close()
      }
    }
    this.end = end
    return record
  }

  /** The newest one; undefined when nothing was written since it was read last. */
  async newer(): Promise<AppRecord | undefined> {
    const ends = await listOffsets(this.cluster, this.topic, [0], 'latest')
    return ends.get(0) === this.end ? undefined : this.read()
  }

  /** Writes what `next` makes of the newest one, where that is another one; answers the one that holds. */
  async settle(next: (stored: AppRecord | undefined) => AppRecord): Promise<AppRecord> {
    const setup = new TransactionProducer(this.cluster, {
      transactionalId: `${this.app}-setup`,
      topics: { control: this.topic },
      clock: systemClock,
      ...(this.onTrouble ? { onTrouble: this.onTrouble } : {})
    })
    try {
      return await settleRecord({ stored: () => this.read(), setup, clock: systemClock, next })
    } finally {
      await setup.close()
    }
  }

  private get topic(): string {
    return topicOf(this.app, 'control')
  }
}
