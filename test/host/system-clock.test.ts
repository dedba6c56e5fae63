import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../src/host/system-clock.ts'

test('sleeping ends with its time, or with the signal', async () => {
  const before = systemClock.now()
  // The clock itself is what is tested.
  await systemClock.sleep(5)
  assert.ok(systemClock.now() - before >= 4)
  const controller = new AbortController()
  // Ends at once: the signal is aborted below.
  const sleeping = systemClock.sleep(60_000, controller.signal)
  controller.abort()
  await sleeping
  // Ends at once: the signal is aborted already.
  await systemClock.sleep(60_000, controller.signal)
})
