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
 * The app's own topics as the two stages read them; what they write goes through `Transactional`.
 * Kafka is one implementation; the one in memory passes the same conformance suite.
 */
export interface AppLog {
  partitions(log: LogName): number
  /** Read-committed reader from an offset (or from the first one kept). */
  read(log: LogName, partition: number, from: number | 'start'): Promise<LogReader>
  /**
   * First offset kept, and the next one to be written: as a reader sees it (LSO), or `written`, also by
   * transactions that are about to end. A reader that reaches that has everything.
   */
  bounds(
    log: LogName,
    partition: number,
    as?: 'read' | 'written'
  ): Promise<{ start: number; end: number }>
  /** Deletes what lies before `offset`. */
  deleteBefore(log: LogName, partition: number, offset: number): Promise<void>
  close(): Promise<void>
}

export interface LogReader {
  /** Offset of the next record; moves over control records too. */
  readonly position: number
  /**
   * The next records in order, or an empty array after `waitMs` without any. Throws `interrupted` once the
   * reader or its log is closed, also when it waits then: whoever reads on until an end must not do so for ever.
   */
  poll(waitMs: number): Promise<readonly InRecord[]>
  wake(): void
  close(): Promise<void>
}

/** What fences a member's commits. */
export interface Seat {
  readonly memberId: string
  /** The classic generation, or the member epoch of KIP-848: at least 0. */
  readonly generation: number
}

/**
 * A consumer group's side of one stage: who owns what, and the stored offsets. A partition goes in one
 * of two ways. Asked back (`onRevoke`): it stays ours until the owner has flushed. Lost (`onChange`
 * without it): it may be somebody else's already, what is not committed will never be.
 */
export interface Membership {
  /**
   * Joins; resolves with the partitions that are ours: none when the others have yet to give some
   * back, they come by `onChange` then.
   */
  join(): Promise<readonly number[]>
  /** Stored offset with its metadata, only when no transaction is pending on it. */
  committed(partition: number): Promise<CommittedOffset | undefined>
  /** Stores offsets under our generation and member id. Throws `group-lost` when they ended. */
  commit(offsets: ReadonlyMap<number, CommittedOffset>): Promise<void>
  /** The seat for a transaction's commit of this partition; undefined when it is not ours. */
  seat(partition: number): Seat | undefined
  /**
   * Asks the group now, for who was fenced elsewhere: resolves with what is ours after its answer,
   * listeners told. Waits while the broker is away; nothing is ours after `leave`.
   */
  confirm(): Promise<readonly number[]>
  /**
   * Called with partitions that the group wants back. They stay ours, and can be committed, until the
   * promise settles; a rejection gives them up unflushed. All are lost when it takes longer than the
   * rebalance timeout, or when the membership ends meanwhile: `onChange` tells. The classic protocol
   * cannot wait: it never calls this.
   */
  onRevoke(listener: (partitions: readonly number[]) => Promise<void>): void
  /**
   * Called with the partitions that are ours now, when that changes. Losing the membership and
   * getting partitions back are two calls, the first with none: somebody else may have owned them.
   */
  onChange(listener: (partitions: readonly number[]) => void): void
  /** Gives everything back at once, unflushed. For good: who wants to come back is a new member. */
  leave(): Promise<void>
}
