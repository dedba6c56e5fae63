import type { Terminal } from '../terminal.ts'
import { formatTable } from '../text-table.ts'
import type { BenchmarkResult } from './word-benchmark.ts'

/** The result as one line of JSON for each algorithm. */
export function benchmarkLines({ words, distinct, seeds, rows }: BenchmarkResult): string {
  return rows.map(row => `${JSON.stringify({ words, distinct, seeds, ...row })}\n`).join('')
}

/** The result for people. */
export function benchmarkTable(
  { words, distinct, seeds, rows }: BenchmarkResult,
  format: 'table' | 'csv',
  terminal: Terminal
): string {
  const head = ['algorithm', 'bytes stored', 'bytes in memory', 'count', 'error %']
  if (seeds > 1) head.push(`RMSE % over ${seeds} seeds`)
  head.push('ns per key')
  const cells = rows.map(row => {
    const { algorithm, storedBytes, memoryBytes, count, error, rmse, nsPerKey } = row
    const isWhole = format === 'table'
    const numbers = [storedBytes, memoryBytes, count].map(value =>
      value === undefined ? '' : isWhole ? value.toLocaleString('en-US') : String(value)
    )
    const line = [algorithm, ...numbers, percent(error)]
    if (seeds > 1) line.push(percent(rmse))
    return [...line, nsPerKey.toFixed(1)]
  })
  const table = formatTable(head, cells, format, terminal)
  if (format === 'csv') return table
  const [all, different] = [words, distinct].map(value => value.toLocaleString('en-US'))
  const notes = [
    `${all} words, ${different} different`,
    'bytes in memory: of the Set its measured growth of the heap, strings included; else the tables',
    'ns per key: CPU time of hash (Set: making the string) and update, per word of the text'
  ]
  return `${table}\n${notes.join('\n')}\n`
}

function percent(share: number): string {
  return (share * 100).toFixed(2)
}
