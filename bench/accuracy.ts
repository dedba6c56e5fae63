import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { accuracyCsv, readAccuracyCsv, updatedRows } from './accuracy/accuracy-csv.ts'
import { kindChart, summaryTable } from './accuracy/accuracy-page.ts'
import { lineChart } from './accuracy/line-chart.ts'
import type { Accuracy } from './accuracy/point.ts'
import { isStudiedKind, study } from './accuracy/study.ts'
import { studiedKinds } from './accuracy/theory.ts'

/*
 * node bench/accuracy.ts [--kinds a,b] [--precisions 10,12,14] [--keys N] [--at N,N] [--runs N] [--rows N]
 *   [--seed N] [--out DIR]
 *
 * Error and coverage of the sketches from 1 key to `--keys`, or at `--at` alone, one sketch and merged from
 * 16 parts. The results go to docs/accuracy as CSV, charts and the table of the page, where they replace
 * those of the same points. A point gets `--runs` runs, or as many as cost `--rows` random rows: with 3e9 each
 * point of hll and ull gets 10,000. That takes a core some forty minutes; with 5e7 it is a few.
 */
const MARKS = /(<!-- summary -->\n)[\s\S]*(<!-- \/summary -->)/
const { values } = parseArgs({
  options: {
    kinds: { type: 'string', default: studiedKinds.join(',') },
    precisions: { type: 'string', default: '10,12,14' },
    keys: { type: 'string', default: '1e7' },
    at: { type: 'string' },
    runs: { type: 'string', default: '10000' },
    rows: { type: 'string', default: '3e9' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: fileURLToPath(new URL('../docs/accuracy', import.meta.url)) }
  }
})
const words = values.kinds.split(',')
const kinds = words.filter(isStudiedKind)
if (kinds.length < words.length) throw new Error(`--kinds takes ${studiedKinds.join(', ')}`)
const keysMax = Number(values.keys)
const studied: Accuracy[] = []
const started = process.cpuUsage()
for (const done of study({
  kinds,
  precisions: values.precisions.split(',').map(Number),
  keysMax,
  ...(values.at === undefined ? {} : { keysAt: values.at.split(',').map(Number) }),
  rows: Number(values.rows),
  runsMax: Number(values.runs),
  seed: Number(values.seed)
})) {
  studied.push(...done)
  const { precision, parts, keys, runs } = done[0]!
  console.error(`lgK ${precision}, ${parts} parts, ${keys} keys: ${runs} runs`)
}
const { user, system } = process.cpuUsage(started)
console.error(`${((user + system) / 1e6).toFixed(0)} CPU-s`)

mkdirSync(values.out, { recursive: true })
const table = join(values.out, 'accuracy.csv')
const page = join(values.out, 'README.md')
const rows = updatedRows(readAccuracyCsv(readOr(table, accuracyCsv([]))), studied)
writeFileSync(table, accuracyCsv(rows))
for (const kind of studiedKinds) {
  const own = rows.filter(row => row.kind === kind)
  if (own.length === 0) continue
  writeFileSync(join(values.out, `${kind}.svg`), lineChart(kindChart(kind, own, keysMax)))
}
const before = readOr(page, '# Accuracy\n\n<!-- summary -->\n<!-- /summary -->\n')
writeFileSync(page, before.replace(MARKS, `$1${summaryTable(rows)}$2`))

function readOr(path: string, missing: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : missing
}
