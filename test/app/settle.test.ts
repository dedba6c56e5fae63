import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AppRecord, createAppRecord, decodeAppRecord } from '../../src/app/record.ts'
import { settleRecord } from '../../src/app/settle.ts'
import { isFailure } from '../../src/core/errors.ts'
import type { Transactional } from '../../src/port/transaction.ts'
import { MemoryTopics } from '../../src/testing/memory-log.ts'
import { MemoryTransactions } from '../../src/testing/memory-transactions.ts'
import { SimClock } from '../../src/testing/sim-clock.ts'
import { passTime } from '../sim/simulated-app.ts'

class Starts {
  readonly clock = new SimClock()
  readonly topics = new MemoryTopics({ partials: 1, windows: 1, counts: 1, rejects: 1, control: 1 })
  private readonly transactions = new MemoryTransactions(this.topics)

  get records(): AppRecord[] {
    const { records } = this.topics.partition('control', 0)
    return records.map(({ value }) => decodeAppRecord(value!))
  }

  setup(): Transactional {
    return this.transactions.open({ transactionalId: 'app-setup' })
  }

  async begin(key: string, setup = this.setup()): Promise<void> {
    const wanted = createAppRecord({
      app: 'app',
      topics: [{ name: 'events', id: 'e', partitions: 1 }],
      partialsPartitions: 1,
      settings: { key }
    })
    await settleRecord(async () => this.records[0], setup, wanted, this.clock)
  }
}

test('first starts at the same time: one writes the record, nobody fails', async () => {
  const starts = new Starts()
  let begun = 0
  const all = [1, 2, 3].map(() => starts.begin('uid').then(() => begun++))
  await passTime(starts.clock, 50, () => begun === all.length)
  assert.equal(starts.records.length, 1)
})

test('a record of other settings is refused, also by who came at the same time', async () => {
  const starts = new Starts()
  let over = 0
  const all = ['uid', 'device'].map(key => starts.begin(key).finally(() => over++))
  const ends = Promise.allSettled(all)
  await passTime(starts.clock, 50, () => over === all.length)
  const failed = (await ends).filter(({ status }) => status === 'rejected')
  assert.equal(failed.length, 1)
  assert.ok(failed.every(end => 'reason' in end && isFailure(end.reason, 'app-settings')))
  assert.equal(starts.records.length, 1)
})

test('who dies before the record is written leaves it to the next one', async () => {
  const starts = new Starts()
  await starts.setup().init()
  await starts.begin('uid')
  assert.equal(starts.records.length, 1)
})
