import assert from 'node:assert/strict'
import { test } from 'node:test'
import { csvHeading, csvRow } from '../../src/result/result-csv.ts'
import { exampleRecord as record } from './record-example.ts'

test('CSV has a value for each column of its heading', () => {
  for (const by of [[], ['country', 'device']]) {
    const group = by.length > 0 ? { country: 'CH', device: 7 } : null
    const { closedBy: _, ...open } = { ...record, group }
    for (const each of [{ ...record, group }, open]) {
      assert.equal(csvRow(each, by).split(',').length, csvHeading(by).split(',').length)
    }
  }
})

test('without groups there are no group columns', () => {
  assert.equal(
    csvHeading([]),
    'window,start,end,uniques,low,high,frames,late,status,revision,closedBy,method,lost'
  )
  assert.equal(
    csvRow(record, []),
    '1m,2016-07-11T13:41:00Z,2016-07-11T13:42:00Z,1234567,1200000,1270000,2847,3,final,2,watermark,hll,'
  )
})

test('what may be missing is in the last column', () => {
  assert.match(csvRow({ ...record, lost: 41 }, []), /,hll,41$/)
})

test('each --by field has a column; total and other are named', () => {
  const by = ['country', 'status']
  assert.match(csvHeading(by), /^window,start,end,group,country,by\.status,uniques,/)
  const cells = (group: Record<string, string | number | boolean | null> | null) =>
    csvRow({ ...record, group }, by)
      .split(',')
      .slice(3, 6)
  assert.deepEqual(cells({ country: 'CH', status: null }), ['values', 'CH', ''])
  assert.deepEqual(cells({ country: '', status: -7 }), ['values', '""', '-7'])
  assert.deepEqual(cells(null), ['total', '', ''])
  assert.deepEqual(cells({ other: 3 }), ['other 3', '', ''])
})

test('commas, quotes and line ends are quoted, formulas are disarmed', () => {
  const by = ['name']
  const cell = (name: string) =>
    /,values,(.*),1234567,/s.exec(csvRow({ ...record, group: { name } }, by))?.[1]
  assert.equal(cell('a,b'), '"a,b"')
  assert.equal(cell('say "x"\r\ny'), '"say ""x""\r\ny"')
  assert.equal(cell('=1+1'), "'=1+1")
  assert.equal(cell('@SUM(A1,2)'), `"'@SUM(A1,2)"`)
  assert.equal(cell('-1'), "'-1")
  assert.equal(cell("'quoted"), "''quoted")
  assert.equal(cell('Zürich'), 'Zürich')
})
