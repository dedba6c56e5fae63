import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StableOffsetWatch } from '../../src/kafka/fetch/standing-transaction.ts'

test('a last stable offset that stands is told once, when it has stood long enough', () => {
  const watch = new StableOffsetWatch(1_000)
  assert.equal(watch.stands(5, 5, 9, 100), false)
  assert.equal(watch.stands(5, 5, 20, 1_099), false)
  assert.equal(watch.stands(5, 5, 20, 1_100), true)
  assert.equal(watch.standing(1_100), 1_000)
  assert.equal(watch.stands(5, 5, 30, 9_000), false, 'told already')
})

test('it stands for the reader only when it holds him up, and anew when it has moved', () => {
  const watch = new StableOffsetWatch(1_000)
  assert.equal(watch.stands(5, 5, 9, 0), false)
  assert.equal(watch.stands(5, 7, 9, 1_500), false, 'there is something to read')
  assert.equal(watch.stands(7, 7, 9, 2_000), false)
  assert.equal(watch.stands(7, 7, 7, 2_500), false, 'nothing lies behind it')
  assert.equal(watch.stands(7, 7, 9, 3_000), false)
  assert.equal(watch.stands(7, 7, 9, 4_000), true)
})
