import type { LineChart, Panel, Series } from './line-chart.ts'
import type { Accuracy } from './point.ts'
import { keepsCoupons, type StudiedKind, studiedKinds, theoreticalError } from './theory.ts'

/** The confidence that the summary and the charts are about: the second of three. */
const MIDDLE = 1

/** Error and coverage of one kind over the number of keys, one colour for each precision. */
export function kindChart(
  kind: StudiedKind,
  rows: readonly Accuracy[],
  keysMax: number
): LineChart {
  const precisions = [...new Set(rows.map(row => row.precision))]
  const top = roundedUp(Math.max(...rows.map(row => row.rmse * 100)))
  const panels = [...new Set(rows.map(row => row.parts))].flatMap(parts => {
    const own = rows.filter(row => row.parts === parts)
    const series = (mark: Series['mark'], value: (row: Accuracy) => number): readonly Series[] =>
      precisions.map((precision, colour) => ({
        colour,
        mark,
        points: own
          .filter(row => row.precision === precision)
          .map(row => [row.keys, value(row)] as const)
      }))
    const from = parts === 1 ? 'one sketch' : `merged from ${parts}`
    const error: Panel = {
      title: `${from}: error (RMSE)`,
      low: 0,
      high: top.high,
      ticks: top.ticks,
      unit: ' %',
      series: [
        ...series('line', row => theoreticalError(kind, row.precision, row.keys) * 100),
        ...series('dots', row => row.rmse * 100)
      ]
    }
    const coverage: Panel = {
      title: `${from}: truth inside the 95 % interval`,
      low: 90,
      high: 100,
      ticks: [90, 92, 94, 96, 98, 100],
      unit: ' %',
      band: [93, 97],
      series: series('both', row => row.coverage[MIDDLE]! * 100)
    }
    return [error, coverage]
  })
  return {
    title: `${kind}: error and coverage`,
    legend: precisions.map(precision => `lgK ${precision}`),
    remark: 'dots: measured; lines of the error: theory; shaded: 93 to 97 %',
    xTitle: 'different keys',
    decades: Math.ceil(Math.log10(keysMax)),
    panels
  }
}

/** The end of an axis and its ticks, a little above the largest percentage; a full bitmap has no limit. */
function roundedUp(found: number): { high: number; ticks: readonly number[] } {
  const largest = Math.min(found, 95)
  const step = largest > 20 ? 20 : largest > 8 ? 2 : largest > 2.5 ? 1 : largest > 1 ? 0.5 : 0.1
  const count = Math.ceil((largest * 1.05) / step)
  const ticks = Array.from({ length: count + 1 }, (_, i) => Number((i * step).toFixed(1)))
  return { high: count * step, ticks }
}

const HEAD = [
  'kind',
  'lgK',
  'parts',
  'points',
  'runs a point',
  'RMSE / theory, mean (largest)',
  'largest bias',
  'inside 95 %, mean (from to)',
  'inside 68 %',
  'inside 99.7 %'
]

/** The summary: for each kind, precision and number of parts, the worst of all points. */
export function summaryTable(rows: readonly Accuracy[]): string {
  const lines = [`| ${HEAD.join(' | ')} |`, `|${'---|'.repeat(HEAD.length)}`]
  for (const kind of studiedKinds) {
    for (const precision of new Set(rows.map(row => row.precision))) {
      for (const parts of new Set(rows.map(row => row.parts))) {
        const group = rows.filter(
          row => row.kind === kind && row.precision === precision && row.parts === parts
        )
        if (group.length > 0) lines.push(summaryLine(group))
      }
    }
  }
  return `${lines.join('\n')}\n`
}

function summaryLine(group: readonly Accuracy[]): string {
  const { kind, precision, parts } = group[0]!
  const settled = group.filter(row => hasError(row))
  const ratios = settled.map(row => row.rmse / theoreticalError(kind, precision, row.keys))
  const runs = group.map(row => row.runs)
  const ratio =
    ratios.length > 0 ? `${mean(ratios).toFixed(3)} (${Math.max(...ratios).toFixed(3)})` : 'exact'
  const bias = Math.max(...group.map(row => Math.abs(row.bias * 100)))
  const cells = [
    kind,
    precision,
    parts,
    group.length,
    `${least(runs)} to ${Math.max(...runs)}`,
    ratio,
    `${bias.toFixed(3)} %`,
    ...[1, 0, 2].map(which => coverageCell(settled.length > 0 ? settled : group, which))
  ]
  return `| ${cells.join(' | ')} |`
}

/** Where theory knows an error that is seen in a few runs: registers, bitmaps that fill, samples. */
function hasError({ kind, precision, keys }: Accuracy): boolean {
  if (keepsCoupons(kind, precision, keys)) return false
  return kind === 'theta' ? keys > 2 ** precision : keys >= 2 ** precision / 8
}

function coverageCell(rows: readonly Accuracy[], which: number): string {
  const shares = rows.map(row => row.coverage[which]! * 100)
  return `${mean(shares).toFixed(1)} (${least(shares).toFixed(1)} to ${Math.max(...shares).toFixed(1)})`
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function least(values: readonly number[]): number {
  return Math.min(...values)
}
