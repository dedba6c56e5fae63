import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Arena } from '../../src/core/arena.ts'
import { Inputs } from '../../src/core/inputs.ts'
import { createExtractor } from '../../src/extract/create.ts'
import type { Extractor } from '../../src/extract/extractor.ts'
import type { Codec } from '../../src/kafka/batch/codecs.ts'
import { Cluster } from '../../src/kafka/connection/cluster.ts'
import { SLAB_ROOM_BYTES } from '../../src/kafka/connection/slab.ts'
import { FetchLane } from '../../src/kafka/fetch/fetch-lane.ts'
import { TopicSource } from '../../src/kafka/fetch/topic-source.ts'
import type { Progress, RecordsSpan } from '../../src/port/source.ts'
import { craftBatch } from './crafted-batch.ts'
import { type ScriptedBroker, scriptedBroker } from './scripted-broker.ts'
import { type FetchReply, fetchScript, TOPIC, TOPIC_ID } from './scripted-fetch.ts'

const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const satisfies Codec[]
const FIELDS = { key: 'uid', time: 'ts', by: ['country'] }

async function connected(t: TestContext, fetches: readonly FetchReply[]): Promise<Cluster> {
  let broker: ScriptedBroker | undefined
  const port = (): number => Number(broker?.address.split(':')[1])
  broker = await scriptedBroker(fetchScript({ fetches, port }))
  const cluster = await Cluster.connect({ brokers: [broker.address] })
  t.after(async () => {
    await cluster.close()
    await broker.close()
  })
  return cluster
}

async function opened(t: TestContext, cluster: Cluster): Promise<TopicSource> {
  const inputs = Inputs.of({ name: TOPIC, id: TOPIC_ID, partitions: 1 })
  const source = new TopicSource(cluster, inputs)
  t.after(() => source.close())
  await source.open(new Map([[0, 0]]))
  return source
}

/** Frames of which some are odd: those the kernel leaves to its twin. */
function frames(from: number, count: number, padding = ''): string[] {
  return Array.from({ length: count }, (_, i) => {
    const at = from + i
    const ts = 1_468_244_384 + at
    const uid = at % 7 === 0 ? `\\u0041${at}` : `user-${at % 50}`
    if (at % 11 === 0) return `{"ts":${ts},"other":"${padding}"}`
    if (at % 13 === 0) return 'no frame'
    return `{"n":{"uid":"x"},"a":"${padding}","uid":"${uid}","ts":${ts},"country":"C${at % 5}"}`
  })
}

function replies(all: readonly (readonly [codec: Codec, values: readonly string[]])[]) {
  let base = 0
  const end = all.reduce((sum, [, values]) => sum + values.length, 0)
  const answers = all.map(([codec, values]) => {
    const batch = craftBatch({ base, codec, values })
    base += values.length
    return { batches: [batch], end }
  })
  return { end, fetches: [...answers, 'silence' as const] }
}

/** The rows that an extractor makes of records, as text. */
function rowsOf(extractor: Extractor, span: RecordsSpan): string[] {
  const rows: string[] = []
  extractor.beginRecords(span)
  const { columns, groups } = extractor
  while (extractor.records()) {
    for (let i = 0; i < columns.count; i++) {
      const { verdict, time, h1lo, h1hi, h2lo, h2hi, offset, group, start, end } = columns
      const text = verdict[i] === 0 ? groups.text(group[i]!) : ''
      const hash = verdict[i] === 0 ? [h1lo[i], h1hi[i], h2lo[i], h2hi[i], time[i]] : []
      rows.push([offset[i], verdict[i], ...hash, start[i]! - span.start, end[i], text].join(' '))
    }
  }
  return rows
}

interface Taken {
  readonly rows: string[]
  /** Of each batch: it lay in the arena. */
  readonly inPlace: boolean[]
}

/** Reads to the end; each batch goes to an extractor in the arena, to one that copies and to the plain one. */
async function takeAll(source: TopicSource, end: number): Promise<Taken> {
  const { arena } = source
  assert.ok(arena !== undefined, 'this Node has WASM')
  const inArena = createExtractor(FIELDS, {}, 'wasm', arena)
  assert.equal(inArena.input?.buffer, arena.buffer)
  const others = [createExtractor(FIELDS, {}, 'wasm'), createExtractor(FIELDS, {}, 'plain')]
  const taken: Taken = { rows: [], inPlace: [] }
  let position = 0
  while (position < end) {
    await source.poll(
      {
        lines: () => assert.fail('a topic has no lines'),
        nextLine: () => 0,
        records(_, span) {
          const rows = rowsOf(inArena, span)
          for (const other of others) assert.deepEqual(rowsOf(other, span), rows)
          taken.rows.push(...rows)
          taken.inPlace.push(span.bytes.buffer === arena.buffer)
        },
        progress(_, progress: Progress) {
          position = progress.position
        }
      },
      5_000
    )
  }
  return taken
}

test('batches of all codecs are extracted where they were read or unpacked to, as if copied', async t => {
  const rounds = [0, 1, 2].flatMap(round =>
    CODECS.map((codec, i) => [codec, frames(100 * (5 * round + i), 100)] as const)
  )
  const { fetches, end } = replies(rounds)
  const { rows, inPlace } = await takeAll(await opened(t, await connected(t, fetches)), end)
  assert.equal(rows.length, end)
  assert.equal(new Set(rows.map(row => row.split(' ')[0])).size, end)
  assert.deepEqual([...new Set(inPlace)], [true])
})

test('batches that are larger than the room for answers are copied, and give the same', async t => {
  const wide = frames(100, 10, 'x'.repeat(1_200_000))
  const all = [
    ['none', frames(0, 100)],
    ['none', wide],
    ['lz4', frames(110, 100)],
    ['none', frames(210, 90)]
  ] as const
  const { fetches, end } = replies(all)
  const { rows, inPlace } = await takeAll(await opened(t, await connected(t, fetches)), end)
  assert.equal(rows.length, end)
  // What is unpacked lies in the arena, wherever the answer was.
  assert.deepEqual(inPlace, [true, false, true, false])
})

test('a lane gives its room back, but not before its connection is there or has failed', async () => {
  const arena = Arena.create(2 * SLAB_ROOM_BYTES)
  assert.ok(arena !== undefined, 'this Node has WASM')
  const terms = { isolation: 'committed', partitionBytesMax: 1_000 } as const
  for (const isThere of [false, true]) {
    const { promise, resolve, reject } = Promise.withResolvers<{ close: () => void }>()
    const cluster: object = { options: { brokers: [] }, ownWire: () => promise }
    const lane = new FetchLane(cluster as Cluster, 1, () => {}, arena)
    lane.ask([], terms, false)
    lane.close()
    assert.equal(arena.take(SLAB_ROOM_BYTES), undefined)
    const closed = Promise.withResolvers<void>()
    if (isThere) resolve({ close: closed.resolve })
    else reject(new Error('nobody there'))
    if (isThere) await closed.promise
    else await promise.catch(() => {})
    await Promise.resolve()
    const room = arena.take(SLAB_ROOM_BYTES)
    assert.ok(room !== undefined)
    arena.giveBack(room)
  }
})
