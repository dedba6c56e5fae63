import { formatCount, formatDuration } from '../../core/units.ts'
import { FILTERED, TOMBSTONE } from '../../extract/columns.ts'
import type { RunReport } from '../../runtime/report.ts'

/** Share of rejected times from which shuffled days are the likely cause. */
const BAD_TIME_SHARE = 0.01

/**
 * What became of every frame, in a few lines: the sums close, and nothing is dropped without a word.
 */
export function endReport(
  report: RunReport,
  elapsedMs: number,
  rejectsTo: string | undefined
): string[] {
  return [
    sums(report, elapsedMs),
    ...rejected(report, rejectsTo),
    ...waiting(report),
    ...timeHint(report),
    ...tooLate(report),
    ...purged(report),
    ...audited(report),
    ...trouble(report)
  ]
}

/**
 * Exit status of a count of files: 1 when fine windows lost frames because parts of the input stood in
 * another order than their times. On a topic that is part of an ordinary day.
 */
export function fileStatus(report: RunReport): number {
  return report.tooLate().size > 0 || frames(report, 'too-late') > 0 ? 1 : 0
}

/** Exit status of a count of a topic that was not interrupted: 1 when stage 2 has refused some of it. */
export function topicStatus({ misfits }: RunReport): number {
  return misfits > 0 ? 1 : 0
}

/** Frames that none of the sums holds: 0, or headcount has a defect. */
export function unaccounted({ accounting }: RunReport): number {
  const { read, counted, rejected: refused, suspended, lost, byVerdict } = accounting
  return read - counted - refused - suspended - lost - byVerdict[TOMBSTONE]! - byVerdict[FILTERED]!
}

function sums(report: RunReport, elapsedMs: number): string {
  const { read, counted, late, rejected: refused, suspended, lost, byVerdict } = report.accounting
  const rate = (read * 1_000) / Math.max(elapsedMs, 1)
  const took = `${formatDuration(elapsedMs)} (${formatCount(rate)}/s)`
  const parts = [`${counted} counted${late > 0 ? `, ${late} of them late` : ''}`]
  const aside: [number, string][] = [
    [byVerdict[FILTERED]!, 'filtered'],
    [byVerdict[TOMBSTONE]!, 'tombstones'],
    [Math.max(0, suspended), 'suspended'],
    [lost, 'lost'],
    [unaccounted(report), 'not accounted for']
  ]
  for (const [count, word] of aside) if (count !== 0) parts.push(`${count} ${word}`)
  parts.push(`${refused} rejected`)
  // Below zero: frames that an earlier run suspended, and this one decided.
  const before = suspended < 0 ? ` and ${-suspended} suspended before` : ''
  return `${read} frames${before} in ${took}: ${parts.join(', ')}`
}

function* rejected(report: RunReport, rejectsTo: string | undefined): Iterable<string> {
  const { accounting, rejectsDropped } = report
  if (accounting.rejected > 0) {
    const reasons = accounting.reasons().map(({ reason, frames: count }) => `${reason} ${count}`)
    const where = rejectsTo ? `kept in ${rejectsTo}` : 'keep them with --rejects FILE'
    yield `rejected: ${reasons.join(', ')}; ${where}`
  }
  if (rejectsDropped > 0) {
    yield `${rejectsDropped} of the rejected frames were counted but not kept: too many at once`
  }
}

function* waiting({ partitions }: RunReport): Iterable<string> {
  let frames = 0
  for (const { suspended } of partitions.values()) frames += suspended
  if (frames === 0) return
  yield `suspended: for ${frames} frames too few have come after them to tell whether their times are right`
}

function* timeHint(report: RunReport): Iterable<string> {
  const bad = frames(report, 'bad-time')
  const { read } = report.accounting
  if (bad <= read * BAD_TIME_SHARE) return
  const share = `${((bad * 100) / read).toFixed(1)} %`
  const cure = 'when the frames of a day stand in no order, count again with --max-jump 1d'
  yield `${share} of the frames have a time that cannot be read or that nothing vouches for; ${cure}`
}

/** One line for each size that lost frames, with the cure. */
function* tooLate(report: RunReport): Iterable<string> {
  for (const [size, count] of report.tooLate()) {
    const cure = `keep windows longer, for example --keep ${size}=${longer(size)}`
    yield `${size}: ${count} frames came too late for their window and are counted in larger ones only; ${cure}`
  }
  const [smallest] = report.sizes
  if (smallest && report.tooLate().size === 0 && frames(report, 'too-late') > 0) {
    yield `${frames(report, 'too-late')} frames came too late for every window; keep windows longer, for example --keep ${smallest}=${longer(smallest)}`
  }
}

function* purged({ purged: bySize }: RunReport): Iterable<string> {
  for (const [size, count] of bySize) {
    if (count > 0) yield `${size}: ${count} frames came after their window was purged`
  }
}

function* audited({ audit }: RunReport): Iterable<string> {
  if (audit.windows === 0) return
  const worst = `${(audit.worstError * 100).toFixed(2)} %`
  yield `audit: ${audit.within} of ${audit.windows} minutes had their exact number between low and high; greatest error ${worst}`
}

function* trouble({ misfits, stopped }: RunReport): Iterable<string> {
  for (const why of stopped.values()) yield `${why}; final results wait for it`
  if (misfits > 0) {
    yield `the flushes of ${misfits} input partitions are refused until they go on where they stood; final results wait for that`
  }
}

function frames({ accounting }: RunReport, reason: string): number {
  return accounting.reasons().find(each => each.reason === reason)?.frames ?? 0
}

/** A keep well beyond the default of the size. */
function longer(size: string): string {
  if (/\dm$/.test(size)) return '30d'
  return size.endsWith('h') ? '400d' : '7300d'
}
