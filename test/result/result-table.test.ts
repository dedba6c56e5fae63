import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textWidth, valueCell } from '../../src/result/cell.ts'
import { localTime } from '../../src/result/local-time.ts'
import { ResultTable } from '../../src/result/result-table.ts'
import { exampleRecord as record } from './record-example.ts'

test('the table lines up with its heading and groups digits', () => {
  const table = new ResultTable([])
  const [heading, row] = [table.heading(), table.row(record)]
  assert.equal(row.indexOf('final'), heading.indexOf('status'))
  assert.match(row, /1 234 567 .*1 200 000 – 1 270 000 .*2 847 .*final \(watermark\)/)
  assert.match(table.row({ ...record, low: 1_234_567, high: 1_234_567 }), / exact /)
  assert.match(table.row({ ...record, confidence: 0.68 }), / at 68% /)
  assert.match(table.row({ ...record, audit: { exact: 1_230_001 } }), /, audit 1 230 001$/)
})

test('each --by field has a column, as wide as what is known needs', () => {
  const by = ['country', 'city']
  const groups = [
    null,
    { country: 'CH', city: 'Sankt Gallen (Winkeln)' },
    { country: '日本', city: null },
    { other: 3 }
  ]
  const records = groups.map(group => ({ ...record, group }))
  const table = new ResultTable(by, records)
  const at = textWidth(table.heading().split('status')[0]!)
  for (const each of records) {
    assert.equal(textWidth(table.row(each).split('final')[0]!), at, table.row(each))
  }
  assert.match(table.row(records[0]!), /\(total\)/)
  assert.match(table.row(records[2]!), /日本 .*\(none\)/)
  assert.match(table.row(records[3]!), /\(other 3\)/)
})

test('a value can neither move the cursor nor fill the screen', () => {
  assert.equal(valueCell('\u001b[2J\r\n'), '\\u{1b}[2J\\u{d}\\u{a}')
  assert.equal(valueCell('a\u202eb\u009b'), 'a\\u{202e}b\\u{9b}')
  assert.equal(valueCell(''), '""')
  assert.equal(textWidth(valueCell('x'.repeat(1_000))), 40)
  assert.ok(textWidth(valueCell('宽'.repeat(1_000))) <= 40)
  assert.equal(valueCell('é'.normalize('NFD')), 'é'.normalize('NFD'))
  assert.equal(textWidth('é'.normalize('NFD')), 1)
})

test('times are those of the zone, with their offset', () => {
  const time = '2016-07-11T22:00:00Z'
  assert.equal(localTime(time, 'UTC'), time)
  assert.equal(localTime(time, 'Europe/Zurich'), '2016-07-12T00:00+02:00')
  assert.equal(localTime(time, 'America/New_York'), '2016-07-11T18:00-04:00')
  assert.equal(localTime(time, 'Asia/Kathmandu'), '2016-07-12T03:45+05:45')
  assert.equal(localTime('2016-10-01T15:30:00Z', 'Australia/Lord_Howe'), '2016-10-02T02:30+11:00')
  assert.equal(localTime(time, 'No/Where'), time)
  assert.equal(localTime('soon', 'Europe/Zurich'), 'soon')
})
