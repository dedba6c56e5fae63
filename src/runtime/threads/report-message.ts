import { Accounting } from '../../combine/accounting.ts'
import { ByteReader, ByteWriter } from '../../core/bytes.ts'
import type { DurationSums } from '../../ops/durations.ts'
import type { PendingEntry } from '../../ops/pending-commits.ts'
import type { PartitionReport, RunReport } from '../report.ts'

/** What a thread's run has come to so far, as plain data. */
export interface ReportMessage {
  readonly started: boolean
  readonly framesRead: number
  readonly clock: number
  readonly lag: number | undefined
  readonly accounting: Uint8Array
  readonly partitions: ReadonlyMap<string, PartitionReport>
  readonly stopped: ReadonlyMap<string, string>
  readonly inputLost: ReadonlyMap<string, number>
  readonly rejectsDropped: number
  readonly flushes: number
  readonly flushTimes: DurationSums
  readonly pending: readonly PendingEntry[]
  readonly warnings: readonly (readonly [string, string])[]
  readonly notes: readonly string[]
}

export function reportMessage(report: RunReport): ReportMessage {
  const writer = new ByteWriter()
  report.accounting.write(writer)
  const { started, framesRead, clock, lag, partitions, rejectsDropped, flushes } = report
  const { count, sum, max, byBound } = report.flushTimes
  return {
    started,
    framesRead,
    clock,
    lag,
    accounting: writer.finish(),
    partitions,
    stopped: report.stopped,
    inputLost: report.inputLost,
    rejectsDropped,
    flushes,
    flushTimes: { count, sum, max, byBound },
    pending: report.pending.entries(),
    warnings: report.warnings.entries(),
    notes: report.notes
  }
}

/** Makes the figures of stage 1 in `report` those of all threads together. */
export function gather(report: RunReport, messages: readonly ReportMessage[]): void {
  report.accounting.clear()
  report.flushTimes.clear()
  report.partitions.clear()
  report.stopped.clear()
  report.inputLost.clear()
  let lag: number | undefined
  for (const message of messages) {
    report.accounting.add(Accounting.read(new ByteReader(message.accounting, 'accounting')))
    report.flushTimes.add(message.flushTimes)
    for (const [name, partition] of message.partitions) report.partitions.set(name, partition)
    for (const [name, why] of message.stopped) report.stopped.set(name, why)
    for (const [name, lost] of message.inputLost) {
      report.inputLost.set(name, (report.inputLost.get(name) ?? 0) + lost)
    }
    if (message.lag !== undefined) lag = (lag ?? 0) + message.lag
    report.clock = Math.max(report.clock, message.clock)
    for (const [kind, text] of message.warnings) report.warnings.add(kind, text)
    // Each thread says that it goes on where it stopped; once is enough.
    for (const note of message.notes) if (!report.notes.includes(note)) report.notes.push(note)
  }
  report.pending.gather(messages.flatMap(({ pending }) => pending))
  report.lag = lag
  report.framesRead = total(messages, ({ framesRead }) => framesRead)
  report.rejectsDropped = total(messages, ({ rejectsDropped }) => rejectsDropped)
  report.flushes = total(messages, ({ flushes }) => flushes)
}

function total(
  messages: readonly ReportMessage[],
  figure: (message: ReportMessage) => number
): number {
  return messages.reduce((sum, message) => sum + figure(message), 0)
}
