import type { ResultRecord } from './result-record.ts'

const COLUMNS = ['window', 'start', 'uniques', 'bounds', 'frames', 'late', 'status'] as const
type Column = (typeof COLUMNS)[number]
const WIDTHS: Readonly<Record<Column, number>> = {
  window: 6,
  start: 20,
  uniques: 11,
  bounds: 23,
  frames: 12,
  late: 9,
  status: 20
}
const LEFT: ReadonlySet<Column> = new Set(['window', 'start', 'status'])

/** Heading of the table, without a line end. */
export function tableHeading(): string {
  return COLUMNS.map(column => pad(column, column === 'bounds' ? '95% bounds' : column))
    .join('  ')
    .trimEnd()
}

/** One result as a row of the table, without a line end. */
export function tableRow(record: ResultRecord): string {
  const values: Record<Column, string> = {
    window: record.window,
    start: record.start,
    uniques: grouped(record.uniques),
    bounds: bounds(record),
    frames: grouped(record.frames),
    late: grouped(record.late),
    status: status(record)
  }
  return COLUMNS.map(column => pad(column, values[column]))
    .join('  ')
    .trimEnd()
}

function bounds(record: ResultRecord): string {
  if (record.low === record.high) return 'exact'
  return `${grouped(record.low)} – ${grouped(record.high)}`
}

function status(record: ResultRecord): string {
  const closed = record.closedBy && record.status === 'final' ? ` (${record.closedBy})` : ''
  return `${record.status}${closed}`
}

/** 1234567 → `1 234 567`: readable in every locale. */
function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ' ')
}

function pad(column: Column, value: string): string {
  return LEFT.has(column) ? value.padEnd(WIDTHS[column]) : value.padStart(WIDTHS[column])
}
