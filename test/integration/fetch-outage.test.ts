import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, test } from 'node:test'
import * as K from '@platformatic/kafka'
import { BatchEncoder } from '../../src/kafka/batch/batch-encoder.ts'
import { isRetriable } from '../../src/kafka/connection/client-errors.ts'
import { Cluster } from '../../src/kafka/connection/cluster.ts'
import { withRetry } from '../../src/kafka/connection/retry.ts'
import { call } from '../../src/kafka/connection/wire.ts'
import { RecordReader } from '../../src/kafka/fetch/record-reader.ts'
import { produceReadyBatches } from '../../src/kafka/produce/produce-request.ts'
import { finished, noIdentity } from '../kafka/finished-batch.ts'
import { ownBroker } from './dev-broker.ts'

const NODES = 3
const HUNDRED = 100

const broker = await ownBroker({ brokers: NODES })
if (broker) after(() => broker.stop())
const skip = broker === undefined ? 'no broker' : false

async function createTopic(cluster: Cluster, name: string): Promise<void> {
  const topic = { name, numPartitions: 3, replicationFactor: NODES, assignments: [], configs: [] }
  const wire = await cluster.controller()
  await call(wire, K.createTopicsV7.api, [topic], 10_000, false)
  await cluster.topic(name, 10_000)
}

async function produce(cluster: Cluster, topic: string, partition: number, from: number) {
  const encoder = new BatchEncoder()
  for (let i = 0; i < HUNDRED; i++) encoder.append(null, Buffer.from(`${from + i}`), Date.now())
  const bytes = finished(encoder, { ...noIdentity, codec: 'none', transactional: false })
  const attempt = async (): Promise<void> => {
    const wire = await cluster.wire('produce', await cluster.leader(topic, partition))
    const batch = { topic, partition, bytes }
    const [answer] = await call(wire, produceReadyBatches, null, 10_000, [batch])
    if (answer?.errorCode === 0) return
    await cluster.refresh()
    throw new K.ProtocolError(answer?.errorCode ?? -1)
  }
  const retry = (error: unknown): boolean => {
    if (isRetriable(error)) void cluster.refresh().catch(() => {})
    return !isRetriable(error)
  }
  await withRetry(attempt, retry, { limitMs: 30_000 })
}

test('reading goes on when the leader is killed, and when it comes back', { skip }, async () => {
  assert.ok(broker !== undefined)
  const topic = `outage-${randomBytes(5).toString('hex')}`
  const cluster = await Cluster.connect({ brokers: [...broker.addresses], requestMs: 5_000 })
  await createTopic(cluster, topic)
  const lines: string[] = []
  const reader = await RecordReader.open(
    cluster,
    topic,
    new Map([
      [0, 0],
      [1, 0],
      [2, 0]
    ]),
    {
      onTrouble: line => void lines.push(line)
    }
  )
  const seen: string[] = []
  let written = 0
  const round = async (): Promise<void> => {
    for (const partition of [0, 1, 2]) {
      await produce(cluster, topic, partition, written)
      written += HUNDRED
    }
    while (seen.length < written) {
      for (const { value } of await reader.poll(1_000))
        seen.push(Buffer.from(value ?? []).toString())
    }
  }
  await round()
  const victim = await cluster.leader(topic, 0)
  await broker.kill(victim)
  await round()
  assert.notEqual(await cluster.leader(topic, 0), victim)
  await broker.revive(victim)
  await round()
  const expected = Array.from({ length: written }, (_, i) => String(i))
  assert.deepEqual(seen.toSorted(), expected.toSorted())
  await reader.close()
  await cluster.close()
})
