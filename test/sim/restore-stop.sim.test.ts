import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFailure } from '../../src/core/errors.ts'
import type { AppLog, LogReader } from '../../src/port/log.ts'
import { countSettings } from '../../src/runtime/count.ts'
import type { CountRun } from '../../src/runtime/count-run.ts'
import type { SimClock } from '../../src/testing/sim-clock.ts'
import { createDurable, latestResults, passTime, startInstance } from './simulated-app.ts'

const START = Date.UTC(2026, 2, 3)
const settings = countSettings({ key: 'uid', windows: ['1m', '1h'], sketch: 'exact' })
const script = [
  Array.from({ length: 300 }, (_, i) => JSON.stringify({ ts: START + 1_000 * i, uid: `u${i % 7}` }))
]

/** Reads the state as slowly as a network can: nothing comes, for as long as anybody waits. */
function stalled(log: AppLog, clock: SimClock, onRead: () => void): AppLog {
  const read: AppLog['read'] = async (name, partition, from) => {
    const reader: LogReader = await log.read(name, partition, from)
    if (name !== 'windows') return reader
    return {
      position: reader.position,
      poll: async waitMs => {
        onRead()
        // Simulated time.
        await clock.sleep(Math.max(1, waitMs))
        return []
      },
      wake: () => reader.wake(),
      close: () => reader.close()
    }
  }
  return {
    read,
    partitions: name => log.partitions(name),
    bounds: (name, partition, as) => log.bounds(name, partition, as),
    deleteBefore: (name, partition, offset) => log.deleteBefore(name, partition, offset),
    close: () => log.close()
  }
}

/** Resolves with what the run failed of, and the simulated time that it took from the stop on. */
async function end(run: CountRun, clock: SimClock): Promise<{ error: unknown; ms: number }> {
  const stoppedAt = clock.now()
  let error: unknown
  let ended = false
  const done = (async () => {
    for await (const _ of run);
  })()
    .catch((thrown: unknown) => {
      error = thrown
    })
    .finally(() => {
      ended = true
    })
  await passTime(clock, 50, () => ended || clock.now() > stoppedAt + 60_000)
  assert.ok(ended, 'it did not end')
  await done
  return { error, ms: clock.now() - stoppedAt }
}

test('a stop during a restore ends it at once, and the next start goes on as if nothing had been', async () => {
  const durable = createDurable(START)
  const { clock } = durable
  const counted = await startInstance(durable, { script, settings, exitAtEnd: true })
  assert.equal((await end(counted, clock)).error, undefined)
  const before = latestResults(durable).sorted()

  let reading = false
  const log = (real: AppLog) =>
    stalled(real, clock, () => {
      reading = true
    })
  const run = await startInstance(durable, { script, settings, log })
  await passTime(clock, 50, () => reading)
  run.stop()
  const { error, ms } = await end(run, clock)
  assert.ok(isFailure(error, 'interrupted'))
  assert.match(error.message, /read its state back/)
  assert.ok(ms < 5_000, `${ms} ms`)

  const again = await startInstance(durable, { script, settings, exitAtEnd: true })
  assert.equal((await end(again, clock)).error, undefined)
  const figures = (results: typeof before) =>
    results.map(({ window, start, uniques, frames }) => [window, start, uniques, frames])
  assert.deepEqual(figures(latestResults(durable).sorted()), figures(before))
})
