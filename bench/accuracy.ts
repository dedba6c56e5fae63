import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { accuracyCsv } from './accuracy/accuracy-csv.ts'
import { kindChart, summaryTable } from './accuracy/accuracy-page.ts'
import { lineChart } from './accuracy/line-chart.ts'
import type { Accuracy } from './accuracy/point.ts'
import { isStudiedKind, study } from './accuracy/study.ts'
import { studiedKinds } from './accuracy/theory.ts'

/*
 * node bench/accuracy.ts [--kinds a,b] [--precisions 10,12,14] [--keys N] [--rows N] [--seed N] [--out DIR]
 *
 * Error and coverage of the sketches from 1 key to `--keys`, one sketch and merged from 16 parts. The
 * results go to docs/accuracy as CSV, charts and the table of the page; `--rows` is what a point may
 * cost, in random rows: it decides the runs, 10,000 at most. With 5e7 it takes some ten minutes.
 */
const MARKS = /(<!-- summary -->\n)[\s\S]*(<!-- \/summary -->)/
const { values } = parseArgs({
  options: {
    kinds: { type: 'string', default: studiedKinds.join(',') },
    precisions: { type: 'string', default: '10,12,14' },
    keys: { type: 'string', default: '1e7' },
    rows: { type: 'string', default: '5e7' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: fileURLToPath(new URL('../docs/accuracy', import.meta.url)) }
  }
})
const words = values.kinds.split(',')
const kinds = words.filter(isStudiedKind)
if (kinds.length < words.length) throw new Error(`--kinds takes ${studiedKinds.join(', ')}`)
const keysMax = Number(values.keys)
const rows: Accuracy[] = []
const started = process.cpuUsage()
for (const done of study({
  kinds,
  precisions: values.precisions.split(',').map(Number),
  keysMax,
  rows: Number(values.rows),
  seed: Number(values.seed)
})) {
  rows.push(...done)
  const { precision, parts, keys, runs } = done[0]!
  console.error(`lgK ${precision}, ${parts} parts, ${keys} keys: ${runs} runs`)
}
const { user, system } = process.cpuUsage(started)
console.error(`${((user + system) / 1e6).toFixed(0)} CPU-s`)

mkdirSync(values.out, { recursive: true })
writeFileSync(join(values.out, 'accuracy.csv'), accuracyCsv(rows))
for (const kind of kinds) {
  const own = rows.filter(row => row.kind === kind)
  writeFileSync(join(values.out, `${kind}.svg`), lineChart(kindChart(kind, own, keysMax)))
}
const page = join(values.out, 'README.md')
const before = readPage()
writeFileSync(page, before.replace(MARKS, `$1${summaryTable(rows)}$2`))

function readPage(): string {
  try {
    return readFileSync(page, 'utf8')
  } catch {
    return '# Accuracy\n\n<!-- summary -->\n<!-- /summary -->\n'
  }
}
