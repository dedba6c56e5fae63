import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { systemClock } from '../../src/host/system-clock.ts'
import { BatchEncoder } from '../../src/kafka/batch/batch-encoder.ts'
import type { Cluster } from '../../src/kafka/connection/cluster.ts'
import { call } from '../../src/kafka/connection/wire.ts'
import { listOffsets } from '../../src/kafka/fetch/list-offsets.ts'
import { RecordReader } from '../../src/kafka/fetch/record-reader.ts'
import { ProduceDelivery } from '../../src/kafka/produce/produce-delivery.ts'
import { produceReadyBatches } from '../../src/kafka/produce/produce-request.ts'
import { Producer } from '../../src/kafka/produce/producer.ts'
import { idempotentIdentity } from '../../src/kafka/produce/producer-identity.ts'
import { finished } from '../kafka/finished-batch.ts'
import { CuttingProxy, throughProxy } from './cutting-proxy.ts'
import { developmentBroker } from './dev-broker.ts'
import { Scratch } from './scratch.ts'

const broker = await developmentBroker()
const common = { clock: systemClock, random: Math.random }

describe('producing', { skip: broker === undefined }, () => {
  let scratch: Scratch
  let cluster: Cluster
  before(async () => {
    scratch = await Scratch.open(broker!.bootstrap)
    cluster = scratch.cluster
  })
  after(() => scratch.close())

  /** The values of a partition, in order. */
  async function values(topic: string, partition: number): Promise<string[]> {
    const end = (await listOffsets(cluster, topic, [partition], 'latest')).get(partition)!
    const reader = await RecordReader.open(cluster, topic, new Map([[partition, 0]]))
    const found: string[] = []
    while (reader.progress(partition)!.position < end) {
      for (const { value } of await reader.poll(5_000)) found.push(Buffer.from(value!).toString())
    }
    await reader.close()
    return found
  }

  for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const) {
    it(`stores everything once and in order, ${codec}`, async () => {
      const { name } = await scratch.topic('produce', 3)
      const producer = await Producer.open(cluster, {
        topic: name,
        codec,
        batchBytes: 4_096,
        bufferBytes: 50_000,
        ...common
      })
      const sent: string[][] = [[], [], []]
      for (let i = 0; i < 3_000; i++) {
        const key = Buffer.from(`user ${i % 100}`)
        const partition = producer.partitionFor(key)
        const value = `frame ${i} ${'of some length '.repeat(3)}`
        sent[partition]!.push(value)
        producer.send(partition, key, Buffer.from(value), i)
        assert.ok(producer.buffered < 60_000, 'the buffer is bounded')
        if (producer.full) await producer.ready()
      }
      await producer.flush()
      assert.equal(producer.acked, 3_000)
      assert.equal(producer.ackedThrough(), 3_000)
      assert.equal(producer.buffered, 0)
      producer.close()
      for (const [partition, expected] of sent.entries()) {
        assert.deepEqual(await values(name, partition), expected)
      }
    })
  }

  it('keeps records in their partition that fill one after the other', async () => {
    const { name } = await scratch.topic('in-turn', 3)
    const options = { topic: name, codec: 'lz4', batchBytes: 2_000, ...common } as const
    const producer = await Producer.open(cluster, options)
    const sent = [0, 1, 2].map(partition =>
      Array.from({ length: 200 }, (_, i) => `frame ${i} of partition ${partition}, some bytes more`)
    )
    for (const [partition, frames] of sent.entries()) {
      for (const frame of frames) producer.send(partition, null, Buffer.from(frame), 5)
    }
    await producer.flush()
    producer.close()
    for (const [partition, frames] of sent.entries()) {
      assert.deepEqual(await values(name, partition), frames)
    }
  })

  it('stores lines that are sent as a whole once and in order, over all partitions', async () => {
    const { name } = await scratch.topic('lines', 3)
    const options = { topic: name, codec: 'lz4', batchBytes: 4_096, ...common } as const
    const producer = await Producer.open(cluster, { ...options, bufferBytes: 50_000 })
    const frames = Array.from({ length: 3_000 }, (_, i) => `{"frame":${i},"is":"of some length"}`)
    const odd = 1_500
    const bytes = Buffer.from(frames.map((each, i) => `${each}${i === odd ? ' ' : ''}\n`).join(''))
    let at = 0
    let sent = 0
    while (at < bytes.length) {
      const run = producer.sendLines(bytes, at, Math.min(bytes.length, at + 9_000), 5)
      at = run.end
      sent += run.frames
      assert.equal(producer.sent, sent)
      assert.ok(run.frames > 0 || sent === odd)
      if (run.frames === 0) {
        const end = bytes.indexOf('\n', at)
        producer.send(producer.partitionFor(null), null, bytes.subarray(at, end), 5)
        at = end + 1
        sent++
      }
      if (producer.full) await producer.ready()
    }
    await producer.flush()
    assert.deepEqual([sent, producer.acked, producer.ackedThrough()], [3_000, 3_000, 3_000])
    assert.equal(producer.buffered, 0)
    producer.close()
    const found = await Promise.all([0, 1, 2].map(partition => values(name, partition)))
    const numbers = found.map(some => some.map(each => JSON.parse(each).frame as number))
    for (const some of numbers) {
      assert.ok(some.length > 500, 'every partition gets its share')
      assert.ok(
        some.every((each, i) => i === 0 || each > some[i - 1]!),
        'in order'
      )
    }
    assert.deepEqual(new Set(numbers.flat()), new Set(frames.keys()))
    assert.equal(numbers.flat().length, 3_000)
  })

  it('sends by itself what has lingered, and fills one batch at a time without keys', async () => {
    const { name } = await scratch.topic('linger', 2)
    const options = { topic: name, lingerMs: 1, batchBytes: 1_000, ...common }
    const producer = await Producer.open(cluster, options)
    const first = producer.partitionFor(null)
    producer.send(first, null, Buffer.alloc(100), 1)
    assert.equal(producer.partitionFor(null), first)
    assert.equal(producer.ackedThrough(), 0)
    // The linger timer is the producer's own: there is nothing to await before the ack.
    while (producer.acked === 0) await systemClock.sleep(2)
    assert.equal(producer.ackedThrough(), 1)
    assert.notEqual(producer.partitionFor(null), first)
    producer.close()
  })

  it('recognises a batch that is sent again with the same identity', async () => {
    const { name } = await scratch.topic('again')
    const wire = await cluster.wire('produce', await cluster.leader(name, 0))
    const identity = await idempotentIdentity(wire)
    const encoder = new BatchEncoder()
    for (const value of ['a', 'b', 'c']) encoder.append(null, Buffer.from(value), 1)
    const how = { ...identity, sequence: 0, codec: 'none', transactional: false } as const
    const batch = { topic: name, partition: 0, bytes: finished(encoder, how) }
    for (let attempt = 0; attempt < 3; attempt++) {
      const [answer] = await call(wire, produceReadyBatches, null, 5_000, [batch])
      assert.equal(answer!.errorCode, 0)
      assert.equal(answer!.baseOffset, 0)
    }
    assert.deepEqual(await values(name, 0), ['a', 'b', 'c'])
  })

  it('takes a batch whose sequences wrap, and knows it again', async () => {
    const { name } = await scratch.topic('wrap')
    const wire = await cluster.wire('produce', await cluster.leader(name, 0))
    const identity = await idempotentIdentity(wire)
    const send = async (sequence: number, texts: readonly string[]) => {
      const encoder = new BatchEncoder()
      for (const value of texts) encoder.append(null, Buffer.from(value), 1)
      const how = { ...identity, sequence, codec: 'none', transactional: false } as const
      const batch = { topic: name, partition: 0, bytes: finished(encoder, how) }
      return (await call(wire, produceReadyBatches, null, 5_000, [batch]))[0]!.errorCode
    }
    const crossing = ['a', 'b', 'c', 'd']
    assert.equal(await send(2 ** 31 - 2, crossing), 0)
    assert.equal(await send(2 ** 31 - 2, crossing), 0)
    assert.equal(await send(2, ['e']), 0)
    assert.deepEqual(await values(name, 0), [...crossing, 'e'])
  })

  it('stores once what it sends again after a lost answer, with the same bytes', async () => {
    const { name } = await scratch.topic('lost')
    const proxy = await CuttingProxy.open(broker!.bootstrap.split(',')[0]!)
    const through = throughProxy(cluster, proxy)
    const delivery = new ProduceDelivery(through, {
      ...common,
      deliveryMs: 20_000,
      onTrouble: () => {},
      onRecovered: () => {}
    })
    const expected: string[] = []
    const acks: Promise<number>[] = []
    proxy.cuts = 4
    for (let i = 0; i < 10; i++) {
      const encoder = new BatchEncoder()
      for (let j = 0; j < 3; j++) {
        expected.push(`${i}.${j}`)
        encoder.append(null, Buffer.from(`${i}.${j}`), 1)
      }
      const how = { producerId: -1n, epoch: -1, sequence: -1 }
      const bytes = finished(encoder, { ...how, codec: 'none', transactional: false })
      acks.push(delivery.enqueue(name, 0, bytes, 3))
    }
    assert.deepEqual(await Promise.all(acks), [0, 3, 6, 9, 12, 15, 18, 21, 24, 27])
    assert.equal(proxy.cuts, 0)
    assert.equal(proxy.produced.length, 14)
    // Behind size, key, version and correlation id, a repeated request is the same to the byte.
    const repeats = proxy.produced.slice(0, 5).map(bytes => bytes.subarray(12).toString('hex'))
    assert.equal(new Set(repeats).size, 1)
    assert.deepEqual(await values(name, 0), expected)
    delivery.close()
    proxy.close()
  })

  it('ends with the broker’s reason when a record is too large for the topic', async () => {
    const { name } = await scratch.topic('large', 1, { 'max.message.bytes': '5000' })
    const producer = await Producer.open(cluster, { topic: name, ...common })
    assert.equal(producer.batchBytesMax, 5_000)
    producer.send(0, null, Buffer.alloc(6_000), 1)
    const refused = {
      code: 'broker-refused',
      message: /MESSAGE_TOO_LARGE/,
      cure: /max.message.bytes/
    }
    await assert.rejects(producer.flush(), refused)
    assert.throws(() => producer.send(0, null, null, 1), refused)
    await assert.rejects(producer.ready(), refused)
    assert.equal(producer.ackedThrough(), 0)
    producer.close()
  })

  it('keeps batches below a small limit of the topic', async () => {
    const { name } = await scratch.topic('small', 1, { 'max.message.bytes': '5000' })
    const producer = await Producer.open(cluster, { topic: name, ...common })
    for (let i = 0; i < 50; i++) producer.send(0, null, Buffer.alloc(1_000), 1)
    await producer.flush()
    assert.equal(producer.acked, 50)
    producer.close()
  })

  it('says which topic is missing', async () => {
    await assert.rejects(Producer.open(cluster, { topic: scratch.name('none'), ...common }), {
      code: 'topic-missing'
    })
  })
})
