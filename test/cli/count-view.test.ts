import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { endReport, fileStatus, topicStatus, unaccounted } from '../../src/cli/count/end-report.ts'
import { RateMeter } from '../../src/cli/count/rate-meter.ts'
import { statusText } from '../../src/cli/count/status-text.ts'
import {
  BAD_JSON,
  COUNTED,
  FILTERED,
  NO_KEY,
  TOMBSTONE,
  TOO_LATE
} from '../../src/extract/columns.ts'
import { RunReport } from '../../src/runtime/report.ts'

function report(): RunReport {
  const made = new RunReport()
  made.framesRead = 1_200_000
  const { accounting } = made
  accounting.read = 1_200_000
  accounting.byVerdict[COUNTED] = 1_199_000
  accounting.byVerdict[TOMBSTONE] = 10
  accounting.byVerdict[BAD_JSON] = 900
  accounting.byVerdict[NO_KEY] = 90
  accounting.late = 937
  return made
}

describe('the end report', () => {
  test('accounts for every frame, and says where rejects are', () => {
    const lines = endReport(report(), 2_000, 'bad.jsonl')
    assert.match(
      lines[0]!,
      /^1200000 frames in 2s .*: 1199000 counted, 937 of them late, 10 tombstones, 990 rejected$/
    )
    assert.equal(lines[1], 'rejected: bad-json 900, no-key 90; kept in bad.jsonl')
    assert.match(endReport(report(), 2_000, undefined)[1]!, /--rejects FILE$/)
  })

  test('its sums close: what none of them holds is owned up to', () => {
    const made = report()
    assert.equal(unaccounted(made), 0)
    const { accounting } = made
    accounting.read += 11
    accounting.byVerdict[FILTERED] = 5
    accounting.suspended = 3
    accounting.lost = 2
    assert.match(
      endReport(made, 2_000, 'x')[0]!,
      /5 filtered, 10 tombstones, 3 suspended, 2 lost, 1 not accounted for, 990 rejected$/
    )
  })

  test('tells of frames that still wait, and of those that an earlier run left', () => {
    const made = report()
    made.accounting.suspended = -4
    made.accounting.read -= 4
    made.partitions.set('events-0', {
      clock: 0,
      watermark: 0,
      lag: 0,
      state: 'at-end',
      suspended: 2,
      late: 0
    })
    const lines = endReport(made, 2_000, 'x')
    assert.match(lines[0]!, /^1199996 frames and 4 suspended before in 2s .* 990 rejected$/)
    assert.equal(unaccounted(made), 0)
    assert.match(lines[2]!, /^suspended: for 2 frames too few have come after them /)
  })

  test('names each size that frames came too late for, with the cure', () => {
    const made = report()
    assert.equal(fileStatus(made), 0)
    made.sizes = ['1m', '1h', '1mo']
    made.accounting.tooLate[0] = 12
    made.accounting.tooLate[2] = 1
    const lines = endReport(made, 2_000, 'x').slice(2)
    assert.equal(lines.length, 2)
    assert.match(lines[0]!, /^1m: 12 frames came too late .*--keep 1m=30d$/)
    assert.match(lines[1]!, /^1mo: 1 frames .*--keep 1mo=7300d$/)
    assert.equal(fileStatus(made), 1)
  })

  test('a frame too late for every size is the same trouble', () => {
    const made = report()
    made.sizes = ['1h']
    made.accounting.byVerdict[TOO_LATE] = 4
    assert.equal(fileStatus(made), 1)
    assert.match(endReport(made, 2_000, 'x').at(-1)!, /^4 frames .*every window.*--keep 1h=400d$/)
  })

  test('hints at shuffled days when more than 1 % of the times are refused', () => {
    const made = new RunReport()
    made.accounting.read = 1_000
    made.accounting.byVerdict[COUNTED] = 990
    made.accounting.byVerdict[7] = 10
    assert.ok(!endReport(made, 1, 'x').some(line => line.includes('--max-jump')))
    made.accounting.byVerdict[COUNTED] = 989
    made.accounting.byVerdict[7] = 11
    assert.match(endReport(made, 1, 'x').at(-1)!, /^1\.1 % of the frames .*--max-jump 1d$/)
  })

  test('owns up to stopped partitions, refused flushes and purged frames', () => {
    const made = report()
    made.stopped.set('events-1', 'events-1 is not read any more: offset 5 is gone')
    assert.match(endReport(made, 1, 'x').at(-1)!, /^events-1 is not read .* final results wait/)
    assert.match(statusText(made, 0, 0)[1]!, /1 partitions stopped/)
    assert.equal(topicStatus(made), 0)
    made.misfits = 1
    assert.equal(topicStatus(made), 1)
    assert.match(endReport(made, 2_000, 'x').at(-1)!, /of 1 input partitions are refused/)
    made.purged.set('1m', 8)
    assert.ok(
      endReport(made, 2_000, 'x').includes('1m: 8 frames came after their window was purged')
    )
  })
})

describe('the status lines', () => {
  test('say how it goes, also before anything is known', () => {
    assert.deepEqual(statusText(new RunReport(), 0, 0), [
      '0 frames · 0/s · watermark not known yet · 0ms'
    ])
    const ended = new RunReport()
    ended.watermark = Number.POSITIVE_INFINITY
    assert.match(statusText(ended, 0, 0)[0]!, / · watermark at the end · /)
    const running = report()
    running.watermark = Date.UTC(2016, 6, 11, 13, 42)
    running.lag = 12_000
    running.accounting.suspended = 3
    running.accounting.lost = 1
    running.purged.set('1m', 4)
    assert.deepEqual(statusText(running, 600_000, 2_000), [
      '1.2 M frames · 600 k/s · watermark 2016-07-11T13:42:00Z · lag 12 k · 2s',
      'late 937 · suspended 3 · rejected 990 (bad-json 900, no-key 90) · purged 4 · lost 1'
    ])
  })

  test('tell the rate of the last seconds, not of the whole run', () => {
    const rate = new RateMeter(0)
    assert.equal(rate.observe(0, 0), 0)
    for (let second = 1; second <= 60; second++) {
      assert.equal(rate.observe(second * 1_000, second * 100), 100)
    }
    for (let second = 61; second <= 70; second++) rate.observe(second * 1_000, 6_000)
    assert.equal(rate.observe(71_000, 6_000), 0)
  })
})
