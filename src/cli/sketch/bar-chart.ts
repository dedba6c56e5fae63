import { element, label, svgDocument } from './svg.ts'
import type { BenchmarkResult } from './word-benchmark.ts'

const WIDTH = 760
const LEFT = 200
const BYTES_WIDTH = 250
const ERROR_LEFT = 560
const ERROR_WIDTH = 110
const TOP = 66
const ROW = 30
const BAR = 15

/** Two bars for each algorithm, bytes on a logarithmic scale and error, as an SVG file. */
export function benchmarkChart({ words, distinct, seeds, rows }: BenchmarkResult): string {
  const sizes = rows.map(row => row.storedBytes ?? row.memoryBytes)
  const smallest = Math.min(...sizes)
  const decades = Math.max(Math.log10(Math.max(...sizes) / smallest), 1)
  const errors = rows.map(row => (seeds > 1 ? row.rmse : Math.abs(row.error)) * 100)
  const largest = Math.max(...errors, 0.01)
  const [all, different] = [words, distinct].map(value => value.toLocaleString('en-US'))
  const title = `Counting ${different} different words among ${all}`
  const body = [
    label(12, 24, title, 'title'),
    label(LEFT, 50, 'bytes (logarithmic)'),
    label(ERROR_LEFT, 50, seeds > 1 ? `RMSE, ${seeds.toLocaleString('en-US')} seeds` : 'error')
  ]
  rows.forEach((row, i) => {
    const y = TOP + i * ROW
    const text = y + BAR - 3
    // The smallest one gets a bar, too: a tenth of the way.
    const share = 0.1 + (0.9 * Math.log10(sizes[i]! / smallest)) / decades
    const width = share * BYTES_WIDTH
    const errorWidth = (errors[i]! / largest) * ERROR_WIDTH
    body.push(label(LEFT - 10, text, row.algorithm, 'right'))
    body.push(element('rect', { x: LEFT, y, width, height: BAR, class: 'f0' }))
    body.push(label(LEFT + width + 6, text, sizes[i]!.toLocaleString('en-US')))
    body.push(element('rect', { x: ERROR_LEFT, y, width: errorWidth, height: BAR, class: 'f1' }))
    body.push(label(ERROR_LEFT + errorWidth + 6, text, `${errors[i]!.toFixed(2)} %`))
  })
  return svgDocument(WIDTH, TOP + rows.length * ROW + 6, title, body)
}
