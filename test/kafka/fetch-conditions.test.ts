import assert from 'node:assert/strict'
import { mock, type TestContext, test } from 'node:test'
import { Inputs } from '../../src/core/inputs.ts'
import { limits } from '../../src/core/limits.ts'
import { RecordWalker } from '../../src/kafka/batch/record-walker.ts'
import { Cluster } from '../../src/kafka/connection/cluster.ts'
import type { KafkaOptions } from '../../src/kafka/connection/options.ts'
import { Fetcher } from '../../src/kafka/fetch/fetcher.ts'
import type { InputLoss } from '../../src/port/input-loss.ts'
import { craftBatch } from './crafted-batch.ts'
import { type ScriptedBroker, scriptedBroker } from './scripted-broker.ts'
import {
  type FetchReply,
  type FetchScript,
  fetchScript,
  TOPIC,
  TOPIC_ID
} from './scripted-fetch.ts'

const NOT_LEADER = 6

const batch = (base: number, ...values: string[]): Buffer => craftBatch({ base, values })
const answer = (end: number, ...batches: Buffer[]): FetchReply => ({ batches, end })

class Reading {
  readonly values: string[] = []
  readonly losses: InputLoss[] = []
  readonly lines: string[] = []
  position = -1
  atEnd = false
  readonly fetcher: Fetcher

  constructor(cluster: Cluster) {
    const inputs = Inputs.of({ name: TOPIC, id: TOPIC_ID, partitions: 1 })
    this.fetcher = new Fetcher(cluster, inputs, { onTrouble: line => void this.lines.push(line) })
  }

  async until(isDone: () => boolean): Promise<void> {
    while (!isDone()) {
      await this.fetcher.poll(
        {
          batch: (_, walker, fromOffset) => {
            const records = new RecordWalker(walker.records())
            for (let i = 0; i < walker.count; i++) {
              const { offsetDelta, value } = records.next()
              const offset = walker.baseOffset + offsetDelta
              if (offset >= fromOffset) this.values.push(`${offset}=${value?.toString()}`)
            }
          },
          progress: (_, { position, atEnd }) => {
            this.position = position
            this.atEnd = atEnd
          },
          lost: (_, loss) => void this.losses.push(loss)
        },
        5_000
      )
    }
  }
}

async function serve(t: TestContext, script: Omit<FetchScript, 'port'>): Promise<ScriptedBroker> {
  let broker: ScriptedBroker | undefined
  const port = (): number => portOf(broker!)
  broker = await scriptedBroker(fetchScript({ ...script, port }))
  t.after(() => broker.close())
  return broker
}

function portOf({ address }: ScriptedBroker): number {
  return Number(address.split(':')[1])
}

async function open(
  t: TestContext,
  broker: ScriptedBroker,
  options: Partial<KafkaOptions> = {}
): Promise<Reading> {
  const brokers = [broker.address]
  const cluster = await Cluster.connect({ brokers, connectMs: 5_000, ...options })
  const reading = new Reading(cluster)
  t.after(async () => {
    reading.fetcher.close()
    await cluster.close()
  })
  await reading.fetcher.open(new Map([[0, 0]]))
  return reading
}

function damaged(base: number, ...values: string[]): Buffer {
  const bytes = batch(base, ...values)
  bytes[bytes.length - 2]! ^= 1
  return bytes
}

test('a damaged batch is told with its place; what is before it is handed over, and reading goes on behind it', async t => {
  const first = answer(7, batch(0, 'a'), damaged(1, 'b', 'c'), batch(3, 'd'))
  // The first answer behind it may be on its way already: it is dropped.
  const again = answer(7, batch(3, 'd'), batch(4, 'e', 'f', 'g'))
  const broker = await serve(t, { fetches: [first, again, again, 'silence'] })
  const reading = await open(t, broker)
  await reading.until(() => reading.losses.length > 0)
  const [loss] = reading.losses
  assert.deepEqual(reading.values, ['0=a'])
  assert.deepEqual([reading.position, reading.atEnd], [1, false])
  const { kind, offset, resumeAt, lost, error } = loss!
  assert.deepEqual(
    [kind, offset, resumeAt, lost, error.code],
    ['corrupt', 1, 3, 2, 'batch-corrupt']
  )
  assert.match(error.message, /events partition 0 at offset 1: its checksum is wrong/)
  await reading.fetcher.assign(0, resumeAt)
  await reading.until(() => reading.atEnd)
  assert.deepEqual(reading.values, ['0=a', '3=d', '4=e', '5=f', '6=g'])
})

test('without checksums a changed byte is taken as it comes', async t => {
  const broker = await serve(t, { fetches: [answer(1, damaged(0, 'b')), 'silence'] })
  const reading = await open(t, broker, { checkCrcs: false })
  await reading.until(() => reading.atEnd)
  assert.deepEqual(reading.values, ['0=c'])
})

test('a batch that is cut off at the end of an answer comes whole with the next', async t => {
  const cut = batch(1, 'b', 'c')
  const broker = await serve(t, {
    fetches: [answer(3, batch(0, 'a'), cut.subarray(0, 65)), answer(3, cut), 'silence']
  })
  const reading = await open(t, broker)
  await reading.until(() => reading.atEnd)
  assert.deepEqual(reading.values, ['0=a', '1=b', '2=c'])
})

test('a batch far larger than what was asked for is read all the same', async t => {
  const large = 'x'.repeat(4 * limits.fetchPartitionBytesMax)
  const broker = await serve(t, {
    fetches: [answer(2, batch(0, large), batch(1, 'b')), 'silence']
  })
  const reading = await open(t, broker)
  await reading.until(() => reading.atEnd)
  assert.deepEqual(reading.values, [`0=${large}`, '1=b'])
})

test('the replica that the leader names is read from, and the leader again when that fails', async t => {
  let [atLeader, atReplica] = [0, 0]
  const named: FetchReply = { batches: [], end: 2, preferred: 2 }
  const replica = await serve(t, {
    fetches: [answer(2, batch(0, 'a')), { error: NOT_LEADER }],
    onFetch: () => atReplica++
  })
  const leader = await serve(t, {
    fetches: [named, answer(2, batch(1, 'b')), 'silence'],
    otherPort: () => portOf(replica),
    onFetch: () => atLeader++
  })
  const reading = await open(t, leader, { rack: 'near' })
  await reading.until(() => reading.values.length === 1)
  assert.deepEqual([reading.values, atLeader], [['0=a'], 1])
  await reading.until(() => reading.atEnd)
  assert.deepEqual([reading.values, atReplica], [['0=a', '1=b'], 2])
})

test('a replica that is away is left for the leader', async t => {
  const named: FetchReply = { batches: [], end: 1, preferred: 2 }
  const broker = await serve(t, { fetches: [named, answer(1, batch(0, 'a')), 'silence'] })
  const reading = await open(t, broker, { rack: 'near' })
  await reading.until(() => reading.atEnd)
  assert.deepEqual(reading.values, ['0=a'])
})

test('a quota of the broker is kept to, and told once', async t => {
  const throttleMs = 300
  const asked: number[] = []
  const held = (end: number, base: number): FetchReply => ({
    batches: [batch(base, 'a')],
    end,
    throttleMs
  })
  const broker = await serve(t, {
    fetches: [held(2, 0), held(2, 1), 'silence'],
    onFetch: () => asked.push(performance.now())
  })
  const reading = await open(t, broker)
  await reading.until(() => reading.atEnd)
  // Timers may be a moment early.
  assert.ok(asked[1]! - asked[0]! >= throttleMs - 5, `${asked.join()}`)
  assert.deepEqual(reading.lines, ['a quota of broker 1 slows down reading events'])
})

test('a reader that has had trouble waits like any other: its timers are few', async t => {
  const fetches: FetchReply[] = [{ error: NOT_LEADER }, 'hang-up', answer(1, batch(0, 'a'))]
  const broker = await serve(t, { fetches: [...fetches, 'silence'] })
  const reading = await open(t, broker)
  await reading.until(() => reading.atEnd)
  const timers = mock.method(globalThis, 'setTimeout')
  t.after(() => timers.mock.restore())
  await reading.fetcher.poll({ batch: () => {}, progress: () => {} }, 200)
  assert.ok(timers.mock.callCount() < 20, `${timers.mock.callCount()} timers`)
})
