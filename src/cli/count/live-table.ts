import { formatCount, formatDuration } from '../../core/units.ts'
import type { Clock } from '../../port/clock.ts'
import { LatestResults } from '../../result/latest-results.ts'
import { formatTime, type ResultRecord } from '../../result/result-record.ts'
import { tableHeading, tableRow } from '../../result/result-table.ts'
import type { RunReport } from '../../runtime/report.ts'
import type { Terminal } from '../terminal.ts'
import { LineView, type ResultView } from './result-view.ts'

const OPEN_ROWS_MAX = 12

/**
 * The view of a live count: closed windows scroll past as rows that stay, open ones stand below and
 * change in place, with a line about how the count goes.
 */
export class LiveTable implements ResultView {
  private readonly stdout: Terminal
  private readonly lines: LineView
  private readonly clock: Clock
  private readonly started: number
  private open = new LatestResults()

  constructor(stdout: Terminal, clock: Clock) {
    this.stdout = stdout
    this.lines = new LineView(stdout, 'table')
    this.clock = clock
    this.started = clock.now()
  }

  async show(result: ResultRecord): Promise<void> {
    if (result.status === 'provisional') {
      this.open.take(result)
      return
    }
    this.open.remove(result)
    await this.lines.show(result)
  }

  tick(report: RunReport): void {
    const rows = this.open.sorted().slice(-OPEN_ROWS_MAX)
    const { status } = this.stdout
    status.show(
      ...(rows.length > 0 ? [this.stdout.style('dim', tableHeading())] : []),
      ...rows.map(row => this.stdout.style('cyan', tableRow(row))),
      statusText(report, this.clock.now() - this.started)
    )
  }

  async end(): Promise<void> {
    this.stdout.status.clear()
    for (const result of this.open.sorted()) await this.lines.show(result)
    await this.lines.end()
  }
}

/** `1.2 M frames · 45 k/s · watermark 2016-07-11T13:42:00Z · lag 12 k · late 937 · rejected 12`. */
export function statusText(report: RunReport, elapsedMs: number): string {
  const { accounting, framesRead, watermark, lag } = report
  const parts = [
    `${formatCount(framesRead)} frames`,
    `${formatCount((framesRead * 1_000) / Math.max(elapsedMs, 1))}/s`,
    `watermark ${Number.isFinite(watermark) ? formatTime(watermark) : 'not known yet'}`
  ]
  if (lag !== undefined) parts.push(`lag ${formatCount(lag)}`)
  if (accounting.late > 0) parts.push(`late ${formatCount(accounting.late)}`)
  if (accounting.rejected > 0) parts.push(`rejected ${formatCount(accounting.rejected)}`)
  parts.push(formatDuration(elapsedMs))
  return parts.join(' · ')
}
