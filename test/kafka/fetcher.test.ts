import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type ErrorCode, isFailure } from '../../src/core/errors.ts'
import { Inputs } from '../../src/core/inputs.ts'
import { Cluster } from '../../src/kafka/connection/cluster.ts'
import { Fetcher } from '../../src/kafka/fetch/fetcher.ts'
import { RecordReader } from '../../src/kafka/fetch/record-reader.ts'
import type { InputLoss } from '../../src/port/input-loss.ts'
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
  assert.deepEqual(reader.progress(0), { position: 4, end: 4, atEnd: true, leaderEpoch: 3 })
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

test('an outage is over when another broker leads what the dead one led', async t => {
  let looks = 0
  const { reader, lines } = await open(t, {
    leader: () => (looks++ < 7 ? 2 : 1),
    fetches: [{ batches: [batch(0, 'a')], end: 1 }, 'silence']
  })
  assert.deepEqual(await values(reader, 1), ['0=a'])
  assert.match(lines[0] ?? '', /no answer from the Kafka broker at 127\.0\.0\.1:1 /)
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

test('a log that left what was read stops the reader where it did', async t => {
  const fetches = [
    { batches: [batch(0, 'a', 'b', 'c')], end: 3 },
    { batches: [], end: 3, divergesAt: 1 },
    'silence'
  ] as const
  const { reader } = await open(t, { fetches: [...fetches], range: { start: 0, end: 2 } })
  await values(reader, 3)
  await assertStops(reader, 'log-cut', /cut at offset 1, it ends at 2 now: 2 records before 3 were/)
})

test('an offset beyond the end is a cut log; one that the broker just does not know yet is asked again', async t => {
  const { reader } = await open(
    t,
    { fetches: [{ error: OUT_OF_RANGE }], range: { start: 0, end: 250 } },
    300
  )
  await assertStops(reader, 'log-cut', /cut at offset 250, .*50 records before 300 were/)
  const fetches = [
    { error: OUT_OF_RANGE },
    { batches: [batch(5, 'a')], end: 6 },
    'silence'
  ] as const
  const lagging = await open(t, { fetches: [...fetches], range: { start: 0, end: 6 } }, 5)
  assert.deepEqual(await values(lagging.reader, 1), ['5=a'])
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

test('a paused partition is asked for no more, and goes on where it stopped', async t => {
  const end = 3
  let asked = 0
  let broker: ScriptedBroker | undefined
  const fetches = [0, 1, 2].map(base => ({ batches: [batch(base, `v${base}`)], end }))
  broker = await scriptedBroker(
    fetchScript({
      fetches,
      port: () => Number(broker?.address.split(':')[1]),
      onFetch: () => asked++
    })
  )
  const cluster = await Cluster.connect({ brokers: [broker.address], connectMs: 2_000 })
  const fetcher = new Fetcher(cluster, Inputs.of({ name: TOPIC, id: TOPIC_ID, partitions: 1 }))
  t.after(async () => {
    fetcher.close()
    await cluster.close()
    await broker.close()
  })
  const read: number[] = []
  const taker = {
    batch: (_: number, { baseOffset }: { baseOffset: number }) => void read.push(baseOffset),
    progress: () => {}
  }
  await fetcher.open(new Map([[0, 0]]))
  while (read.length < 1) await fetcher.poll(taker, 5_000)
  // The next Fetch is on its way by now: what it brings is handed over.
  fetcher.pause(0)
  while (read.length < 2) await fetcher.poll(taker, 5_000)
  assert.equal(asked, 2)
  await fetcher.poll(taker, 20)
  assert.deepEqual([read, asked], [[0, 1], 2])
  fetcher.resume(0)
  while (read.length < 3) await fetcher.poll(taker, 5_000)
  assert.deepEqual(read, [0, 1, 2])
})

test('frames that are read again show a cut before the position, though reading began before the cut', async t => {
  let broker: ScriptedBroker | undefined
  const port = (): number => Number(broker?.address.split(':')[1])
  // Batches of leader epoch 3, where the reader had read up to epoch 2.
  const fetches = [
    { batches: [batch(1, 'a'), batch(2, 'b', 'c', 'd')], end: 5 },
    'silence'
  ] as const
  const range = { start: 0, end: 5 }
  broker = await scriptedBroker(fetchScript({ fetches: [...fetches], range, port }))
  const cluster = await Cluster.connect({ brokers: [broker.address], connectMs: 2_000 })
  const fetcher = new Fetcher(cluster, Inputs.of({ name: TOPIC, id: TOPIC_ID, partitions: 1 }))
  t.after(async () => {
    fetcher.close()
    await cluster.close()
    await broker.close()
  })
  await fetcher.open(new Map())
  await fetcher.assign(0, 0, { offset: 4, leaderEpoch: 2 })
  let loss: InputLoss | undefined
  const taker = {
    batch: () => assert.fail('nothing of it is handed over'),
    progress: () => assert.fail('it is not read'),
    lost: (_: number, told: InputLoss) => {
      loss = told
    }
  }
  while (loss === undefined) await fetcher.poll(taker, 5_000)
  const { kind, offset, resumeAt, lost, error } = loss
  assert.deepEqual([kind, offset, resumeAt, lost, error.code], ['cut', 4, 1, 3, 'log-cut'])
})

test('a waiting poll ends when it is woken, and without news after its time', async t => {
  const { reader } = await open(t, { fetches: ['silence'] })
  const waiting = reader.poll(60_000)
  reader.wake()
  assert.deepEqual(await waiting, [])
  assert.deepEqual(await reader.poll(10), [])
})
