import type { CommittedOffset, LogName, OutRecord } from './log.ts'

/** Records for one partition of one of the app's logs, in order. */
export interface Append {
  readonly log: LogName
  readonly partition: number
  readonly records: readonly OutRecord[]
}

/** What becomes visible together, or never. */
export interface TransactionWork {
  readonly appends: readonly Append[]
  /** Where the task's input partition goes on. */
  readonly offset?: CommittedOffset
}

/**
 * The transactions of one task, one after the other; two calls at the same time are a bug. Whoever has
 * the task writes under the same transactional id, so the newest one fences all before it.
 *
 * Failures of `commit`:
 * - `transaction-aborted`: certainly nothing of it counts, and the same work may be sent again at once.
 *   The next call waits for a broker that is away, and says so once.
 * - `group-lost`: aborted too. The consumer group has to say whether the partition is still ours: if so,
 *   the same work may be sent again.
 * - `transaction-fenced`: somebody else has the transactional id, or the broker let a transaction time
 *   out. Drop the task's state and ask the group; if the partition is still ours, begin with `init`.
 * - `interrupted`: closed meanwhile, the outcome is unknown.
 * - anything else (`broker-denied`, `broker-refused`, …): aborted, and a person has to do something.
 */
export interface Transactional {
  /**
   * Takes the task over: fences the predecessor, ends its open transaction, then reads the offset of the
   * task's partition; undefined when none was ever stored, or the task has none. Nothing that was read
   * before this holds. Waits as long as the broker is away. Throws `broker-…`.
   *
   * It is also the barrier: what was committed before is inside the logs' bounds only from here on, since
   * a commit is answered before its markers are written (seen: up to 50 ms later).
   */
  init(): Promise<CommittedOffset | undefined>
  /**
   * One transaction: resolves when it counts. Work without records and offset asks nobody. Without an
   * offset a lost answer cannot be told from an abort: only for records that may be sent again.
   */
  commit(work: TransactionWork): Promise<void>
  /** Ends what waits; an open transaction is ended by the successor's `init`, or times out. */
  close(): Promise<void>
}
