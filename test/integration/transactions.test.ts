import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Cluster } from '../../src/kafka/connection/cluster.ts'
import {
  type TransactionOptions,
  TransactionProducer
} from '../../src/kafka/transaction/transaction-producer.ts'
import {
  type TaskUnderTest,
  transactionConformance
} from '../conformance/transaction.conformance.ts'
import { AppOnBroker, record } from './app-on-broker.ts'
import { CuttingProxy, throughProxy } from './cutting-proxy.ts'
import { developmentBroker } from './dev-broker.ts'

const broker = await developmentBroker()
/** More transactions in a row: HEADCOUNT_RUNS=1000; from 33000 on the producer id rolls over, too. */
const RUNS = Number(process.env.HEADCOUNT_RUNS ?? 100)
const LAST_EPOCH = 32_767
const KEYS = { produce: 0, endTxn: 26, txnOffsetCommit: 28 } as const
const FOREVER = 1_000_000
const patient = { limitMs: 10_000 }

function quantile(values: readonly number[], q: number): string {
  const sorted = values.toSorted((left, right) => left - right)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!.toFixed(1)
}

describe('on a broker', { skip: broker === undefined }, () => {
  for (const version of [1, 2] as const) {
    transactionConformance(`those of transaction.version ${version}`, async () => {
      const app = await AppOnBroker.open(broker!.bootstrap)
      return {
        log: app.log,
        task: () => {
          const options = app.options()
          const task: TaskUnderTest = {
            seat: app.seat,
            instance: () =>
              new TransactionProducer(app.cluster, {
                ...options,
                version,
                input: { ...options.input, seat: () => task.seat }
              })
          }
          return task
        },
        close: () => app.close()
      }
    })
  }
})

describe('a transaction on a broker', { skip: broker === undefined }, () => {
  let app: AppOnBroker
  before(async () => {
    app = await AppOnBroker.open(broker!.bootstrap)
  })
  after(() => app.close())

  for (const classic of [false, true]) {
    const calls98 = classic ? ', with the calls of KIP-98' : ''

    it(`is seen when it is committed, not before${calls98}`, async () => {
      const { calls, delivery, enqueue } = app.parts(classic)
      const identity = await calls.begin(undefined, patient)
      const from = await app.written('windows', 0)
      enqueue('windows', 0, 'a', 'b')
      if (classic) {
        await calls.addPartitions(identity, new Map([[app.topics.windows, [0]]]), patient)
      }
      await delivery.deliver(identity, patient)
      await calls.storeOffset(identity, app.seat, { offset: 9, metadata: 'm' }, patient)
      assert.equal(await app.written('windows', 0), from + 2)
      assert.equal((await app.log.bounds('windows', 0)).end, from)
      const next = await calls.end(identity, true, patient)
      assert.equal(next.epoch > identity.epoch, !classic)
      await calls.begin(next, patient)
      assert.deepEqual(await app.committed('windows', 0, from), ['a', 'b'])
      assert.equal((await calls.stored(patient))?.offset, 9)
    })

    it(`is never seen when it is aborted${calls98}`, async () => {
      const { calls, delivery, enqueue } = app.parts(classic)
      const identity = await calls.begin(undefined, patient)
      const from = await app.written('windows', 0)
      enqueue('windows', 0, 'never')
      if (classic) {
        await calls.addPartitions(identity, new Map([[app.topics.windows, [0]]]), patient)
      }
      await delivery.deliver(identity, patient)
      await calls.storeOffset(identity, app.seat, { offset: 9, metadata: 'm' }, patient)
      await calls.begin(await calls.end(identity, false, patient), patient)
      assert.deepEqual(await app.committed('windows', 0, from), [])
      assert.ok((await app.written('windows', 0)) > from)
      assert.equal(await calls.stored(patient), undefined)
    })

    it(`that a zombie left open is ended by its successor${calls98}`, async () => {
      const { calls, delivery, enqueue } = app.parts(classic)
      const zombie = await calls.begin(undefined, patient)
      const from = await app.written('windows', 0)
      enqueue('windows', 0, 'half')
      if (classic) {
        await calls.addPartitions(zombie, new Map([[app.topics.windows, [0]]]), patient)
      }
      await delivery.deliver(zombie, patient)
      await calls.storeOffset(zombie, app.seat, { offset: 9, metadata: 'm' }, patient)
      await calls.begin(undefined, patient)
      assert.equal(await calls.stored(patient), undefined)
      const fenced = /PRODUCER_FENCED|INVALID_PRODUCER_EPOCH/
      enqueue('windows', 0, 'late')
      await assert.rejects(delivery.deliver(zombie, patient), fenced)
      await assert.rejects(
        calls.storeOffset(zombie, app.seat, { offset: 9, metadata: 'm' }, patient),
        fenced
      )
      await assert.rejects(calls.end(zombie, true, patient), fenced)
      await assert.rejects(calls.begin(zombie, patient), /PRODUCER_FENCED/)
      assert.deepEqual(await app.committed('windows', 0, from), [])
    })
  }

  describe('behind a connection that loses answers', () => {
    let proxy: CuttingProxy
    let cut: Cluster
    before(async () => {
      proxy = await CuttingProxy.open(broker!.bootstrap.split(',')[0]!)
      cut = throughProxy(app.cluster, proxy)
    })
    after(() => proxy.close())

    async function setUp(more: Partial<TransactionOptions> = {}) {
      const options = { ...app.options(), ...more }
      const mine = new TransactionProducer(cut, options)
      await mine.init()
      const from = await app.written('partials', 0)
      const commit = (at: number) =>
        mine.commit({
          appends: [
            { log: 'partials', partition: 0, records: [record(`p${at}`)] },
            { log: 'partials', partition: 1, records: [record(`q${at}`)] }
          ],
          offset: { offset: at, metadata: `number ${at}` }
        })
      /** What counts in the end, asked by a successor. */
      const outcome = async () => {
        const stored = await new TransactionProducer(app.cluster, options).init()
        return { offset: stored?.offset, values: await app.committed('partials', 0, from) }
      }
      return { commit, outcome }
    }

    for (const version of [1, 2] as const) {
      for (const [name, key] of Object.entries(KEYS)) {
        for (const early of [false, true]) {
          const lost = early ? 'request' : 'answer'
          it(`counts once when the ${lost} of ${name} is lost (version ${version})`, async () => {
            const { commit, outcome } = await setUp({ version })
            await commit(1)
            Object.assign(proxy, { key, early, cuts: 2 })
            await commit(2)
            assert.equal(proxy.cuts, 0)
            await commit(3)
            assert.deepEqual(await outcome(), { offset: 3, values: ['p1', 'p2', 'p3'] })
          })
        }
      }

      it(`counts when its end was never answered (version ${version})`, async () => {
        const { commit, outcome } = await setUp({ version, timeoutMs: 2_500 })
        await commit(1)
        Object.assign(proxy, { key: KEYS.endTxn, early: false, cuts: FOREVER })
        await commit(2)
        proxy.cuts = 0
        await commit(3)
        assert.deepEqual(await outcome(), { offset: 3, values: ['p1', 'p2', 'p3'] })
      })

      it(`is aborted when its end never arrived, and may be sent again (version ${version})`, async () => {
        const { commit, outcome } = await setUp({ version, timeoutMs: 2_500 })
        await commit(1)
        Object.assign(proxy, { key: KEYS.endTxn, early: true, cuts: FOREVER })
        await assert.rejects(commit(2), { code: 'transaction-aborted' })
        proxy.cuts = 0
        await commit(2)
        await commit(3)
        assert.deepEqual(await outcome(), { offset: 3, values: ['p1', 'p2', 'p3'] })
      })
    }

    it('is aborted when the records do not get through, and may be sent again', async () => {
      const lines: string[] = []
      const onTrouble = (line: string) => lines.push(line)
      const { commit, outcome } = await setUp({ timeoutMs: 4_000, onTrouble })
      Object.assign(proxy, { key: KEYS.produce, early: true, cuts: FOREVER })
      await assert.rejects(commit(1), { code: 'transaction-aborted' })
      assert.match(lines[0]!, /trying for/)
      proxy.cuts = 0
      await commit(1)
      assert.deepEqual(await outcome(), { offset: 1, values: ['p1'] })
    })
  })

  it('stores nothing under the generation of somebody else', async () => {
    let seat = { ...app.seat, generation: app.seat.generation + 1 }
    const options = app.options()
    const mine = new TransactionProducer(app.cluster, {
      ...options,
      input: { ...options.input, seat: () => seat }
    })
    await mine.init()
    const from = await app.written('rejects', 0)
    const work = {
      appends: [{ log: 'rejects' as const, partition: 0, records: [record('r')] }],
      offset: { offset: 1, metadata: '' }
    }
    await assert.rejects(mine.commit(work), { code: 'group-lost', message: /ILLEGAL_GENERATION/ })
    seat = { ...app.seat, memberId: 'somebody' }
    await assert.rejects(mine.commit(work), { code: 'group-lost', message: /UNKNOWN_MEMBER_ID/ })
    assert.equal(await mine.init(), undefined)
    assert.deepEqual(await app.committed('rejects', 0, from), [])
    seat = app.seat
    await mine.commit(work)
    assert.equal((await mine.init())?.offset, 1)
  })

  it('is fatal when the broker will not ever take it', async () => {
    const topic = (await app.scratch.topic('strict', 1, { 'max.message.bytes': '1000' })).name
    const options = { ...app.options(), topics: { counts: topic } }
    const mine = new TransactionProducer(app.cluster, options)
    await mine.init()
    const large = {
      key: null,
      value: Buffer.from(Array.from({ length: 5_000 }, Math.random).join())
    }
    const work = { appends: [{ log: 'counts' as const, partition: 0, records: [large] }] }
    await assert.rejects(mine.commit(work), {
      code: 'broker-refused',
      message: /MESSAGE_TOO_LARGE/
    })
    const small = { appends: [{ log: 'counts' as const, partition: 0, records: [record('s')] }] }
    await mine.commit({ ...small, offset: { offset: 4, metadata: '' } })
    assert.equal((await mine.init())?.offset, 4)
  })

  it('takes a few milliseconds, one after the other', async t => {
    const mine = new TransactionProducer(app.cluster, app.options())
    await mine.init()
    const value = Buffer.alloc(10_000, 'x')
    const times: number[] = []
    for (let i = 0; i < RUNS && i < 1_000; i++) {
      const begun = performance.now()
      await mine.commit({
        appends: [0, 1].map(partition => ({
          log: 'partials',
          partition,
          records: [{ key: null, value }]
        })),
        offset: { offset: i, metadata: '' }
      })
      times.push(performance.now() - begun)
    }
    t.diagnostic(
      `${times.length} in a row: p50 ${quantile(times, 0.5)}, p99 ${quantile(times, 0.99)} ms`
    )
    assert.equal((await mine.init())?.offset, times.length - 1)
  })

  const rolls = RUNS > LAST_EPOCH ? false : 'takes minutes: HEADCOUNT_RUNS=33000'
  it('goes on when the epochs of its producer id are used up', { skip: rolls }, async t => {
    const mine = new TransactionProducer(app.cluster, app.options())
    await mine.init()
    const from = await app.written('counts', 0)
    const begun = performance.now()
    const times: number[] = []
    // Records only near the end, where the identity changes.
    const near = (i: number) => i > LAST_EPOCH - 50
    for (let i = 0; i < LAST_EPOCH + 50; i++) {
      const records = near(i) ? [record(`${i}`)] : []
      const started = performance.now()
      await mine.commit({
        appends: [{ log: 'counts', partition: 0, records }],
        offset: { offset: i, metadata: '' }
      })
      times.push(performance.now() - started)
    }
    const seconds = ((performance.now() - begun) / 1_000).toFixed(0)
    const slowest = Math.max(...times.slice(LAST_EPOCH - 50)).toFixed(1)
    t.diagnostic(`${times.length} commits in ${seconds} s, p50 ${quantile(times, 0.5)} ms`)
    t.diagnostic(`the slowest of the last 100, where the producer id changes: ${slowest} ms`)
    assert.equal((await mine.init())?.offset, LAST_EPOCH + 49)
    const expected = times.map((_, i) => i).filter(near)
    assert.deepEqual(await app.committed('counts', 0, from), expected.map(String))
  })
})
