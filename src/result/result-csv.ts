import type { ResultRecord } from './result-record.ts'

const COLUMNS = [
  'window',
  'start',
  'end',
  'uniques',
  'low',
  'high',
  'frames',
  'late',
  'status',
  'revision',
  'closedBy',
  'method'
] as const satisfies readonly (keyof ResultRecord)[]

/** Heading of the CSV form (RFC 4180), without a line end. */
export const csvHeading: string = COLUMNS.join(',')

/** One result; no value of these columns can hold a comma, a quote or a line end. */
export function csvRow(record: ResultRecord): string {
  return COLUMNS.map(column => record[column] ?? '').join(',')
}
