import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type ErrorCode, isFailure } from '../../src/core/errors.ts'
import { Cluster } from '../../src/kafka/cluster.ts'
import { RecordReader } from '../../src/kafka/record-reader.ts'
import { craftBatch } from './crafted-batch.ts'
import { type ScriptedBroker, scriptedBroker } from './scripted-broker.ts'
import { type FetchScript, fetchScript, TOPIC, TOPIC_ID } from './scripted-fetch.ts'

const NOT_LEADER = 6
const OUT_OF_RANGE = 1
const FENCED_EPOCH = 74
const UNKNOWN_TOPIC_ID = 100
const DENIED = 29

const batch = (base: number, ...values: string[]): Buffer => craftBatch({ base, values })

interface Opened {
  readonly reader: RecordReader
  readonly lines: string[]
}

async function open(t: TestContext, script: Omit<FetchScript, 'port'>, from = 0): Promise<Opened> {
  let broker: ScriptedBroker | undefined
  const port = (): number => Number(broker?.address.split(':')[1])
  broker = await scriptedBroker(fetchScript({ ...script, port }))
  const cluster = await Cluster.connect({ brokers: [broker.address], connectMs: 2_000 })
  const lines: string[] = []
  const onTrouble = (line: string): void => void lines.push(line)
  const reader = await RecordReader.open(cluster, TOPIC, new Map([[0, from]]), { onTrouble })
  t.after(async () => {
    await reader.close()
    await cluster.close()
    await broker.close()
  })
  return { reader, lines }
}

async function values(reader: RecordReader, count: number): Promise<string[]> {
  const seen: string[] = []
  while (seen.length < count) {
    for (const record of await reader.poll(5_000)) {
      seen.push(`${record.offset}=${Buffer.from(record.value ?? []).toString()}`)
    }
  }
  return seen
}

async function assertStops(reader: RecordReader, code: ErrorCode, words: RegExp): Promise<void> {
  const attempt = async (): Promise<void> => {
    for (;;) await reader.poll(5_000)
  }
  await assert.rejects(attempt, error => isFailure(error, code) && words.test(error.message))
  // And it stays so: nobody reads on by accident.
  await assert.rejects(reader.poll(0), error => isFailure(error, code))
}

test('reading goes on behind each batch, across responses', async t => {
  const { reader } = await open(t, {
    fetches: [
      { batches: [batch(0, 'a', 'b'), batch(2, 'c')], end: 4 },
      { batches: [batch(3, 'd')], end: 4 },
      'silence'
    ]
  })
  assert.deepEqual(await values(reader, 4), ['0=a', '1=b', '2=c', '3=d'])
  assert.deepEqual(reader.progress(0), { position: 4, end: 4, atEnd: true })
  assert.equal(reader.atEnd, true)
})

test('records before the asked offset are left out', async t => {
  const fetches = [
    { batches: [batch(0, 'a'), batch(1, 'b', 'c', 'd')], end: 4 },
    'silence'
  ] as const
  const { reader } = await open(t, { fetches: [...fetches] }, 2)
  assert.deepEqual(await values(reader, 2), ['2=c', '3=d'])
})

test('a moved leader and a fenced epoch are looked up again', async t => {
  const fetches = [
    { error: NOT_LEADER },
    { error: FENCED_EPOCH },
    { batches: [batch(0, 'a')], end: 1 },
    'silence'
  ] as const
  const { reader } = await open(t, { fetches: [...fetches] })
  assert.deepEqual(await values(reader, 1), ['0=a'])
})

test('a lost connection is opened again, and nothing is read twice', async t => {
  const fetches = [
    { batches: [batch(0, 'a')], end: 2 },
    'hang-up',
    'hang-up',
    { batches: [batch(1, 'b')], end: 2 },
    'silence'
  ] as const
  const { reader } = await open(t, { fetches: [...fetches] })
  assert.deepEqual(await values(reader, 2), ['0=a', '1=b'])
})

test('an outage is told, and so is its end', async t => {
  const fetches = [
    ...Array.from({ length: 7 }, () => 'hang-up' as const),
    { batches: [batch(0, 'a')], end: 1 },
    'silence' as const
  ]
  const { reader, lines } = await open(t, { fetches })
  assert.deepEqual(await values(reader, 1), ['0=a'])
  assert.match(lines[0] ?? '', /no answer from the Kafka broker at 127\.0\.0\.1:\d+/)
  assert.match(lines.at(-1) ?? '', /reading events goes on after/)
})

test('an offset that the log no longer has stops with the log’s range', async t => {
  const { reader } = await open(
    t,
    { fetches: [{ error: OUT_OF_RANGE }], range: { start: 100, end: 250 } },
    40
  )
  await assertStops(reader, 'offset-gone', /offset 40 .*covers 100 to 250; up to 60 records/)
})

test('a topic made again under its name stops the reader', async t => {
  let id = TOPIC_ID
  const { reader } = await open(t, {
    fetches: [{ error: UNKNOWN_TOPIC_ID }],
    topicId: () => id
  })
  id = '22222222-2222-4222-8222-222222222222'
  await assertStops(reader, 'topic-recreated', /events/)
})

test('a topic that may not be read stops the reader', async t => {
  const { reader } = await open(t, { fetches: [{ error: DENIED }] })
  await assertStops(reader, 'broker-denied', /events partition 0/)
})

test('a damaged batch stops the reader before any of its records', async t => {
  const bad = batch(1, 'b')
  bad[bad.length - 1] = 9
  const { reader } = await open(t, { fetches: [{ batches: [bad], end: 2 }] }, 1)
  await assertStops(reader, 'batch-corrupt', /events partition 0 at offset 1/)
})

test('a broker that never sends a whole batch does not keep the reader busy for ever', async t => {
  const cut = batch(0, 'a').subarray(0, 70)
  const { reader } = await open(t, { fetches: [{ batches: [Buffer.from(cut)], end: 1 }] })
  await assertStops(reader, 'batch-corrupt', /no whole batch/)
})

test('an abort marker in a later response hides what came before it', async t => {
  const data = (base: number, value: string): Buffer =>
    craftBatch({ base, values: [value], producerId: 7, transactional: true })
  const aborted = [{ producerId: 7n, firstOffset: 0 }]
  const fetches = [
    { batches: [data(0, 'a')], end: 5, aborted },
    { batches: [data(1, 'b'), craftBatch({ base: 2, producerId: 7, marker: 'abort' })], end: 5 },
    { batches: [data(3, 'c'), craftBatch({ base: 4, producerId: 7, marker: 'commit' })], end: 5 },
    'silence'
  ] as const
  const { reader } = await open(t, { fetches: [...fetches] })
  assert.deepEqual(await values(reader, 1), ['3=c'])
  assert.equal(reader.progress(0)?.position, 5)
})

test('the next Fetch is on its way before the caller has its records', async t => {
  let fetches = 0
  const second = Promise.withResolvers<void>()
  const { reader } = await open(t, {
    fetches: [{ batches: [batch(0, 'a')], end: 2 }, 'silence'],
    onFetch: () => {
      if (++fetches === 2) second.resolve()
    }
  })
  assert.deepEqual(await values(reader, 1), ['0=a'])
  await second.promise
})

test('a waiting poll ends when it is woken, and without news after its time', async t => {
  const { reader } = await open(t, { fetches: ['silence'] })
  const waiting = reader.poll(60_000)
  reader.wake()
  assert.deepEqual(await waiting, [])
  assert.deepEqual(await reader.poll(10), [])
})
