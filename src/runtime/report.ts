import { Accounting } from '../combine/accounting.ts'
import { FILTERED, TOMBSTONE } from '../extract/columns.ts'
import { Durations } from '../ops/durations.ts'
import { PendingCommits } from '../ops/pending-commits.ts'
import type { PartitionFigures, RunFigures } from '../ops/run-figures.ts'
import { Warnings } from '../ops/warnings.ts'
import type { ResultStatus } from '../result/result-record.ts'

/** Where one input partition stands. */
export type PartitionReport = { -readonly [K in keyof PartitionFigures]: PartitionFigures[K] }

/** What `--audit` found. */
export interface AuditReport {
  /** Windows that were compared with an exact count. */
  windows: number
  /** How many of them had the truth between low and high. */
  within: number
  /** Greatest relative error seen: 0.01 is 1 %. */
  worstError: number
}

/**
 * What a run did, kept up to date while it runs: the one source of progress lines, end report and
 * metrics.
 */
export class RunReport implements RunFigures {
  /** What became of every frame this run has read, as of the last flushes. */
  readonly accounting: Accounting = new Accounting()
  /** Reading has begun: everything before it went well. */
  started = false
  /** The run ended with an error. */
  failed = false
  /** Frames read so far, those of the flush in the making included. */
  framesRead = 0
  /** Newest event time in ms, −Infinity before the first frame. */
  clock: number = Number.NEGATIVE_INFINITY
  /** W2 in ms. */
  watermark: number = Number.NEGATIVE_INFINITY
  /** Records not read yet, where the input's end is known. */
  lag: number | undefined
  /** By `<topic>-<partition>`, or the name of the file; those this run owns now. */
  readonly partitions: Map<string, PartitionReport> = new Map()
  /** Names of the asked sizes, smallest first: what the bits of a mask stand for. */
  sizes: readonly string[] = []
  /** Frames that came for windows already purged, by size. */
  readonly purged: Map<string, number> = new Map()
  /** Rejects that were counted but not kept. */
  rejectsDropped = 0
  flushes = 0
  commits = 0
  readonly flushTimes: Durations = new Durations()
  readonly commitTimes: Durations = new Durations()
  /** Flushes and commits that are under way. */
  readonly pending: PendingCommits = new PendingCommits()
  /** Input partitions whose flushes are refused now, because they don't continue where it stood. */
  misfits = 0
  /** Input partitions that are not read any more, by name, and why. */
  readonly stopped: Map<string, string> = new Map()
  /** Records that were gone or cut off, by the name of their partition. */
  readonly inputLost: Map<string, number> = new Map()
  /** Bytes of the state cache. */
  stateBytes = 0
  /** Windows whose running union is in memory. */
  cachedWindows = 0
  /** Windows and panes that are not closed. */
  openWindows = 0
  /** Groups with windows of their own, and groups that went to *other*. */
  groups = 0
  groupsInOther = 0
  /** Results said so far. */
  readonly results: Record<ResultStatus, number> = { provisional: 0, final: 0, corrected: 0 }
  readonly audit: AuditReport = { windows: 0, within: 0, worstError: 0 }
  /** What went not quite right, one line each. */
  readonly warnings: Warnings = new Warnings()
  /** What the user should know: where it starts, what it waits for. */
  readonly notes: string[] = []

  /** What became of the frames, in five sums; with the suspended ones they are all that were read. */
  frames(): readonly (readonly [string, number])[] {
    const { counted, lost, rejected, byVerdict } = this.accounting
    return [
      ['counted', counted],
      ['filtered', byVerdict[FILTERED]!],
      ['tombstone', byVerdict[TOMBSTONE]!],
      ['rejected', rejected],
      ['lost', lost]
    ]
  }

  /** Rejected frames by reason, the most frequent first. */
  rejects(): readonly (readonly [string, number])[] {
    return this.accounting.reasons().map(({ reason, frames }) => [reason, frames])
  }

  /** Frames that came too late for a size and were counted for larger ones, where there are any. */
  tooLate(): ReadonlyMap<string, number> {
    const found = this.sizes.map((name, bit) => [name, this.accounting.tooLate[bit]!] as const)
    return new Map(found.filter(([, frames]) => frames > 0))
  }
}
