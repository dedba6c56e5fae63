import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endReport } from '../../src/cli/count/end-report.ts'
import { statusText } from '../../src/cli/count/live-table.ts'
import { RunReport } from '../../src/runtime/report.ts'

function report(): RunReport {
  const made = new RunReport()
  made.framesRead = 1_200_000
  made.accounting.byVerdict[0] = 1_199_000
  made.accounting.byVerdict[1] = 10
  made.accounting.byVerdict[2] = 900
  made.accounting.byVerdict[4] = 90
  made.accounting.late = 937
  return made
}

test('the end report accounts for every frame, and says where rejects are', () => {
  const lines = endReport(report(), 2_000, 'bad.jsonl')
  assert.match(
    lines[0]!,
    /^1200000 frames in 2s .*: 1199000 counted, 937 of them late, 10 tombstones, 990 rejected$/
  )
  assert.equal(lines[1], 'rejected: bad-json 900, no-key 90; kept in bad.jsonl')
  assert.match(endReport(report(), 2_000, undefined)[1]!, /--rejects FILE$/)
})

test('repeated flushes are owned up to', () => {
  const crashed = report()
  crashed.overlaps = 2
  assert.match(endReport(crashed, 2_000, 'x').at(-1)!, /2 flushes were repeated after a crash/)
  crashed.gaps = 1
  assert.match(endReport(crashed, 2_000, 'x').at(-1)!, /1 flushes .* is not counted/)
})

test('the status line says how it goes, also before anything is known', () => {
  assert.match(statusText(new RunReport(), 0), /^0 frames · 0\/s · watermark not known yet/)
  const running = report()
  running.watermark = Date.UTC(2016, 6, 11, 13, 42)
  running.lag = 12_000
  assert.match(
    statusText(running, 2_000),
    /1\.2 M frames · 600 k\/s · watermark 2016-07-11T13:42:00Z · lag 12 k · late 937 · rejected 990 · 2s/
  )
})
