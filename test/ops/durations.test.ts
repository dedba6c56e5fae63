import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Durations, durationBounds } from '../../src/ops/durations.ts'
import { cumulative } from '../../src/ops/metric-table.ts'

test('a duration is counted in the first bound that holds it', () => {
  const durations = new Durations()
  for (const ms of [0, 10, 10.1, 1_000, 30_000, 30_001, -5]) durations.observe(ms)
  assert.equal(durations.count, 7)
  assert.equal(durations.max, 30.001)
  const counts = new Map(cumulative(durations).map(({ le, count }) => [le, count]))
  assert.equal(counts.get('0.01'), 3)
  assert.equal(counts.get('0.025'), 4)
  assert.equal(counts.get('1'), 5)
  assert.equal(counts.get('30'), 6)
  assert.equal(counts.get('+Inf'), 7)
  assert.equal(counts.size, durationBounds.length + 1)
})
