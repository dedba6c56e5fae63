/** The topics an app owns, without the app's prefix. */
export type LogName = 'partials' | 'windows' | 'counts' | 'rejects' | 'control'

/** A record on its way out. A null value is a tombstone. */
export interface OutRecord {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
}

/** A record read back. Key and value are copies, they may be kept. */
export interface InRecord {
  readonly offset: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
}

export interface CommittedOffset {
  readonly offset: number
  /** At most `limits.commitMetadataCharactersMax` characters. */
  readonly metadata: string
  /** Of the record before the offset; with it a log that was cut back is noticed (KIP-320). */
  readonly leaderEpoch?: number
}

/**
 * The app's own topics as the two stages see them. Kafka is one implementation; the one in memory
 * passes the same conformance suite.
 */
export interface AppLog {
  partitions(log: LogName): number
  /** Resolves when every record is acked by all replicas, in order. */
  append(log: LogName, partition: number, records: readonly OutRecord[]): Promise<void>
  /** Read-committed reader from an offset (or from the first one kept). */
  read(log: LogName, partition: number, from: number | 'start'): Promise<LogReader>
  /** First offset kept and the next one to be written (for a reader: LSO). */
  bounds(log: LogName, partition: number): Promise<{ start: number; end: number }>
  /** Deletes what lies before `offset`. */
  deleteBefore(log: LogName, partition: number, offset: number): Promise<void>
  close(): Promise<void>
}

export interface LogReader {
  /** Offset of the next record; moves over control records too. */
  readonly position: number
  /** The next records in order, or an empty array after `waitMs` without any. */
  poll(waitMs: number): Promise<readonly InRecord[]>
  wake(): void
  close(): Promise<void>
}

/** A consumer group's side of one stage: who owns what, and the stored offsets. */
export interface Membership {
  /** Joins; resolves with the partitions that are ours. */
  join(): Promise<readonly number[]>
  /** Stored offset with its metadata, only when no transaction is pending on it. */
  committed(partition: number): Promise<CommittedOffset | undefined>
  /** Stores offsets under our generation and member id. Throws `group-lost` when they ended. */
  commit(offsets: ReadonlyMap<number, CommittedOffset>): Promise<void>
  /**
   * Called with the partitions that are ours now, when that changes. Losing the membership and
   * getting partitions back are two calls, the first with none: somebody else may have owned them.
   */
  onChange(listener: (partitions: readonly number[]) => void): void
  leave(): Promise<void>
}
