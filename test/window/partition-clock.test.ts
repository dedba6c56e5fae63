import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFailure } from '../../src/core/errors.ts'
import { PartitionClock } from '../../src/window/partition-clock.ts'

test('a frame is late when it lies more than the wait behind the newest before it', () => {
  const clock = new PartitionClock(5_000)
  assert.equal(clock.observe(10_000), false)
  assert.equal(clock.observe(5_000), false)
  assert.equal(clock.observe(4_999), true)
  assert.equal(clock.observe(20_000), false)
  assert.equal(clock.observe(14_999), true)
  assert.equal(clock.watermark, 15_000)
})

test('the state comes back, also before the first frame', () => {
  for (const times of [[], [0], [-1, 123_456.5]]) {
    const clock = new PartitionClock(0)
    for (const time of times) clock.observe(time)
    const again = new PartitionClock(0)
    again.restore(clock.serialize())
    assert.equal(again.newest, clock.newest)
  }
})

test('a damaged or foreign state is refused', () => {
  const clock = new PartitionClock(0)
  clock.observe(1)
  const good = clock.serialize()
  const bad = [
    new Uint8Array(0),
    good.slice(0, 5),
    Uint8Array.of(...good, 0),
    Uint8Array.of(9, 1, 0)
  ]
  for (const bytes of bad) {
    assert.throws(
      () => new PartitionClock(0).restore(bytes),
      error => isFailure(error, 'format-damaged')
    )
  }
})
