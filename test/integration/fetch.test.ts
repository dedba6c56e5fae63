import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import * as K from '@platformatic/kafka'
import { isFailure } from '../../src/core/errors.ts'
import { Inputs } from '../../src/core/inputs.ts'
import type { Codec } from '../../src/kafka/batch/codecs.ts'
import { isRetriable } from '../../src/kafka/connection/client-errors.ts'
import { Cluster } from '../../src/kafka/connection/cluster.ts'
import { withRetry } from '../../src/kafka/connection/retry.ts'
import { call } from '../../src/kafka/connection/wire.ts'
import { listOffsets } from '../../src/kafka/fetch/list-offsets.ts'
import { type ReadRecord, RecordReader } from '../../src/kafka/fetch/record-reader.ts'
import { TopicSource } from '../../src/kafka/fetch/topic-source.ts'
import { noIdentity } from '../kafka/finished-batch.ts'
import { developmentBroker } from './dev-broker.ts'
import { encode, produce, Transactions } from './foreign-producer.ts'

const broker = await developmentBroker()
const skip = broker === undefined ? 'no broker' : false
const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const satisfies Codec[]

async function withTopic(
  partitions: number,
  work: (cluster: Cluster, topic: string) => Promise<void>
): Promise<void> {
  const cluster = await Cluster.connect({ brokers: (broker?.bootstrap ?? '').split(',') })
  try {
    const topic = `fetch-${randomBytes(5).toString('hex')}`
    await create(cluster, topic, partitions)
    await work(cluster, topic)
    await remove(cluster, topic)
  } finally {
    await cluster.close()
  }
}

async function create(cluster: Cluster, name: string, numPartitions: number): Promise<void> {
  const topic = { name, numPartitions, replicationFactor: 1, assignments: [], configs: [] }
  const wire = await cluster.controller()
  await withRetry(
    () => call(wire, K.createTopicsV7.api, [topic], 10_000, false),
    error => !isRetriable(error) && !/TOPIC_ALREADY_EXISTS/.test(String(error)),
    { limitMs: 10_000 }
  )
  await cluster.refresh()
  await cluster.topic(name, 10_000)
}

async function remove(cluster: Cluster, name: string): Promise<void> {
  const wire = await cluster.controller()
  await call(wire, K.deleteTopicsV6.api, [{ name, topicId: null }], 10_000)
}

async function readAll(
  cluster: Cluster,
  topic: string,
  isolation: 'committed' | 'uncommitted' = 'committed',
  from = new Map([[0, 0]])
): Promise<ReadRecord[]> {
  const reader = await RecordReader.open(cluster, topic, from, { isolation })
  const records: ReadRecord[] = []
  try {
    while (!reader.atEnd) records.push(...(await reader.poll(5_000)))
  } finally {
    await reader.close()
  }
  return records
}

const textOf = (record: ReadRecord): string => Buffer.from(record.value ?? []).toString()

test('records of every codec come back from a real broker, in order and whole', {
  skip
}, async () => {
  await withTopic(1, async (cluster, topic) => {
    const expected: string[] = []
    for (const codec of codecs) {
      const values = Array.from({ length: 300 }, (_, i) => `{"codec":"${codec}","i":${i}}`)
      expected.push(...values)
      await produce(cluster, topic, 0, encode(values, noIdentity, codec))
    }
    const records = await readAll(cluster, topic)
    assert.deepEqual(records.map(textOf), expected)
    assert.deepEqual(
      records.map(record => record.offset),
      expected.map((_, i) => i)
    )
    assert.equal(Buffer.from(records[7]?.key ?? []).toString(), 'k7')
    assert.equal(records[7]?.time, 1_700_000_007_000)
    const tail = await readAll(cluster, topic, 'committed', new Map([[0, 450]]))
    assert.deepEqual(tail.map(textOf), expected.slice(450))
  })
})

test('a topic source hands over batches of all partitions and knows their ends', {
  skip
}, async () => {
  await withTopic(3, async (cluster, topic) => {
    for (const partition of [0, 1]) {
      for (let i = 0; i < 5; i++) {
        await produce(cluster, topic, partition, encode(Array(100).fill(`p${partition}`)))
      }
    }
    const found = await cluster.topic(topic)
    const inputs = Inputs.of({ ...found, partitions: found.partitions.length })
    assert.deepEqual(inputs.slots, [0, 1, 2])
    const source = new TopicSource(cluster, inputs)
    await source.open(
      new Map([
        [0, 0],
        [1, 250],
        [2, 0]
      ])
    )
    const seen = [0, 0, 0]
    const ends = new Map<number, number>()
    while (ends.size < 3) {
      await source.poll(
        {
          lines: () => assert.fail('a topic has no lines'),
          nextLine: () => assert.fail('a topic has no lines'),
          records(partition, span) {
            const skipped = Math.max(0, span.fromOffset - span.baseOffset)
            seen[partition]! += span.count - skipped
          },
          progress(partition, { position, end, atEnd }) {
            if (atEnd) ends.set(partition, position)
            assert.ok(position <= end)
          }
        },
        5_000
      )
    }
    assert.deepEqual(seen, [500, 250, 0])
    assert.deepEqual([ends.get(0), ends.get(1), ends.get(2)], [500, 500, 0])
    await source.close()
  })
})

test('aborted transactions of another producer are not seen', { skip }, async () => {
  await withTopic(1, async (cluster, topic) => {
    const first = new Transactions(cluster, topic)
    const second = new Transactions(cluster, topic)
    await first.begin()
    await second.begin()
    await first.send('abort 1', 'abort 2')
    await second.send('commit 1')
    await first.end(false)
    await first.send('abort 3')
    await produce(cluster, topic, 0, encode(['plain']))
    await first.end(false)
    await first.send('commit 2')
    await first.end(true)
    await second.send('commit 3')
    await second.end(true)
    await first.send('abort 4')
    await first.end(false)
    const seen = (await readAll(cluster, topic)).map(textOf)
    assert.deepEqual(seen, ['commit 1', 'plain', 'commit 2', 'commit 3'])
    const all = (await readAll(cluster, topic, 'uncommitted')).map(textOf)
    assert.equal(all.length, 8)
  })
})

test('an open transaction holds the end of a committed reader, not the high watermark', {
  skip
}, async () => {
  await withTopic(1, async (cluster, topic) => {
    await produce(cluster, topic, 0, encode(['before']))
    const open = new Transactions(cluster, topic)
    await open.begin()
    await open.send('undecided')
    await produce(cluster, topic, 0, encode(['behind']))
    const [committed, uncommitted] = await Promise.all([
      listOffsets(cluster, topic, [0], 'latest'),
      listOffsets(cluster, topic, [0], 'latest', 'uncommitted')
    ])
    assert.deepEqual([committed.get(0), uncommitted.get(0)], [1, 3])
    const reader = await RecordReader.open(cluster, topic, new Map([[0, 0]]))
    const seen: ReadRecord[] = []
    while (seen.length < 1) seen.push(...(await reader.poll(5_000)))
    assert.deepEqual(seen.map(textOf), ['before'])
    assert.deepEqual(reader.progress(0), { position: 1, end: 1, atEnd: false, leaderEpoch: 0 })
    await open.end(true)
    while (!reader.atEnd) seen.push(...(await reader.poll(5_000)))
    assert.deepEqual(seen.map(textOf), ['before', 'undecided', 'behind'])
    await reader.close()
  })
})

test('an empty topic is at its end with the first answer', { skip }, async () => {
  await withTopic(2, async (cluster, topic) => {
    const from = new Map([
      [0, 0],
      [1, 0]
    ])
    const reader = await RecordReader.open(cluster, topic, from)
    const started = performance.now()
    while (!reader.atEnd) await reader.poll(5_000)
    assert.ok(performance.now() - started < 5_000)
    assert.equal(reader.progress(1)?.position, 0)
    await reader.close()
  })
})

test('offsets are found by name and by time', { skip }, async () => {
  await withTopic(1, async (cluster, topic) => {
    await produce(cluster, topic, 0, encode(['a', 'b', 'c']))
    const at = async (what: 'earliest' | 'latest' | number): Promise<number | undefined> =>
      (await listOffsets(cluster, topic, [0], what)).get(0)
    assert.equal(await at('earliest'), 0)
    assert.equal(await at('latest'), 3)
    assert.equal(await at(1_700_000_000_500), 1)
    assert.equal(await at(1_900_000_000_000), 3)
  })
})

test('an offset that was deleted stops with the log’s range', { skip }, async () => {
  await withTopic(1, async (cluster, topic) => {
    await produce(cluster, topic, 0, encode(['a', 'b', 'c', 'd']))
    const wire = await cluster.wire('admin', await cluster.leader(topic, 0))
    const partitions = [{ partitionIndex: 0, offset: 3n }]
    await call(wire, K.deleteRecordsV2.api, [{ name: topic, partitions }], 10_000)
    await assert.rejects(
      readAll(cluster, topic, 'committed', new Map([[0, 1]])),
      error =>
        isFailure(error, 'offset-gone') && /covers 3 to 4; up to 2 records/.test(error.message)
    )
  })
})

test('a topic that was deleted and made again stops its reader by name', { skip }, async () => {
  await withTopic(1, async (cluster, topic) => {
    await produce(cluster, topic, 0, encode(['a']))
    const reader = await RecordReader.open(cluster, topic, new Map([[0, 0]]))
    assert.equal((await reader.poll(5_000)).length, 1)
    await remove(cluster, topic)
    await create(cluster, topic, 1)
    await assert.rejects(
      async () => {
        for (;;) await reader.poll(5_000)
      },
      error => isFailure(error, 'topic-recreated', 'topic-missing')
    )
    await reader.close()
  })
})

test('a topic that is not there is named, with the nearest one', { skip }, async () => {
  await withTopic(1, async (cluster, topic) => {
    await assert.rejects(
      RecordReader.open(cluster, `${topic}x`, new Map()),
      error => isFailure(error, 'topic-missing') && error.cure.includes(`did you mean ${topic}`)
    )
  })
})
