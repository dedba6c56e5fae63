import { formatCount, formatDuration } from '../../core/units.ts'
import type { RunReport } from '../../runtime/report.ts'

/**
 * What became of every frame, in one to three lines: the sums close, and nothing is dropped without
 * a word.
 */
export function endReport(
  report: RunReport,
  elapsedMs: number,
  rejectsTo: string | undefined
): string[] {
  const { accounting } = report
  const { read, counted, late, rejected } = accounting
  const tombstones = read - counted - rejected
  const rate = (read * 1_000) / Math.max(elapsedMs, 1)
  const took = `${formatDuration(elapsedMs)} (${formatCount(rate)}/s)`
  const parts = [`${counted} counted${late > 0 ? `, ${late} of them late` : ''}`]
  if (tombstones > 0) parts.push(`${tombstones} tombstones`)
  parts.push(`${rejected} rejected`)
  const lines = [`${read} frames in ${took}: ${parts.join(', ')}`]
  if (rejected > 0) {
    const reasons = accounting.reasons().map(({ reason, frames }) => `${reason} ${frames}`)
    const where = rejectsTo ? `kept in ${rejectsTo}` : 'keep them with --rejects FILE'
    lines.push(`rejected: ${reasons.join(', ')}; ${where}`)
  }
  if (report.rejectsDropped > 0) {
    lines.push(
      `${report.rejectsDropped} of the rejected frames were counted but not kept: too many at once`
    )
  }
  if (report.overlaps > 0) {
    lines.push(
      `${report.overlaps} flushes were repeated after a crash: uniques are right, frames of their windows may be too high`
    )
  }
  if (report.gaps > 0) {
    lines.push(
      `${report.gaps} flushes began behind the end of the one before: stored offsets were moved, what lies between is not counted`
    )
  }
  return lines
}
