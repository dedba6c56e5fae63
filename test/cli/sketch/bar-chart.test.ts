import assert from 'node:assert/strict'
import { test } from 'node:test'
import { benchmarkChart } from '../../../src/cli/sketch/bar-chart.ts'
import { label } from '../../../src/cli/sketch/svg.ts'
import { assertWellFormed } from './svg-wellformed.ts'

const row = {
  kind: 'hll',
  memory: 'tables, computed',
  memoryBytes: 4_096,
  count: 99,
  error: -0.01,
  rmse: 0.016,
  nsPerKey: 50
} as const

test('the chart is well-formed and names every algorithm with its bytes and error', () => {
  const svg = benchmarkChart({
    words: 1_000,
    distinct: 100,
    seeds: 20,
    rows: [
      { ...row, algorithm: 'Set of <strings> & more', memoryBytes: 4_000_000, error: 0, rmse: 0 },
      { ...row, algorithm: 'HyperLogLog', storedBytes: 3_072 }
    ]
  })
  assertWellFormed(svg)
  assert.match(svg, /Set of &lt;strings&gt; &amp; more/)
  assert.match(svg, />3,072</)
  assert.match(svg, />1\.60 %</)
  assert.match(svg, /prefers-color-scheme: dark/)
})

test('a chart of one algorithm without an error has finite places', () => {
  const only = { ...row, algorithm: 'exact', storedBytes: 1, error: 0 }
  const svg = benchmarkChart({ words: 1, distinct: 1, seeds: 1, rows: [only] })
  assertWellFormed(svg)
  assert.doesNotMatch(svg, /NaN|Infinity/)
})

test('text in a label cannot become markup', () => {
  assert.equal(label(1, 2, '<a b="c">'), '<text x="1" y="2">&lt;a b=&quot;c&quot;&gt;</text>')
})
