import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addSizes, countedSizes, sizesBegunWith } from '../../src/app/added-sizes.ts'
import { growRecord } from '../../src/app/input-growth.ts'
import { createAppRecord, decodeAppRecord, encodeAppRecord } from '../../src/app/record.ts'
import { isFailure } from '../../src/core/errors.ts'

const TOPIC = { name: 'events', id: 'a1', partitions: 3, begunWith: 3, retired: false }
const begun = createAppRecord({
  app: 'events.uid',
  topics: [TOPIC],
  partialsPartitions: 1,
  settings: { key: 'uid', window: '1m,1h' }
})

test('sizes are added behind those there are, and change nothing else', () => {
  const more = addSizes(addSizes(begun, ['1m', '1h', '1d']), ['5m', '1m', '1h', '1d'])
  assert.deepEqual(countedSizes(more), ['1m', '1h', '1d', '5m'])
  assert.deepEqual(sizesBegunWith(more), ['1m', '1h'])
  assert.deepEqual({ ...more, added: [] }, begun)
  assert.deepEqual(decodeAppRecord(encodeAppRecord(more)), more)
})

test('the same sizes are no news', () => {
  const more = addSizes(begun, ['1m', '1h', '1d'])
  assert.equal(addSizes(begun, ['1h', '1m']), begun)
  assert.equal(addSizes(more, ['1m', '1h', '1d']), more)
})

test('a size that is not asked for any more is refused, begun with or added', () => {
  const more = addSizes(begun, ['1m', '1h', '1d'])
  for (const asked of [
    ['1m', '1h'],
    ['1h', '1d']
  ]) {
    assert.throws(
      () => addSizes(more, asked),
      error =>
        isFailure(error, 'app-settings') &&
        error.message.includes(`--window 1m,1h,1d, now ${asked.join(',')}`)
    )
  }
})

test('a record whose input grows keeps the sizes that were added', () => {
  const more = addSizes(begun, ['1m', '1h', '1d'])
  const found = new Map([['events', { ...TOPIC, partitions: 5 }]])
  const grown = growRecord(more, { found, wanted: ['events'], named: true })
  assert.deepEqual([grown.added, grown.topics[0]!.partitions], [['1d'], 5])
})
