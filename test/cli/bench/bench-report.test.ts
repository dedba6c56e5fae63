import assert from 'node:assert/strict'
import { test } from 'node:test'
import { benchLines, benchRows, benchTable } from '../../../src/cli/bench/bench-report.ts'
import type { BenchResult } from '../../../src/cli/bench/sample-bench.ts'
import type { Terminal } from '../../../src/cli/terminal.ts'
import { Accounting } from '../../../src/combine/accounting.ts'
import { BAD_JSON, COUNTED, NO_KEY } from '../../../src/extract/columns.ts'
import { linesOf } from './frozen.ts'

const plain = { style: (_: string, text: string) => text } as unknown as Terminal

function result(parts: Partial<BenchResult> = {}): BenchResult {
  const accounting = new Accounting()
  accounting.byVerdict[COUNTED] = 19_900
  accounting.byVerdict[BAD_JSON] = 90
  accounting.byVerdict[NO_KEY] = 10
  accounting.late = 5
  return {
    sample: { ...linesOf('x'.repeat(2_000_000)), name: 'events.jsonl' },
    frames: 20_000,
    stages: new Map([
      ['extract', 6_000],
      ['hash', 1_000],
      ['clock', 1_000],
      ['sketch', 2_000],
      ['merge', 0]
    ]),
    wholeUs: 12_000,
    leftFrames: 300,
    answer: { accounting, flushes: 1, partials: 4, results: 3 },
    ...parts
  }
}

test('rows are nanoseconds a frame with their share, the sum, and the whole beside it', () => {
  const rows = benchRows(result())
  assert.deepEqual(
    rows.map(({ stage, nsPerFrame, share }) => [stage, nsPerFrame, share]),
    [
      ['extract', 300, 0.6],
      ['hash', 50, 0.1],
      ['clock', 50, 0.1],
      ['sketch', 100, 0.2],
      ['merge', 0, 0],
      ['sum', 500, 1],
      ['whole', 600, undefined]
    ]
  )
  assert.equal(rows[5]!.framesPerSecond, 2e6)
  assert.equal(rows[0]!.bytesPerSecond, 2_000_000 / 0.006)
  assert.equal(rows[4]!.framesPerSecond, undefined)
})

test('the table says rate, day, difference, odd frames and rejects', () => {
  const text = benchTable(result(), 'table', plain)
  assert.match(text, /^events\.jsonl: 20 k frames of 100 B, 2\.0 MB\n\nstage +ns per frame/)
  assert.match(text, /\nextract +300 +60\.0 +333 +3\.3 M +framing/)
  assert.match(text, /a core counts 2\.0 M frames per second, 173 G a day\n/)
  assert.match(text, /the whole takes 20 % more than its parts together\n/)
  assert.match(text, /the kernel left 300 frames \(1\.50 %\) to its plain twin: /)
  assert.match(text, /19900 counted, 5 late\nrejected: bad-json 90, no-key 10\n$/)
  const odd = benchTable(result({ leftFrames: undefined, frames: 100 }), 'table', plain)
  assert.match(odd, /by the plain extractor[\s\S]*a small sample: the figures are rough\n$/)
})

test('what is received counts in the sum, and is left out of the comparison with the whole', () => {
  const stages = new Map([['receive', 10_000] as const, ...result().stages])
  const text = benchTable(
    result({
      stages,
      sample: { ...linesOf('x'), reception: { bytes: 1, microseconds: 1, what: 'reading' } }
    }),
    'table',
    plain
  )
  assert.match(text, /a core counts 1\.0 M frames per second/)
  assert.match(text, /the whole takes 20 % more/)
})

test('lines are JSON: the sample, each stage, the sum and the whole', () => {
  const lines = benchLines(result())
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  assert.deepEqual(
    lines.map(({ stage }) => stage),
    ['sample', 'extract', 'hash', 'clock', 'sketch', 'merge', 'sum', 'whole']
  )
  const [sample] = lines
  assert.deepEqual([sample.kernel, sample.left, sample.late], ['wasm', 300, 5])
  assert.deepEqual(sample.rejected, { 'bad-json': 90, 'no-key': 10 })
  assert.match(
    benchTable(result(), 'csv', plain),
    /^stage,ns per frame,share %,MB\/s,frames\/s,what it is\r\nextract,300,/
  )
})
