import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { systemClock } from '../../src/host/system-clock.ts'
import { RecordReader } from '../../src/kafka/fetch/record-reader.ts'
import { Producer } from '../../src/kafka/produce/producer.ts'
import { ownBroker } from './dev-broker.ts'
import { Scratch } from './scratch.ts'

const broker = await ownBroker({ brokers: 3 })
const TOTAL = 12_000
const PARTITIONS = 3

describe('with three brokers', { skip: broker === undefined }, () => {
  let scratch: Scratch
  before(async () => {
    scratch = await Scratch.open(broker!.bootstrap)
  })
  after(async () => {
    await scratch.cluster.close()
    await broker!.stop()
  })

  it('a producer follows its leaders when one broker dies, and loses and doubles nothing', async () => {
    const topic = scratch.name('moved')
    const info = await scratch.admin.create({
      name: topic,
      partitions: PARTITIONS,
      replicas: 3,
      configs: { 'min.insync.replicas': '2' }
    })
    const victim = info.partitions[0]!.leader
    const producer = await Producer.open(scratch.cluster, {
      topic,
      batchBytes: 2_000,
      bufferBytes: 20_000,
      clock: systemClock,
      random: Math.random
    })
    let killed: Promise<void> | undefined
    for (let i = 0; i < TOTAL; i++) {
      producer.send(i % PARTITIONS, null, Buffer.from(String(i)), 1)
      if (producer.full) await producer.ready()
      if (i === TOTAL / 4) killed = broker!.kill(victim)
    }
    await producer.flush()
    await killed
    producer.close()
    assert.equal(producer.ackedThrough(), TOTAL)
    await scratch.cluster.refresh()
    const now = await scratch.cluster.topic(topic)
    assert.ok(now.partitions.every(({ leader }) => leader >= 0 && leader !== victim))
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const reader = await RecordReader.open(scratch.cluster, topic, new Map([[partition, 0]]))
      const found: number[] = []
      while (found.length < TOTAL / PARTITIONS || !reader.atEnd) {
        for (const { value } of await reader.poll(5_000)) found.push(Number(Buffer.from(value!)))
      }
      await reader.close()
      assert.deepEqual(
        found,
        Array.from({ length: TOTAL / PARTITIONS }, (_, i) => PARTITIONS * i + partition)
      )
    }
  })
})
