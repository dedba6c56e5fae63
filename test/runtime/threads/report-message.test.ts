import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BAD_TIME, COUNTED } from '../../../src/extract/columns.ts'
import { RunReport } from '../../../src/runtime/report.ts'
import { gather, reportMessage } from '../../../src/runtime/threads/report-message.ts'

function said(partition: number, counted: number): RunReport {
  const report = new RunReport()
  report.started = true
  report.framesRead = counted + 1
  report.clock = 1_000 * partition
  report.lag = partition === 0 ? undefined : 10
  report.accounting.read = counted + 1
  report.accounting.byVerdict[COUNTED] = counted
  report.accounting.byVerdict[BAD_TIME] = 1
  report.accounting.tooLate[2] = 3
  const place = { clock: 1_000 * partition, watermark: 0, lag: report.lag, suspended: 0, late: 0 }
  report.partitions.set(`events-${partition}`, { ...place, state: 'behind' })
  report.flushes = 2
  report.flushTimes.observe(20)
  report.flushTimes.observe(2_000 * (partition + 1))
  report.pending.began(`combine events-${partition}`, 1_000 * (3 - partition))
  report.warnings.add(`clock-ahead events-${partition}`, `warning ${partition}`)
  report.notes.push('goes on where it stopped', `partition ${partition}`)
  return report
}

test('what threads have done comes together in one report, however often it is told', () => {
  const report = new RunReport()
  report.commits = 7
  // As it crosses from a thread.
  const messages = [said(0, 100), said(1, 50), said(2, 7)].map(each =>
    structuredClone(reportMessage(each))
  )
  for (let i = 0; i < 3; i++) gather(report, messages)
  assert.equal(report.framesRead, 160)
  assert.equal(report.accounting.counted, 157)
  assert.equal(report.accounting.rejected, 3)
  assert.equal(report.accounting.tooLate[2], 9)
  assert.equal(report.clock, 2_000)
  assert.equal(report.lag, 20)
  assert.deepEqual([...report.partitions.keys()], ['events-0', 'events-1', 'events-2'])
  assert.equal(report.flushes, 6)
  assert.equal(report.flushTimes.count, 6)
  assert.equal(report.flushTimes.max, 6)
  assert.deepEqual(report.warnings.list(), ['warning 0', 'warning 1', 'warning 2'])
  assert.deepEqual(report.notes, [
    'goes on where it stopped',
    'partition 0',
    'partition 1',
    'partition 2'
  ])
  assert.equal(report.commits, 7)
  // Stage 2 has its own, here.
  report.pending.began('merge 0', 1_500)
  assert.deepEqual(report.pending.longest(5_000), {
    task: 'combine events-2',
    ms: 4_000,
    problem: undefined
  })
  report.pending.ended('merge 0')
  gather(report, [structuredClone(reportMessage(new RunReport()))])
  assert.equal(report.pending.longest(5_000), undefined)
})
