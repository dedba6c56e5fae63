import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { metricTable } from '../../src/ops/metric-table.ts'
import { Metrics } from '../../src/ops/metrics.ts'
import { RunReport } from '../../src/runtime/report.ts'
import { busyReport } from './figures.ts'

async function linesOf(report: RunReport): Promise<string[]> {
  const text = await new Metrics(() => report).text()
  return text.split('\n').filter(line => line !== '' && !line.startsWith('#'))
}

test('every figure of a run stands in the text', async () => {
  const lines = await linesOf(busyReport())
  const expected = [
    'headcount_frames_total{verdict="counted"} 1000',
    'headcount_frames_total{verdict="filtered"} 2',
    'headcount_frames_total{verdict="tombstone"} 1',
    'headcount_frames_total{verdict="rejected"} 10',
    'headcount_frames_total{verdict="lost"} 1',
    'headcount_rejects_total{reason="bad-json"} 7',
    'headcount_rejects_total{reason="no-key"} 3',
    'headcount_rejects_dropped_total 6',
    'headcount_late_frames_total{partition="events-0"} 9',
    'headcount_too_late_frames_total{window="1m"} 4',
    'headcount_purged_frames_total{window="1m"} 5',
    'headcount_suspended_frames{partition="events-0"} 2',
    'headcount_partition_clock_seconds{partition="events-0"} 1468244525',
    'headcount_partition_watermark_seconds{partition="events-0"} 1468244520',
    'headcount_partition_lag_records{partition="events-0"} 12',
    'headcount_partition_behind{partition="events-0"} 1',
    'headcount_partition_behind{partition="odd \\"name\\"\\n"} 0',
    'headcount_watermark_seconds 1468244520',
    'headcount_stopped_partitions 1',
    'headcount_input_lost_records_total{partition="events-4"} 70',
    'headcount_state_bytes 4096',
    'headcount_open_windows 3',
    'headcount_cached_windows 2',
    'headcount_groups 10',
    'headcount_groups_in_other 1',
    'headcount_results_total{status="provisional"} 0',
    'headcount_results_total{status="final"} 8',
    'headcount_audit_windows_total 20',
    'headcount_audit_windows_within_total 19',
    'headcount_audit_worst_error_ratio 0.021',
    'headcount_warnings 1'
  ]
  for (const line of expected) assert.ok(lines.includes(line), `${line} in\n${lines.join('\n')}`)
})

test('the frames of all verdicts and the suspended ones are all frames', () => {
  const report = busyReport()
  const sum = report.frames().reduce((total, [, count]) => total + count, 0)
  assert.equal(sum + report.accounting.suspended, report.accounting.read)
})

test('durations are a histogram as Prometheus wants it', async () => {
  const lines = await linesOf(busyReport())
  const flushes = lines.filter(line => line.startsWith('headcount_flush_seconds'))
  assert.deepEqual(
    flushes.map(line => line.replace('headcount_flush_seconds', '')),
    [
      '_bucket{le="0.01"} 0',
      ...[0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30].map(le => `_bucket{le="${le}"} 1`),
      '_bucket{le="+Inf"} 2',
      '_sum 40.012',
      '_count 2',
      '_max 40'
    ]
  )
})

test('what is not known yet has no line, and a partition that went has none any more', async () => {
  const report = new RunReport()
  const metrics = new Metrics(() => report)
  assert.doesNotMatch(await metrics.text(), /Nan|Inf\b(?!")|\nheadcount_watermark_seconds/i)
  report.partitions.set('events-3', {
    clock: 0,
    watermark: -5_000,
    lag: 0,
    state: 'at-end',
    suspended: 0,
    late: 0
  })
  assert.match(await metrics.text(), /partition_watermark_seconds\{partition="events-3"\} -5\n/)
  report.partitions.clear()
  assert.doesNotMatch(await metrics.text(), /events-3/)
})

test('two scrapes in a row tell the same', async () => {
  const metrics = new Metrics(busyReport)
  const first = await metrics.text()
  assert.equal(await metrics.text(), first)
  const both = await Promise.all([metrics.text(), metrics.text()])
  assert.deepEqual(both, [first, first])
})

test('the monitoring guide lists these metrics and no others', () => {
  const page = readFileSync(new URL('../../docs/guides/monitoring.md', import.meta.url), 'utf8')
  const listed = [...page.matchAll(/^\| `(headcount_\w+)` \| (\w+) \|([^|]*)\|([^|]*)\|$/gm)]
  const rows = listed.map(([, name, type, labels, help]) => [
    name,
    type,
    labels!.trim(),
    help!.trim()
  ])
  assert.deepEqual(
    rows,
    metricTable.map(row => [
      `headcount_${row.name}`,
      row.type,
      row.type === 'histogram' ? '' : row.labels.map(label => `\`${label}\``).join(', '),
      row.help
    ])
  )
})
