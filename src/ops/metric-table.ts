import { type Durations, durationBounds } from './durations.ts'
import type { PartitionFigures, RunFigures } from './run-figures.ts'

type Labels = Readonly<Record<string, string>>
/** One line of a metric: its labels and its value. */
export type Sample = readonly [labels: Labels, value: number]

interface MetricBase {
  /** Without the prefix `headcount_`. */
  readonly name: string
  readonly help: string
}

export interface PlainMetric extends MetricBase {
  readonly type: 'counter' | 'gauge'
  readonly labels: readonly string[]
  read(run: RunFigures): readonly Sample[]
}

export interface DurationMetric extends MetricBase {
  readonly type: 'histogram'
  read(run: RunFigures): Durations
}

export type MetricRow = PlainMetric | DurationMetric

/** Every metric of a count, documented in docs/guides/monitoring.md. Counters are those of this process. */
export const metricTable: readonly MetricRow[] = [
  counter('frames_total', 'Frames read, by what became of them', ['verdict'], run =>
    labelled('verdict', run.frames())
  ),
  counter('rejects_total', 'Rejected frames, by reason', ['reason'], run =>
    labelled('reason', run.rejects())
  ),
  counter('rejects_dropped_total', 'Rejected frames that were counted but not kept', [], run =>
    single(run.rejectsDropped)
  ),
  counter(
    'late_frames_total',
    'Counted frames behind the watermark of their partition',
    ['partition'],
    run => byPartition(run, ({ late }) => late)
  ),
  counter(
    'too_late_frames_total',
    'Frames too late for this window size, counted for larger ones',
    ['window'],
    run => labelled('window', run.tooLate())
  ),
  counter(
    'purged_frames_total',
    'Frames that came after their window was purged',
    ['window'],
    run => labelled('window', run.purged)
  ),
  gauge('suspended_frames', 'Frames whose time is not believed yet', ['partition'], run =>
    byPartition(run, ({ suspended }) => suspended)
  ),
  gauge('partition_clock_seconds', 'Newest event time that is believed', ['partition'], run =>
    byPartition(run, ({ clock }) => clock / 1_000)
  ),
  gauge(
    'partition_watermark_seconds',
    'Event time up to which the partition is complete',
    ['partition'],
    run => byPartition(run, ({ watermark }) => watermark / 1_000)
  ),
  gauge(
    'partition_lag_records',
    'Records of the partition that are not read yet',
    ['partition'],
    run => byPartition(run, ({ lag }) => lag ?? Number.NaN)
  ),
  gauge(
    'partition_behind',
    '1 while the partition is not read to its end, else 0',
    ['partition'],
    run => byPartition(run, ({ state }) => (state === 'behind' || state === 'paused' ? 1 : 0))
  ),
  gauge(
    'partition_paused',
    '1 while the partition is not read because it is too far ahead of the slowest, else 0',
    ['partition'],
    run => byPartition(run, ({ state }) => (state === 'paused' ? 1 : 0))
  ),
  gauge('watermark_seconds', 'Event time up to which windows are closed', [], run =>
    single(run.watermark / 1_000)
  ),
  gauge('misfit_partitions', 'Input partitions whose flushes are refused now', [], run =>
    single(run.misfits)
  ),
  gauge(
    'stopped_partitions',
    'Input partitions that are not read any more, because input is gone',
    [],
    run => single(run.stopped.size)
  ),
  counter(
    'input_lost_records_total',
    'Records that were gone before they were read, or were cut off after',
    ['partition'],
    run => labelled('partition', run.inputLost)
  ),
  histogram('flush_seconds', 'Time that a flush of stage 1 took', run => run.flushTimes),
  gauge('flush_seconds_max', 'Longest flush so far', [], run => single(run.flushTimes.max)),
  histogram('commit_seconds', 'Time that a commit of stage 2 took', run => run.commitTimes),
  gauge('commit_seconds_max', 'Longest commit so far', [], run => single(run.commitTimes.max)),
  gauge('state_bytes', 'Bytes of the state cache', [], run => single(run.stateBytes)),
  gauge('open_windows', 'Windows and panes that are not closed', [], run =>
    single(run.openWindows)
  ),
  gauge('cached_windows', 'Windows whose running union is in memory', [], run =>
    single(run.cachedWindows)
  ),
  gauge('groups', 'Groups with windows of their own', [], run => single(run.groups)),
  gauge('groups_in_other', 'Groups that are counted in other, beyond --max-groups', [], run =>
    single(run.groupsInOther)
  ),
  counter('results_total', 'Results said, by status', ['status'], run =>
    labelled('status', Object.entries(run.results))
  ),
  counter('audit_windows_total', 'Windows that were compared with an exact count', [], run =>
    single(run.audit.windows)
  ),
  counter(
    'audit_windows_within_total',
    'Audited windows with the truth between low and high',
    [],
    run => single(run.audit.within)
  ),
  gauge('audit_worst_error_ratio', 'Greatest relative error that the audit has seen', [], run =>
    single(run.audit.worstError)
  ),
  gauge('warnings', 'Different warnings so far; the log has their texts', [], run =>
    single(run.warnings.list().length)
  )
]

/** Cumulative counts as Prometheus wants them, the last one for everything. */
export function cumulative(durations: Durations): { le: string; count: number }[] {
  let count = 0
  return [...durations.byBound].map((each, i) => {
    count += each
    return { le: i < durationBounds.length ? String(durationBounds[i]) : '+Inf', count }
  })
}

function counter(
  name: string,
  help: string,
  labels: readonly string[],
  read: PlainMetric['read']
): MetricRow {
  return { name, type: 'counter', help, labels, read }
}

function gauge(
  name: string,
  help: string,
  labels: readonly string[],
  read: PlainMetric['read']
): MetricRow {
  return { name, type: 'gauge', help, labels, read }
}

function histogram(name: string, help: string, read: DurationMetric['read']): MetricRow {
  return { name, type: 'histogram', help, read }
}

/** What is not known has no line: an alert on a number that nobody measured would be noise. */
function known(samples: readonly Sample[]): readonly Sample[] {
  return samples.filter(([, value]) => Number.isFinite(value))
}

function single(value: number): readonly Sample[] {
  return known([[{}, value]])
}

function labelled(label: string, entries: Iterable<readonly [string, number]>): readonly Sample[] {
  return known([...entries].map(([name, value]) => [{ [label]: name }, value]))
}

function byPartition(
  { partitions }: RunFigures,
  value: (partition: PartitionFigures) => number
): readonly Sample[] {
  return labelled(
    'partition',
    [...partitions].map(([name, each]) => [name, value(each)] as const)
  )
}
