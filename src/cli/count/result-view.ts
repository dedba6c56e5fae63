import { LatestResults } from '../../result/latest-results.ts'
import { csvHeading, csvRow } from '../../result/result-csv.ts'
import type { ResultRecord } from '../../result/result-record.ts'
import { ResultTable } from '../../result/result-table.ts'
import type { RunReport } from '../../runtime/report.ts'
import type { Terminal } from '../terminal.ts'

export type ResultFormat = 'table' | 'jsonl' | 'csv'

/** Beyond this many windows a table no longer waits for the end. */
const HELD_MAX = 10_000

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

/** Every result as it comes, one line each; `sample` makes a table's columns fit. */
export class LineView implements ResultView {
  private readonly stdout: Terminal
  private readonly row: (result: ResultRecord) => string
  private heading: string | undefined

  constructor(
    stdout: Terminal,
    format: ResultFormat,
    by: readonly string[],
    sample: readonly ResultRecord[] = []
  ) {
    this.stdout = stdout
    if (format === 'jsonl') {
      this.row = record => JSON.stringify(record)
    } else if (format === 'csv') {
      this.heading = csvHeading(by)
      this.row = record => csvRow(record, by)
    } else {
      const table = new ResultTable(by, sample)
      this.heading = table.heading()
      this.row = record => table.row(record)
    }
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
  private readonly stdout: Terminal
  private readonly by: readonly string[]
  private readonly held = new LatestResults()
  private lines: LineView | undefined

  constructor(stdout: Terminal, by: readonly string[]) {
    this.stdout = stdout
    this.by = by
  }

  async show(result: ResultRecord): Promise<void> {
    if (this.lines) return this.lines.show(result)
    this.held.take(result)
    // More than anybody reads at once, and too much to hold: from here on rows come as they change.
    if (this.held.size > HELD_MAX) await this.release()
  }

  tick(): void {}

  async end(): Promise<void> {
    await this.release()
    await this.lines?.end()
  }

  private async release(): Promise<void> {
    if (this.lines) return
    const results = this.held.sorted()
    this.held.clear()
    const lines = new LineView(this.stdout, 'table', this.by, results)
    this.lines = lines
    for (const result of results) await lines.show(result)
  }
}
