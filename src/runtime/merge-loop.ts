import { decodeMark, MARK_TYPE } from '../combine/mark.ts'
import { decodePartial, PARTIAL_TYPE } from '../combine/partial.ts'
import { utf8 } from '../core/bytes.ts'
import { failure, isFailure } from '../core/errors.ts'
import type { Commit, Merger } from '../merge/merger.ts'
import type { Clock } from '../port/clock.ts'
import type { AppLog, InRecord, LogName, LogReader, Membership, OutRecord } from '../port/log.ts'
import type { Transactional, TransactionWork } from '../port/transaction.ts'
import type { Emission } from '../result/result-record.ts'
import { encodeHint, HINTED_MAX } from './alignment-hint.ts'
import { Cadence, commitInterval } from './cadence.ts'
import type { RunReport } from './report.ts'
import { commitUntilDone } from './task-transactions.ts'

const DELETE_EVERY_MS = 30_000
const POLL_WAIT_MS = 200

export interface MergeLoopParts {
  readonly log: AppLog
  /** Partition of partials, windows and counts that this task owns. */
  readonly partition: number
  readonly merger: Merger
  readonly membership: Membership
  readonly transactions: Transactional
  readonly clock: Clock
  readonly report: RunReport
  readonly emitEveryMs: number
  readonly onResults: (results: readonly Emission[]) => Promise<void>
  /** Called when there is something new to report. */
  readonly onCommit: () => void
}

/**
 * Stage 2's loop over one partials partition: restore, then merge, and about once a second commit:
 * state, results and the consumer group's offset in one transaction.
 */
export class MergeLoop {
  private readonly parts: MergeLoopParts
  private readonly cadence: Cadence
  private readonly deletion: Cadence
  private reader: LogReader | undefined
  private stopping = false
  private stopped = false
  private handing = false

  constructor(parts: MergeLoopParts) {
    this.parts = parts
    const now = parts.clock.now()
    this.cadence = new Cadence(parts.emitEveryMs, now)
    this.deletion = new Cadence(DELETE_EVERY_MS, now)
  }

  /** Reads the changelog to its end, as long as `isWanted`. Returns the number of records read. */
  async restore(isWanted: () => boolean): Promise<number> {
    const { log, partition, merger, clock } = this.parts
    const { end } = await log.bounds('windows', partition)
    const restore = merger.restore()
    const reader = await log.read('windows', partition, 'start')
    let records = 0
    try {
      while (isWanted() && reader.position < end) {
        for (const record of await reader.poll(POLL_WAIT_MS)) {
          this.within('windows', record, ({ key, value }) => {
            if (!key) throw failure('format-damaged', { format: 'state', problem: 'no record key' })
            restore.take(key, value)
          })
          records++
        }
      }
    } finally {
      await reader.close()
    }
    if (isWanted()) restore.finish(clock.now())
    return records
  }

  /** Runs until `drain` was called and everything that stage 1 sent is merged and said. */
  async run(): Promise<void> {
    const { log, partition, merger, clock } = this.parts
    this.reader = await log.read('partials', partition, merger.position)
    try {
      let target = Number.POSITIVE_INFINITY
      while (this.reader.position < target && !this.stopped && !this.handing) {
        if (this.stopping && target === Number.POSITIVE_INFINITY) {
          target = (await log.bounds('partials', partition, 'written')).end
          continue
        }
        const wait = Math.min(POLL_WAIT_MS, this.cadence.remaining(clock.now()))
        this.take(await this.reader.poll(this.stopping ? 0 : wait))
        if (this.cadence.due(clock.now()) || merger.full) await this.commit(false)
        if (this.deletion.due(clock.now())) await this.deleteMerged()
      }
      if (!this.stopped) await this.commit(!this.handing)
    } finally {
      await this.reader.close()
    }
  }

  /** Stage 1 has sent its last flush: merge what is there, say everything, end. */
  drain(): void {
    this.stopping = true
    this.reader?.wake()
  }

  /** Somebody else goes on: commit what was read so far, and end. */
  handOver(): void {
    this.handing = true
    this.reader?.wake()
  }

  /** Ends without a last commit: something failed. */
  stop(): void {
    this.stopped = true
    this.reader?.wake()
  }

  private take(records: readonly InRecord[]): void {
    const { merger, clock } = this.parts
    const now = clock.now()
    const take = ({ value }: InRecord): void => {
      if (value?.[0] === PARTIAL_TYPE) merger.takePartial(decodePartial(value))
      else if (value?.[0] === MARK_TYPE) merger.takeMark(decodeMark(value), now)
      else throw failure('format-damaged', { format: 'partial', problem: 'unknown type' })
    }
    for (const record of records) this.within('partials', record, take)
  }

  /** Names the record that makes no sense. */
  private within(log: LogName, record: InRecord, work: (record: InRecord) => void): void {
    try {
      work(record)
    } catch (error) {
      if (!isFailure(error, 'format-damaged', 'format-version')) throw error
      const { partition } = this.parts
      const problem = error.message
      throw failure('app-record-foreign', { log, partition, offset: record.offset, problem }, error)
    }
  }

  private async commit(sayAll: boolean): Promise<void> {
    const { partition, merger, membership, transactions, clock, report } = this.parts
    this.cadence.turn(clock.now())
    let bytes = 0
    for (;;) {
      const position = this.reader!.position
      const begun = clock.now()
      const commit = merger.commit({ nowMs: begun, position, sayAll })
      this.parts.onCommit()
      if (!commit) return
      await commitUntilDone(
        {
          name: `merge ${partition}`,
          partition,
          membership,
          transactions,
          clock,
          pending: report.pending
        },
        this.work(commit, position)
      )
      report.commits++
      report.commitTimes.observe(clock.now() - begun)
      bytes += bytesOf(commit.state)
      this.cadence.interval = commitInterval(this.parts.emitEveryMs, bytes)
      await this.parts.onResults(commit.results)
      if (!commit.more) return
    }
  }

  private work({ number, state, results }: Commit, position: number): TransactionWork {
    const { partition, merger, clock } = this.parts
    const { value: watermark } = merger.watermark
    const slowest = merger.watermark.slowest(clock.now(), HINTED_MAX)
    const { stateBytes } = merger.holdings
    const metadata = encodeHint({ commit: number, watermark, slowest, stateBytes })
    return {
      appends: [
        { log: 'windows', partition, records: state },
        { log: 'counts', partition, records: results.map(toRecord) }
      ],
      offset: { offset: position, metadata }
    }
  }

  /** What the stored state contains is not needed again. */
  private async deleteMerged(): Promise<void> {
    const { log, partition, merger, clock } = this.parts
    this.deletion.turn(clock.now())
    if (merger.position > 0) await log.deleteBefore('partials', partition, merger.position)
  }
}

function bytesOf(records: readonly OutRecord[]): number {
  let bytes = 0
  for (const { key, value } of records) bytes += (key?.length ?? 0) + (value?.length ?? 0)
  return bytes
}

function toRecord({ key, record }: Emission): { key: Uint8Array; value: Uint8Array } {
  return { key: utf8(key), value: utf8(JSON.stringify(record)) }
}
