import { LatestResults } from '../../result/latest-results.ts'
import { csvHeading, csvRow } from '../../result/result-csv.ts'
import type { ResultRecord } from '../../result/result-record.ts'
import { tableHeading, tableRow } from '../../result/result-table.ts'
import type { RunReport } from '../../runtime/report.ts'
import type { Terminal } from '../terminal.ts'

export type ResultFormat = 'table' | 'jsonl' | 'csv'

/** How results of a count reach the reader, one by one. */
export interface ResultView {
  show(result: ResultRecord): Promise<void>
  /** Called a few times a second, for what changes between results. */
  tick(report: RunReport): void
  end(): Promise<void>
}

/** `auto` is a table on a terminal and JSONL otherwise. */
export function resultFormat(asked: ResultFormat | 'auto', stdout: Terminal): ResultFormat {
  if (asked !== 'auto') return asked
  return stdout.isTerminal ? 'table' : 'jsonl'
}

/** Every result as it comes, one line each. */
export class LineView implements ResultView {
  private readonly stdout: Terminal
  private readonly row: (result: ResultRecord) => string
  private heading: string | undefined

  constructor(stdout: Terminal, format: ResultFormat) {
    this.stdout = stdout
    this.row = format === 'jsonl' ? JSON.stringify : format === 'csv' ? csvRow : tableRow
    this.heading = format === 'jsonl' ? undefined : format === 'csv' ? csvHeading : tableHeading()
  }

  async show(result: ResultRecord): Promise<void> {
    await this.head()
    await this.stdout.line(this.row(result))
  }

  tick(): void {}

  end(): Promise<void> {
    return this.head()
  }

  private async head(): Promise<void> {
    if (this.heading === undefined) return
    const heading = this.heading
    this.heading = undefined
    await this.stdout.line(heading)
  }
}

/** One table at the end, with the last word on each window: for files. */
export class TableAtEnd implements ResultView {
  private readonly lines: LineView
  private readonly latest = new LatestResults()

  constructor(stdout: Terminal) {
    this.lines = new LineView(stdout, 'table')
  }

  async show(result: ResultRecord): Promise<void> {
    this.latest.take(result)
  }

  tick(): void {}

  async end(): Promise<void> {
    for (const result of this.latest.sorted()) await this.lines.show(result)
    await this.lines.end()
  }
}
