import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../../src/core/limits.ts'
import { Cadence, commitInterval, flushInterval } from '../../src/runtime/cadence.ts'

test('a turn is due after its interval, counted from the last one', () => {
  const cadence = new Cadence(100, 1_000)
  assert.deepEqual([cadence.due(1_099), cadence.remaining(1_099)], [false, 1])
  assert.deepEqual([cadence.due(1_150), cadence.remaining(1_150)], [true, 0])
  cadence.turn(1_150)
  cadence.interval = 300
  assert.deepEqual([cadence.due(1_449), cadence.due(1_450)], [false, true])
})

test('an instance of many partitions flushes them less often: at most 50 transactions a second', () => {
  assert.equal(flushInterval(1_000, 50), 1_000)
  assert.equal(flushInterval(1_000, 1_000), 20_000)
  assert.equal(flushInterval(100, 64), 1_280)
})

test('a large commit is followed by a longer pause, of 30 s at most', () => {
  const second = limits.stateBytesPerSecondMax
  assert.equal(commitInterval(1_000, second / 10), 1_000)
  assert.equal(commitInterval(1_000, 7 * second), 7_000)
  assert.equal(commitInterval(1_000, 1_000 * second), 30_000)
  assert.equal(commitInterval(60_000, 1_000 * second), 60_000)
})
