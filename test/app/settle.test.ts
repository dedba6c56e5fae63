import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type AppRecord,
  checkSameApp,
  createAppRecord,
  decodeAppRecord
} from '../../src/app/record.ts'
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

  settle(
    next: (stored: AppRecord | undefined) => AppRecord,
    setup = this.setup()
  ): Promise<AppRecord> {
    const stored = async () => this.records.at(-1)
    return settleRecord({ stored, setup, clock: this.clock, next })
  }

  async begin(key: string, setup = this.setup()): Promise<void> {
    const wanted = createAppRecord({
      app: 'app',
      topics: [{ name: 'events', id: 'e', partitions: 1, begunWith: 1, retired: false }],
      partialsPartitions: 1,
      settings: { key }
    })
    await this.settle(stored => {
      if (stored) checkSameApp(stored, wanted)
      return stored ?? wanted
    }, setup)
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

test('whoever grows the record at the same time as others adds to what they have written', async () => {
  const starts = new Starts()
  await starts.begin('uid')
  let over = 0
  const add = (name: string): Promise<AppRecord> =>
    starts
      .settle(stored => {
        assert.ok(stored)
        const { topics } = stored
        if (topics.some(topic => topic.name === name)) return stored
        const topic = { name, id: name, partitions: 1, begunWith: 0, retired: false }
        return createAppRecord({ ...stored, topics: [...topics, topic] })
      })
      .finally(() => over++)
  const all = Promise.all(['one', 'two', 'one'].map(add))
  await passTime(starts.clock, 50, () => over === 3)
  const names = starts.records.at(-1)!.topics.map(({ name }) => name)
  assert.deepEqual(names.toSorted(), ['events', 'one', 'two'])
  assert.equal(starts.records.length, 3)
  for (const { topics } of await all) assert.ok(topics.length >= 2)
})
