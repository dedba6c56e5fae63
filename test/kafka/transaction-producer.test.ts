import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { systemClock } from '../../src/host/system-clock.ts'
import {
  type TransactionOptions,
  TransactionProducer
} from '../../src/kafka/transaction/transaction-producer.ts'
import type { Append } from '../../src/port/transaction.ts'
import { type Fault, ScriptedTransactions } from './scripted-transactions.ts'

const codes = {
  again: 51,
  redo: 120,
  unseated: 22,
  fenced: 90,
  fatal: 53,
  unknown: 9_999
} as const
const INVALID_PRODUCER_EPOCH = 47
const INVALID_TXN_STATE = 48
const BEGIN = ['InitProducerId v5', 'OffsetFetch v9']
const COMMIT = ['Produce v12', 'TxnOffsetCommit v5', 'EndTxn v5']

function append(partition: number, ...values: string[]): Append {
  const records = values.map(value => ({ key: null, value: Buffer.from(value) }))
  return { log: 'partials', partition, records }
}
const work = (offset: number) => ({
  appends: [append(0, 'a', 'b')],
  offset: { offset, metadata: `number ${offset}` }
})

const UNKNOWN_TOPIC = 3

/** Gives up on an end without an answer soon. */
const hasty = { timeoutMs: 200 }

async function setUp(more: Partial<TransactionOptions> = {}, level: 1 | 2 = 2) {
  const broker = new ScriptedTransactions(level)
  const mine = new TransactionProducer(broker.cluster, {
    transactionalId: 'app-combine-0',
    topics: { partials: 't' },
    clock: systemClock,
    input: {
      group: 'g',
      topic: 'i',
      partition: 0,
      seat: () => ({ memberId: 'me', generation: 3 })
    },
    ...more
  })
  await mine.init()
  const begun = broker.requests.splice(0)
  const fail = (call: string, ...faults: Fault[]) => broker.script.set(call, faults)
  return { broker, mine, begun, fail }
}

/** Who a batch says it is from: epoch and sequence. */
const stamp = (bytes: Buffer) => `${bytes.readInt16BE(51)}/${bytes.readInt32BE(53)}`

describe('the calls of a transaction', () => {
  it('are those of KIP-890 where the cluster has it', async () => {
    const { broker, mine, begun } = await setUp()
    assert.deepEqual(begun, BEGIN)
    await mine.commit(work(5))
    assert.deepEqual(broker.requests, COMMIT)
    assert.deepEqual([broker.committed, broker.stored?.offset], [2, 5])
    assert.deepEqual(await mine.init(), { offset: 5, metadata: 'number 5' })
  })

  it('are those of KIP-98 where it has not', async () => {
    const { broker, mine } = await setUp({}, 1)
    await mine.commit(work(5))
    assert.deepEqual(broker.requests, [
      'AddPartitionsToTxn v3',
      'Produce v11',
      'AddOffsetsToTxn v3',
      'TxnOffsetCommit v3',
      'EndTxn v3'
    ])
    assert.deepEqual([broker.committed, broker.stored?.offset], [2, 5])
  })

  it('name only what the work has', async () => {
    const { broker, mine } = await setUp()
    await mine.commit({ appends: [append(0, 'a'), append(1)] })
    assert.deepEqual(broker.requests.splice(0), ['Produce v12', 'EndTxn v5'])
    await mine.commit({ appends: [], offset: { offset: 1, metadata: '' } })
    assert.deepEqual(broker.requests.splice(0), ['TxnOffsetCommit v5', 'EndTxn v5'])
    await mine.commit({ appends: [append(0)] })
    assert.deepEqual(broker.requests, [])
  })

  it('take epoch and producer id from every end, and count from 0 again', async () => {
    const { broker, mine } = await setUp()
    for (let i = 0; i < 6; i++) await mine.commit(work(i))
    const sent = broker.produced.map(({ batches }) => batches[0]!.bytes)
    assert.deepEqual(sent.map(stamp), ['0/0', '1/0', '2/0', '3/0', '0/0', '1/0'])
    assert.deepEqual(
      sent.map(bytes => bytes.readBigInt64BE(43)),
      [7n, 7n, 7n, 7n, 8n, 8n]
    )
    assert.equal(broker.committed, 12)
  })

  it('keep epoch and sequences in KIP-98', async () => {
    const { broker, mine } = await setUp({}, 1)
    for (let i = 0; i < 3; i++) await mine.commit(work(i))
    const sent = broker.produced.map(({ batches }) => stamp(batches[0]!.bytes))
    assert.deepEqual(sent, ['0/0', '0/2', '0/4'])
  })

  it('send to all leaders at once, one batch per partition, in order', async () => {
    const { broker, mine } = await setUp()
    const large = Array.from({ length: 3 }, () =>
      Array.from({ length: 40_000 }, Math.random).join()
    )
    await mine.commit({
      appends: [append(0, ...large), append(1, 'x'), append(2, 'y'), append(0, 'z')]
    })
    const sent = broker.produced.map(({ node, batches }) => ({
      node,
      batches: batches.map(({ partition, bytes }) => `${partition}@${stamp(bytes)}`)
    }))
    assert.deepEqual(sent, [
      { node: 0, batches: ['0@0/0', '2@0/0'] },
      { node: 1, batches: ['1@0/0'] },
      { node: 0, batches: ['0@0/1'] },
      { node: 0, batches: ['0@0/2'] },
      { node: 0, batches: ['0@0/3'] }
    ])
    assert.equal(broker.committed, 6)
  })
})

describe('a transaction that meets an error', () => {
  for (const call of ['Produce', 'TxnOffsetCommit', 'EndTxn', 'InitProducerId', 'OffsetFetch']) {
    for (const fault of [codes.again, 'lost', 'unheard'] as const) {
      if (call === 'OffsetFetch' && fault === codes.again) continue
      it(`repeats ${call} after ${fault}`, async () => {
        const { broker, mine, fail } = await setUp()
        fail(call, fault, fault)
        if (BEGIN.some(each => each.startsWith(call))) await mine.init()
        await mine.commit(work(1))
        assert.equal(broker.requests.filter(each => each.startsWith(`${call} `)).length, 3)
        assert.deepEqual([broker.committed, broker.stored?.offset], [2, 1])
      })
    }
  }

  it('repeats the very same bytes', async () => {
    const { broker, mine, fail } = await setUp()
    fail('Produce', 'lost', codes.again)
    fail('TxnOffsetCommit', 'lost', codes.again)
    fail('EndTxn', 'lost', codes.again)
    await mine.commit(work(1))
    const produced = broker.produced.map(({ batches }) => batches[0]!.bytes.toString('hex'))
    assert.deepEqual([produced.length, new Set(produced).size], [3, 1])
    for (const name of ['TxnOffsetCommit', 'EndTxn']) {
      const sent = broker.sent.filter(each => each.name === name)
      assert.deepEqual(
        [sent.length, new Set(sent.map(each => each.bytes.toString('hex'))).size],
        [3, 1]
      )
    }
  })

  const thrown = {
    redo: 'transaction-aborted',
    unseated: 'group-lost',
    fatal: 'broker-denied',
    unknown: 'broker-refused'
  } as const
  it('waits for a topic that the broker does not know until it is known to be gone, no longer', async () => {
    let looks = 0
    const place = { group: 'g', topic: 'i', partition: 0 }
    const seat = () => ({ memberId: 'me', generation: 3 })
    const input = { ...place, seat, isGone: () => ++looks === 3 }
    const { broker, mine } = await setUp({ input, timeoutMs: 600_000 })
    broker.always.set('TxnOffsetCommit', UNKNOWN_TOPIC)
    await assert.rejects(mine.commit(work(1)), { code: 'transaction-aborted' })
    assert.equal(looks, 3)
    assert.equal(broker.requests.at(-1), 'EndTxn v5')
    assert.deepEqual([broker.committed, broker.stored], [0, undefined])
  })

  for (const call of ['Produce', 'TxnOffsetCommit']) {
    for (const [fate, code] of Object.entries(thrown)) {
      it(`aborts when ${call} is answered by ${fate}: ${code}; the next one counts`, async () => {
        const { broker, mine, fail } = await setUp()
        const fault = codes[fate as keyof typeof codes]
        // The library fails on codes it does not know, so a Produce is then unreadable.
        const expected = call === 'Produce' && fate === 'unknown' ? 'broker-protocol' : code
        fail(call, fault)
        await assert.rejects(mine.commit(work(1)), { code: expected })
        assert.equal(broker.requests.at(-1), 'EndTxn v5')
        assert.equal(broker.sent.at(-1)!.bytes.at(-2), 0)
        assert.deepEqual([broker.committed, broker.stored], [0, undefined])
        broker.requests.length = 0
        await mine.commit(work(1))
        assert.deepEqual(broker.requests, COMMIT)
        assert.deepEqual([broker.committed, broker.stored?.offset], [2, 1])
      })
    }
  }

  for (const call of ['Produce', 'TxnOffsetCommit', 'EndTxn']) {
    it(`says nothing more when ${call} tells that it is fenced, until it takes over anew`, async () => {
      const { broker, mine, fail } = await setUp()
      fail(call, codes.fenced)
      await assert.rejects(mine.commit(work(1)), { code: 'transaction-fenced' })
      assert.ok(broker.requests.at(-1)!.startsWith(call))
      await assert.rejects(mine.commit(work(1)), /broken invariant: init comes before commit/)
      await mine.init()
      await mine.commit(work(1))
      assert.deepEqual([broker.committed, broker.stored?.offset], [2, 1])
    })
  }

  for (const fate of ['redo', 'fatal', 'unseated', 'unknown'] as const) {
    it(`asks what became of it when its end is answered by ${fate}`, async () => {
      const { broker, mine, fail } = await setUp()
      fail('EndTxn', codes[fate])
      await assert.rejects(mine.commit(work(1)), { code: 'transaction-aborted' })
      assert.deepEqual(broker.requests.slice(-2), BEGIN)
      await mine.commit(work(1))
      assert.deepEqual([broker.committed, broker.stored?.offset], [2, 1])
    })
  }

  it('counts when its end was done and never answered', async () => {
    const { broker, mine } = await setUp(hasty)
    broker.always.set('EndTxn', 'lost')
    await mine.commit(work(1))
    assert.deepEqual(broker.requests.slice(-2), BEGIN)
    broker.always.clear()
    await mine.commit(work(2))
    assert.deepEqual([broker.committed, broker.stored?.offset], [4, 2])
  })

  it('is aborted when its end was never done', async () => {
    const { broker, mine } = await setUp(hasty)
    broker.always.set('EndTxn', 'unheard')
    await assert.rejects(mine.commit(work(1)), { code: 'transaction-aborted' })
    broker.always.clear()
    await mine.commit(work(1))
    assert.deepEqual([broker.committed, broker.stored?.offset], [2, 1])
  })

  it('is fenced when somebody took over while its end was not answered', async () => {
    const { broker, mine } = await setUp(hasty)
    broker.always.set('EndTxn', 'unheard')
    broker.taken = true
    await assert.rejects(mine.commit(work(1)), { code: 'transaction-fenced' })
  })

  it('is fenced when the stored offset was moved by somebody else', async () => {
    const { broker, mine } = await setUp(hasty)
    broker.always.set('EndTxn', 'unheard')
    broker.stored = { offset: 77, metadata: 'not ours' }
    await assert.rejects(mine.commit(work(1)), {
      code: 'transaction-fenced',
      message: /somebody else moved the stored offset/
    })
  })

  it('is aborted even when the abort is not answered; the next one asks first', async () => {
    const { broker, mine, fail } = await setUp(hasty)
    fail('Produce', codes.redo)
    broker.always.set('EndTxn', 'unheard')
    await assert.rejects(mine.commit(work(1)), { code: 'transaction-aborted' })
    broker.always.clear()
    broker.requests.length = 0
    await mine.commit(work(1))
    assert.deepEqual(broker.requests, [...BEGIN, ...COMMIT])
    assert.equal(broker.committed, 2)
  })

  it('goes on under a new epoch when the broker has timed it out', async () => {
    const { broker, mine, fail } = await setUp()
    fail('TxnOffsetCommit', INVALID_PRODUCER_EPOCH)
    fail('EndTxn', INVALID_TXN_STATE)
    await assert.rejects(mine.commit(work(1)), { code: 'transaction-aborted' })
    broker.requests.length = 0
    await mine.commit(work(1))
    assert.deepEqual(broker.requests, [...BEGIN, ...COMMIT])
    assert.deepEqual([broker.committed, broker.stored?.offset], [2, 1])
  })

  it('is fenced when the broker has timed it out and somebody took over', async () => {
    const { broker, mine, fail } = await setUp()
    fail('TxnOffsetCommit', INVALID_PRODUCER_EPOCH)
    fail('EndTxn', INVALID_TXN_STATE)
    broker.taken = true
    await assert.rejects(mine.commit(work(1)), { code: 'transaction-aborted' })
    await assert.rejects(mine.commit(work(1)), { code: 'transaction-fenced' })
  })

  it('begins anew after every abort in KIP-98', async () => {
    const { broker, mine, fail } = await setUp({}, 1)
    fail('TxnOffsetCommit', codes.redo)
    await assert.rejects(mine.commit(work(1)), { code: 'transaction-aborted' })
    broker.requests.length = 0
    await mine.commit(work(1))
    assert.deepEqual(broker.requests.slice(0, 2), BEGIN)
    assert.equal(broker.committed, 2)
  })

  it('waits with an open outcome for as long as it takes, and until it is closed', async () => {
    const { broker, mine } = await setUp(hasty)
    broker.always.set('EndTxn', 'lost').set('InitProducerId', 'unheard')
    const committed = mine.commit(work(1))
    while (!broker.requests.includes('InitProducerId v5')) await new Promise(setImmediate)
    await mine.close()
    await assert.rejects(committed, { code: 'interrupted' })
    await assert.rejects(mine.commit(work(1)), { code: 'interrupted' })
  })

  it('asks nobody when the partition is not ours', async () => {
    const input = { group: 'g', topic: 'i', partition: 0, seat: () => undefined }
    const { broker, mine } = await setUp({ input })
    await assert.rejects(mine.commit(work(1)), { code: 'group-lost', message: /group g/ })
    assert.deepEqual(broker.requests, [])
  })

  it('tells once of commits that are aborted again and again', async () => {
    const lines: string[] = []
    const { broker, mine } = await setUp({ onTrouble: line => lines.push(line) })
    const UNKNOWN_SERVER_ERROR = -1
    broker.always.set('TxnOffsetCommit', UNKNOWN_SERVER_ERROR)
    const begun = performance.now()
    while (performance.now() < begun + 1_500) {
      await assert.rejects(mine.commit(work(1)), { code: 'transaction-aborted' })
    }
    assert.equal(lines.length, 1, lines.join('\n'))
    assert.match(lines[0]!, /app-combine-0 was aborted.*UNKNOWN_SERVER_ERROR|broker failed inside/)
    assert.match(lines[0]!, /trying for/)
    broker.always.clear()
    await mine.commit(work(1))
    assert.equal(broker.stored?.offset, 1)
    assert.match(lines[1]!, /go on after/)
  })

  it('tells of trouble that lasts, and of its end', async () => {
    const lines: string[] = []
    const { broker, mine } = await setUp({
      onTrouble: line => {
        lines.push(line)
        broker.always.clear()
      }
    })
    broker.always.set('InitProducerId', 'unheard')
    await mine.init()
    await mine.commit(work(1))
    assert.match(lines[0]!, /no answer from the Kafka broker at scripted.*trying for/)
    assert.match(lines[1]!, /^transactions go on after /)
    assert.equal(lines.length, 2)
  })
})
