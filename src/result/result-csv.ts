import { type GroupValue, otherOf, type ResultGroup } from './result-group.ts'
import type { ResultRecord } from './result-record.ts'

const BEFORE_GROUP = ['window', 'start', 'end'] as const
const AFTER_GROUP = [
  'uniques',
  'low',
  'high',
  'frames',
  'late',
  'status',
  'revision',
  'closedBy',
  'method',
  'lost'
] as const
const OWN: ReadonlySet<string> = new Set([...BEFORE_GROUP, ...AFTER_GROUP, 'group'])

/** What a spreadsheet would take for a formula, and our own mark against that (OWASP, CSV injection). */
const FORMULA = /^[=+\-@\t\r'＝＋－＠]/

/**
 * Heading of the CSV form (RFC 4180), without a line end. With `--by` fields there is a column for
 * each, `by.` before a name that we have ourselves, and `group`: `values`, `total` or `other N`.
 */
export function csvHeading(by: readonly string[]): string {
  const fields = by.map(name => field(OWN.has(name) ? `by.${name}` : name))
  const group = by.length > 0 ? ['group', ...fields] : []
  return [...BEFORE_GROUP, ...group, ...AFTER_GROUP].join(',')
}

/**
 * One result. A missing value is empty, an empty text is `""`. A text that a spreadsheet would run
 * gets a `'` in front, one that begins with `'` another one: take one away to have the value.
 */
export function csvRow(record: ResultRecord, by: readonly string[]): string {
  const group = by.length > 0 ? groupFields(record.group, by) : []
  return [
    ...BEFORE_GROUP.map(column => record[column]),
    ...group,
    ...AFTER_GROUP.map(column => record[column] ?? '')
  ].join(',')
}

function groupFields(group: ResultGroup, by: readonly string[]): string[] {
  const other = otherOf(group, by)
  const kind = other !== undefined ? `other ${other}` : group === null ? 'total' : 'values'
  const values = by.map(name => (kind === 'values' ? field(group?.[name] ?? null) : ''))
  return [kind, ...values]
}

function field(value: GroupValue): string {
  if (value === null) return ''
  if (typeof value !== 'string') return String(value)
  if (value === '') return '""'
  const safe = FORMULA.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
