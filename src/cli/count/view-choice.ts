import type { CommandContext } from '../command.ts'
import { LiveTable } from './live-table.ts'
import { LineView, type ResultView, resultFormat, TableAtEnd } from './result-view.ts'

/** How a count shows its results: `by` are its `--by` fields, `bounded` is a count of files. */
export function resultView(
  context: CommandContext,
  bounded: boolean,
  by: readonly string[]
): ResultView {
  const { options, stdout, clock } = context
  const format = resultFormat(options.get('format'), stdout)
  if (format !== 'table') return new LineView(stdout, format, by)
  if (bounded) return new TableAtEnd(stdout, by)
  return stdout.isTerminal ? new LiveTable(stdout, clock, by) : new LineView(stdout, format, by)
}
