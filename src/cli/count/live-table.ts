import type { Clock } from '../../port/clock.ts'
import { LatestResults } from '../../result/latest-results.ts'
import type { ResultRecord } from '../../result/result-record.ts'
import { ResultTable } from '../../result/result-table.ts'
import type { RunReport } from '../../runtime/report.ts'
import type { Terminal } from '../terminal.ts'
import { RateMeter } from './rate-meter.ts'
import { LineView, type ResultView } from './result-view.ts'
import { statusText } from './status-text.ts'

const OPEN_ROWS_MAX = 12
/** Open windows held for the rows below; of more, the oldest are no longer followed. */
const OPEN_HELD_MAX = 20_000

/**
 * The view of a live count: closed windows scroll past as rows that stay, open ones stand below and
 * change in place, with lines about how the count goes.
 */
export class LiveTable implements ResultView {
  private readonly stdout: Terminal
  private readonly lines: LineView
  private readonly table: ResultTable
  private readonly clock: Clock
  private readonly started: number
  private readonly rate: RateMeter
  private readonly open = new LatestResults()

  constructor(stdout: Terminal, clock: Clock, by: readonly string[]) {
    this.stdout = stdout
    this.lines = new LineView(stdout, 'table', by)
    this.table = new ResultTable(by)
    this.clock = clock
    this.started = clock.now()
    this.rate = new RateMeter(this.started)
  }

  async show(result: ResultRecord): Promise<void> {
    if (result.status === 'provisional') {
      this.open.take(result)
      if (this.open.size > OPEN_HELD_MAX) this.forget()
      return
    }
    this.open.remove(result)
    await this.lines.show(result)
  }

  tick(report: RunReport): void {
    const rows = largest(this.open.sorted())
    const { status } = this.stdout
    const now = this.clock.now()
    const hidden = this.open.size - rows.length
    const more = hidden > 0 ? [`… and ${hidden} more open windows`] : []
    status.show(
      ...(rows.length > 0 ? [this.stdout.style('dim', this.table.heading())] : []),
      ...rows.map(row => this.stdout.style('cyan', this.table.row(row))),
      ...more,
      ...statusText(report, this.rate.observe(now, report.framesRead), now - this.started)
    )
  }

  async end(): Promise<void> {
    this.stdout.status.clear()
    for (const result of this.open.sorted()) await this.lines.show(result)
    await this.lines.end()
  }

  private forget(): void {
    for (const result of this.open.sorted().slice(0, OPEN_HELD_MAX / 2)) this.open.remove(result)
  }
}

/**
 * The rows that fit: the newest window of each size first, of its groups those with most uniques;
 * in the order of `sorted`.
 */
function largest(results: readonly ResultRecord[]): ResultRecord[] {
  if (results.length <= OPEN_ROWS_MAX) return [...results]
  const chosen = [...results]
    .sort(
      (left, right) =>
        Date.parse(right.start) - Date.parse(left.start) || right.uniques - left.uniques
    )
    .slice(0, OPEN_ROWS_MAX)
  const set = new Set(chosen)
  return results.filter(result => set.has(result))
}
