import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LatestResults } from '../../src/result/latest-results.ts'
import { csvHeading, csvRow } from '../../src/result/result-csv.ts'
import { parseResult, type ResultRecord, resultKey } from '../../src/result/result-record.ts'
import { tableHeading, tableRow } from '../../src/result/result-table.ts'

const record: ResultRecord = {
  window: '1m',
  start: '2016-07-11T13:41:00Z',
  end: '2016-07-11T13:42:00Z',
  zone: 'UTC',
  group: null,
  uniques: 1_234_567,
  low: 1_200_000,
  high: 1_270_000,
  confidence: 0.95,
  method: 'hll',
  precision: 14,
  frames: 2_847,
  late: 3,
  status: 'final',
  revision: 2,
  closedBy: 'watermark',
  emittedAt: '2026-11-22T12:00:00.000Z'
}

test('the key is size, start and group: its bytes are frozen', () => {
  assert.equal(resultKey(record), '1m|2016-07-11T13:41:00Z|null')
  const group = { country: 'CH', paid: true, plan: null }
  assert.equal(resultKey({ ...record, group }), '1m|2016-07-11T13:41:00Z|["CH",true,null]')
})

test('a record comes back from its JSON, anything else does not', () => {
  assert.deepEqual(parseResult(JSON.stringify(record)), record)
  const { closedBy: _, ...open } = record
  assert.deepEqual(parseResult(JSON.stringify(open)), open)
  const { uniques: __, ...without } = record
  const broken = ['', 'null', '7', '[]', '{}', JSON.stringify(without)]
  for (const json of [...broken, JSON.stringify({ ...record, status: 'done' })]) {
    assert.equal(parseResult(json), undefined, json)
  }
})

test('the table lines up with its heading and groups digits', () => {
  const [heading, row] = [tableHeading(), tableRow(record)]
  assert.equal(row.indexOf('final'), heading.indexOf('status'))
  assert.match(row, /1 234 567 .*1 200 000 – 1 270 000 .*2 847 .*final \(watermark\)/)
  assert.match(tableRow({ ...record, low: 1_234_567, high: 1_234_567 }), / exact /)
})

test('CSV has a value for each column of its heading', () => {
  assert.equal(csvRow(record).split(',').length, csvHeading.split(',').length)
  const { closedBy: _, ...open } = record
  assert.equal(csvRow(open).split(',').length, csvHeading.split(',').length)
})

test('the newest revision of a window wins, whatever the order; sorted by start, then size', () => {
  const latest = new LatestResults()
  latest.take({ ...record, revision: 3, uniques: 3 })
  latest.take({ ...record, revision: 2, uniques: 2 })
  latest.take({
    ...record,
    window: '1h',
    start: '2016-07-11T13:00:00Z',
    end: '2016-07-11T14:00:00Z'
  })
  latest.take({ ...record, window: '5m', end: '2016-07-11T13:46:00Z' })
  assert.deepEqual(
    latest.sorted().map(({ window, uniques }) => [window, uniques]),
    [
      ['1h', 1_234_567],
      ['1m', 3],
      ['5m', 1_234_567]
    ]
  )
})
