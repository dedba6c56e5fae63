import { RunReport } from '../../src/runtime/report.ts'

/** A run with something in every figure. */
export function busyReport(): RunReport {
  const report = new RunReport()
  report.started = true
  const { accounting } = report
  accounting.read = 1_016
  accounting.byVerdict[0] = 1_000
  accounting.byVerdict[1] = 1
  accounting.byVerdict[2] = 7
  accounting.byVerdict[4] = 3
  accounting.byVerdict[9] = 2
  accounting.suspended = 2
  accounting.lost = 1
  report.sizes = ['1m', '1h']
  accounting.tooLate[0] = 4
  report.purged.set('1m', 5)
  report.rejectsDropped = 6
  report.watermark = Date.UTC(2016, 6, 11, 13, 42)
  report.partitions.set('events-0', {
    clock: Date.UTC(2016, 6, 11, 13, 42, 5),
    watermark: Date.UTC(2016, 6, 11, 13, 42),
    lag: 12,
    state: 'behind',
    suspended: 2,
    late: 9
  })
  report.partitions.set('odd "name"\n', {
    clock: Number.NEGATIVE_INFINITY,
    watermark: Number.NEGATIVE_INFINITY,
    lag: undefined,
    state: 'idle',
    suspended: 0,
    late: 0
  })
  report.stopped.set('events-3', 'events-3 is not read any more: offset 5 is gone')
  report.inputLost.set('events-4', 70)
  report.flushTimes.observe(12)
  report.flushTimes.observe(40_000)
  report.commitTimes.observe(250)
  report.stateBytes = 4_096
  report.openWindows = 3
  report.cachedWindows = 2
  report.groups = 10
  report.groupsInOther = 1
  report.results.final = 8
  report.audit.windows = 20
  report.audit.within = 19
  report.audit.worstError = 0.021
  report.warnings.add('clock-ahead events-0', 'clock of partition 0 seems ahead by 1h')
  return report
}
