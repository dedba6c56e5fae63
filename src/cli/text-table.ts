import type { Terminal } from './terminal.ts'

/** Rows as aligned columns (`table`) or RFC 4180 lines (`csv`), with a head. Numbers go right. */
export function formatTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  format: 'table' | 'csv',
  terminal: Terminal
): string {
  if (format === 'csv') {
    return [head, ...rows].map(row => `${row.map(csvField).join(',')}\r\n`).join('')
  }
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map(row => row[column]?.length ?? 0))
  )
  const right = head.map((_, column) => rows.every(row => /^[\d.,]+$/.test(row[column] ?? '')))
  const layOut = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        right[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)
      )
      .join('  ')
      .trimEnd()
  return [terminal.style('bold', layOut(head)), ...rows.map(layOut)]
    .map(line => `${line}\n`)
    .join('')
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
