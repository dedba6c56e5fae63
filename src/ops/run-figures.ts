import type { Durations } from './durations.ts'
import type { PendingCommits } from './pending-commits.ts'

/** Where one input partition stands. Times in ms, −Infinity while nothing is known. */
export interface PartitionFigures {
  /** Newest event time that is believed. */
  readonly clock: number
  /** `clock` less the wait. */
  readonly watermark: number
  /** Records not read yet, where the input's end is known. */
  readonly lag: number | undefined
  readonly state: 'behind' | 'at-end' | 'idle' | 'paused'
  /** Frames that wait for their neighbours to decide, now. */
  readonly suspended: number
  /** Counted frames of this run that were late. */
  readonly late: number
}

/** What metrics and health read of a run; the run's report has this shape. */
export interface RunFigures {
  readonly started: boolean
  readonly failed: boolean
  /** W2 in ms, −Infinity before it is known. */
  readonly watermark: number
  /** By `<topic>-<partition>` or name of the file. */
  readonly partitions: ReadonlyMap<string, PartitionFigures>
  /** Flushes and commits that are under way. */
  readonly pending: Pick<PendingCommits, 'longest'>
  /** Input partitions whose flushes are refused now. */
  readonly misfits: number
  /** Input partitions that are not read any more, by name, and why: their input is gone. */
  readonly stopped: ReadonlyMap<string, string>
  /** Records that were gone when they should have been read, or were cut off after; by partition. */
  readonly inputLost: ReadonlyMap<string, number>
  readonly rejectsDropped: number
  /** Frames by size. */
  readonly purged: ReadonlyMap<string, number>
  readonly flushTimes: Durations
  readonly commitTimes: Durations
  readonly stateBytes: number
  readonly cachedWindows: number
  readonly openWindows: number
  readonly groups: number
  readonly groupsInOther: number
  readonly results: Readonly<Record<'provisional' | 'final' | 'corrected', number>>
  readonly audit: {
    readonly windows: number
    readonly within: number
    readonly worstError: number
  }
  readonly warnings: { list(): readonly unknown[] }
  /** By verdict: counted, filtered, tombstone, rejected, lost. */
  frames(): Iterable<readonly [string, number]>
  /** By reason. */
  rejects(): Iterable<readonly [string, number]>
  /** By size. */
  tooLate(): Iterable<readonly [string, number]>
}
