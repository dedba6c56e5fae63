import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LatestResults } from '../../src/result/latest-results.ts'
import { parseResult, resultKey } from '../../src/result/result-record.ts'
import { exampleRecord as record } from './record-example.ts'

test('the key is size, start and group bytes: they are frozen', () => {
  assert.equal(resultKey(record, 'null'), '1m|2016-07-11T13:41:00Z|null')
  assert.equal(resultKey(record, '["CH",1.0,null]'), '1m|2016-07-11T13:41:00Z|["CH",1.0,null]')
  assert.equal(resultKey(record, '{"other":3}'), '1m|2016-07-11T13:41:00Z|{"other":3}')
})

test('a record comes back from its JSON', () => {
  const { closedBy: _, ...open } = record
  const records = [
    record,
    open,
    { ...record, group: { country: 'CH', paid: true, plan: null, size: 7 } },
    { ...record, group: { other: 3 } },
    { ...record, audit: { exact: 1_234_000 } }
  ]
  for (const each of records) assert.deepEqual(parseResult(JSON.stringify(each)), each)
})

test('what is not a record is none, field by field', () => {
  const { uniques: _, ...without } = record
  const broken: unknown[] = [
    null,
    7,
    [],
    {},
    without,
    { ...record, status: 'done' },
    { ...record, status: ['final'] },
    { ...record, closedBy: 'nobody' },
    { ...record, group: ['CH'] },
    { ...record, group: 'CH' },
    { ...record, group: { country: { code: 'CH' } } },
    { ...record, audit: 7 },
    { ...record, audit: { exact: 'many' } }
  ]
  assert.equal(parseResult(''), undefined)
  for (const each of broken) {
    assert.equal(parseResult(JSON.stringify(each)), undefined, JSON.stringify(each))
  }
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

test('groups are held apart, the total first; where there is a record key, by its bytes', () => {
  const latest = new LatestResults()
  const groups = [{ country: 'DE' }, null, { country: 'CH' }, { other: 3 }]
  for (const group of groups) latest.take({ ...record, group })
  assert.deepEqual(
    latest.sorted().map(({ group }) => group),
    [null, { country: 'CH' }, { country: 'DE' }, { other: 3 }]
  )
  latest.clear()
  const same = { ...record, group: { other: 3 } }
  latest.take(same, resultKey(record, '[3]'))
  latest.take(same, resultKey(record, '{"other":3}'))
  assert.equal(latest.size, 2)
  latest.remove(same, resultKey(record, '[3]'))
  assert.equal(latest.size, 1)
})
