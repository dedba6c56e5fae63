import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { systemClock as clock } from '../../src/host/system-clock.ts'
import type { LogName } from '../../src/port/log.ts'
import { type AppendFault, MemoryLog, MemoryTopics } from '../../src/testing/memory-log.ts'
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
  const log = new MemoryLog(new MemoryTopics(sizes), clock)
  return { log, close: () => log.close() }
})

describe('the log in memory', () => {
  const faults: [AppendFault, number][] = [
    ['before', 0],
    ['after', 1]
  ]
  for (const [fault, stored] of faults) {
    it(`loses the answer to an append ${fault} it is stored, when told so`, async () => {
      const topics = new MemoryTopics(sizes)
      const log = new MemoryLog(topics, clock, ({ number }) => (number === 1 ? fault : undefined))
      await log.append('control', 0, one)
      await assert.rejects(log.append('control', 0, one), { code: 'broker-unreachable' })
      assert.deepEqual(await log.bounds('control', 0), { start: 0, end: 1 + stored })
      await log.append('control', 0, one)
    })
  }

  it('dies with its readers when it crashes, and another instance finds what was stored', async () => {
    const topics = new MemoryTopics(sizes)
    const log = new MemoryLog(topics, clock)
    await log.append('windows', 0, one)
    const reader = await log.read('windows', 0, 1)
    const polled = reader.poll(60_000)
    log.crash()
    await assert.rejects(polled, { code: 'broker-unreachable' })
    await assert.rejects(log.append('windows', 0, one), { code: 'broker-unreachable' })
    const next = new MemoryLog(topics, clock)
    assert.deepEqual(await next.bounds('windows', 0), { start: 0, end: 1 })
  })
})
