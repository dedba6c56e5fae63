import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { systemClock as clock } from '../../src/host/system-clock.ts'
import type { LogName } from '../../src/port/log.ts'
import { MemoryLog, MemoryTopics } from '../../src/testing/memory-log.ts'
import { type CommitFault, MemoryTransactions } from '../../src/testing/memory-transactions.ts'
import {
  type TaskUnderTest,
  transactionConformance
} from '../conformance/transaction.conformance.ts'

const sizes: Record<LogName, number> = {
  partials: 2,
  windows: 1,
  counts: 1,
  rejects: 1,
  control: 1
}
const seat = { memberId: 'me', generation: 0 }
const work = {
  appends: [{ log: 'counts' as const, partition: 0, records: [{ key: null, value: null }] }],
  offset: { offset: 3, metadata: 'm' }
}

transactionConformance('those in memory', async () => {
  const topics = new MemoryTopics(sizes)
  const log = new MemoryLog(topics, clock)
  const transactions = new MemoryTransactions(topics)
  let tasks = 0
  return {
    log,
    task: () => {
      const transactionalId = `task-${tasks++}`
      const offsets = new Map()
      const task: TaskUnderTest = {
        seat,
        instance: () =>
          transactions.open({
            transactionalId,
            input: { offsets, partition: 0, seat: () => task.seat }
          })
      }
      return task
    },
    close: () => log.close()
  }
})

describe('a transaction in memory', () => {
  function setUp(fault: CommitFault) {
    const topics = new MemoryTopics(sizes)
    const offsets = new Map()
    const input = { offsets, partition: 0, seat: () => seat }
    const transactions = new MemoryTransactions(topics)
    const hook = ({ number }: { number: number }) => (number === 1 ? fault : undefined)
    const mine = transactions.open({ transactionalId: 'a', input, hook })
    return { topics, offsets, mine, transactions, input }
  }

  it('is aborted when told so: nothing is stored, and the next one counts', async () => {
    const { topics, offsets, mine } = setUp('before')
    await mine.init()
    await mine.commit(work)
    offsets.clear()
    await assert.rejects(mine.commit(work), { code: 'transaction-aborted' })
    assert.equal(topics.partition('counts', 0).records.length, 1)
    assert.equal(offsets.size, 0)
    await mine.commit(work)
    assert.equal(topics.partition('counts', 0).records.length, 2)
    assert.equal(offsets.get(0)?.offset, 3)
  })

  it('counts when the instance dies after it, and a successor finds that', async () => {
    const { topics, mine, transactions, input } = setUp('after')
    await mine.init()
    await mine.commit(work)
    await assert.rejects(mine.commit(work), { code: 'broker-unreachable' })
    assert.equal(topics.partition('counts', 0).records.length, 2)
    await assert.rejects(mine.commit(work), { code: 'broker-unreachable' })
    const successor = transactions.open({ transactionalId: 'a', input })
    assert.deepEqual(await successor.init(), { offset: 3, metadata: 'm' })
  })

  it('leaves other transactional ids alone', async () => {
    const { mine, transactions, input } = setUp(undefined)
    await mine.init()
    await transactions.open({ transactionalId: 'b', input }).init()
    await mine.commit(work)
  })
})
