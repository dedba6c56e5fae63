import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { systemClock as clock } from '../../src/host/system-clock.ts'
import type { LogName } from '../../src/port/log.ts'
import { MemoryLog, MemoryTopics } from '../../src/testing/memory-log.ts'
import { appLogConformance } from '../conformance/app-log.conformance.ts'

const sizes: Record<LogName, number> = {
  partials: 3,
  windows: 1,
  counts: 1,
  rejects: 1,
  control: 1
}
const one = [{ key: null, value: Buffer.from('v') }]

appLogConformance('the log in memory', async () => {
  const topics = new MemoryTopics(sizes)
  const log = new MemoryLog(topics, clock)
  return {
    log,
    append: async (to, partition, records) => topics.store(to, partition, records),
    close: () => log.close()
  }
})

describe('the log in memory', () => {
  it('keeps copies of what was stored', async () => {
    const topics = new MemoryTopics(sizes)
    const mine = { key: null, value: Buffer.from('before') }
    topics.store('counts', 0, [mine])
    mine.value.fill(0)
    const reader = await new MemoryLog(topics, clock).read('counts', 0, 'start')
    assert.equal(Buffer.from((await reader.poll(0))[0]!.value!).toString(), 'before')
  })

  it('dies with its readers when it crashes, and another instance finds what was stored', async () => {
    const topics = new MemoryTopics(sizes)
    const log = new MemoryLog(topics, clock)
    topics.store('windows', 0, one)
    const reader = await log.read('windows', 0, 1)
    const polled = reader.poll(60_000)
    log.crash()
    await assert.rejects(polled, { code: 'broker-unreachable' })
    await assert.rejects(log.bounds('windows', 0), { code: 'broker-unreachable' })
    const next = new MemoryLog(topics, clock)
    assert.deepEqual(await next.bounds('windows', 0), { start: 0, end: 1 })
  })
})
