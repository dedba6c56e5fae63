import { padCell, textWidth, valueCell } from './cell.ts'
import { localTime } from './local-time.ts'
import { otherOf, type ResultGroup } from './result-group.ts'
import type { ResultRecord } from './result-record.ts'

interface Column {
  readonly title: string
  readonly width: number
  readonly right: boolean
  cell(record: ResultRecord): string
}

const GROUP_WIDTH_MIN = 12

/**
 * Results as rows of a table for people. Columns have fixed widths, so that rows can be written as they
 * come; `sample` makes them fit what is known already.
 */
export class ResultTable {
  private readonly columns: readonly Column[]

  constructor(by: readonly string[], sample: readonly ResultRecord[] = []) {
    const group = by.map((name, index) => groupColumn(by, name, index))
    this.columns = [...FIRST, ...group, ...LAST].map(column => ({
      ...column,
      width: sample.reduce(
        (width, record) => Math.max(width, textWidth(column.cell(record))),
        Math.max(column.width, textWidth(column.title))
      )
    }))
  }

  /** Without a line end. */
  heading(): string {
    return this.line(({ title }) => title)
  }

  /** One result, without a line end. */
  row(record: ResultRecord): string {
    return this.line(column => column.cell(record))
  }

  private line(cell: (column: Column) => string): string {
    return this.columns
      .map(column => padCell(cell(column), column.width, column.right))
      .join('  ')
      .trimEnd()
  }
}

const FIRST: readonly Column[] = [
  { title: 'window', width: 6, right: false, cell: ({ window }) => window },
  { title: 'start', width: 20, right: false, cell: ({ start, zone }) => localTime(start, zone) }
]

const LAST: readonly Column[] = [
  { title: 'uniques', width: 11, right: true, cell: ({ uniques }) => grouped(uniques) },
  { title: 'bounds', width: 23, right: true, cell: bounds },
  { title: 'frames', width: 12, right: true, cell: ({ frames }) => grouped(frames) },
  { title: 'late', width: 9, right: true, cell: ({ late }) => grouped(late) },
  { title: 'status', width: 20, right: false, cell: status }
]

function groupColumn(by: readonly string[], name: string, index: number): Column {
  const cell = ({ group }: ResultRecord): string => groupCell(group, by, index)
  return { title: valueCell(name), width: GROUP_WIDTH_MIN, right: false, cell }
}

/** Total and *other* have no values: they are named in the first column. */
function groupCell(group: ResultGroup, by: readonly string[], index: number): string {
  if (group === null) return index === 0 ? '(total)' : ''
  const other = otherOf(group, by)
  if (other !== undefined) return index === 0 ? `(other ${other})` : ''
  return valueCell(group[by[index]!] ?? null)
}

function bounds({ low, high, confidence }: ResultRecord): string {
  if (low === high) return 'exact'
  const unusual = confidence === 0.95 ? '' : ` at ${Math.round(confidence * 1_000) / 10}%`
  return `${grouped(low)} – ${grouped(high)}${unusual}`
}

function status({ status: said, closedBy, lost, audit }: ResultRecord): string {
  const closed = closedBy && said === 'final' ? ` (${closedBy})` : ''
  const lacking = lost === undefined ? '' : `, lacks ≤ ${grouped(lost)}`
  return `${said}${closed}${lacking}${audit ? `, audit ${grouped(audit.exact)}` : ''}`
}

/** 1234567 → `1 234 567`: readable in every locale. */
function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ' ')
}
