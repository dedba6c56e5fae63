import { formatCount, formatDuration } from '../../core/units.ts'
import { formatTime } from '../../result/result-record.ts'
import type { RunReport } from '../../runtime/report.ts'

const REASONS_MAX = 4

/**
 * How a count goes, in one line, and a second one when some frames were not simply counted:
 *
 *     1.2 M frames · 45 k/s · watermark 2016-07-11T13:42:00Z · lag 12 k · 4m 10s
 *     late 937 · suspended 3 · rejected 12 (bad-json 10, no-key 2)
 */
export function statusText(report: RunReport, perSecond: number, elapsedMs: number): string[] {
  const { framesRead, watermark, lag } = report
  const parts = [
    `${formatCount(framesRead)} frames`,
    `${formatCount(perSecond)}/s`,
    `watermark ${watermarkText(watermark)}`
  ]
  if (lag !== undefined) parts.push(`lag ${formatCount(lag)}`)
  parts.push(formatDuration(elapsedMs))
  const aside = asideText(report)
  return [parts.join(' · '), ...(aside === '' ? [] : [aside])]
}

function watermarkText(watermark: number): string {
  if (watermark === Number.POSITIVE_INFINITY) return 'at the end'
  return watermark === Number.NEGATIVE_INFINITY ? 'not known yet' : formatTime(watermark)
}

function asideText({ accounting, misfits, purged, stopped }: RunReport): string {
  const { late, suspended, lost, rejected } = accounting
  const parts: string[] = []
  if (late > 0) parts.push(`late ${formatCount(late)}`)
  if (suspended > 0) parts.push(`suspended ${formatCount(suspended)}`)
  if (rejected > 0) {
    const reasons = accounting.reasons().slice(0, REASONS_MAX)
    const texts = reasons.map(({ reason, frames }) => `${reason} ${formatCount(frames)}`)
    parts.push(`rejected ${formatCount(rejected)} (${texts.join(', ')})`)
  }
  const gone = [...purged.values()].reduce((sum, frames) => sum + frames, 0)
  if (gone > 0) parts.push(`purged ${formatCount(gone)}`)
  if (lost > 0) parts.push(`lost ${formatCount(lost)}`)
  if (misfits > 0) parts.push(`${misfits} partitions refused`)
  if (stopped.size > 0) parts.push(`${stopped.size} partitions stopped`)
  return parts.join(' · ')
}
