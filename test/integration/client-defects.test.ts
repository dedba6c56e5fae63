import assert from 'node:assert/strict'
import { after, before, describe, it, type TestContext } from 'node:test'
import * as K from '@platformatic/kafka'
import { AppOnBroker } from './app-on-broker.ts'
import { developmentBroker } from './dev-broker.ts'
import { Transactions } from './foreign-producer.ts'

/*
 * What of @platformatic/kafka src/kafka goes around (docs/design/0003), where it takes a broker to see
 * it; test/kafka/client-defects.test.ts has the rest. Each test fails when the library is mended: then
 * the place that its name says can go, or changes.
 */
const FETCH = 1
const ADD_PARTITIONS = 24
const ORDINARY_RIGHTS_UP_TO = 3
const patient = { limitMs: 10_000 }

type Done = (error: Error) => void

/** Looks at every request of the library; one for which `look` returns an error fails with it. */
function onSend(
  t: TestContext,
  look: (key: number, version: number) => Error | undefined
): { restore(): void } {
  const real: unknown = Reflect.get(K.Connection.prototype, 'send')
  assert.ok(typeof real === 'function')
  function send(this: K.Connection, ...request: [number, number, ...unknown[]]): unknown {
    const error = look(request[0], request[1])
    if (error === undefined) return Reflect.apply(real as () => unknown, this, request)
    return setImmediate(() => (request.at(-1) as Done)(error))
  }
  return t.mock.method(K.Connection.prototype, 'send', send).mock
}

const broker = await developmentBroker()

describe('the client library on a broker', { skip: broker === undefined }, () => {
  let app: AppOnBroker
  const open = new Set<{ close(): unknown }>()
  before(async () => {
    app = await AppOnBroker.open(broker!.bootstrap)
  })
  after(async () => {
    for (const client of open) await client.close()
    await app.close()
  })

  const base = () => ({ clientId: 'defect', bootstrapBrokers: broker!.bootstrap.split(',') })
  const consumerOf = (groupId: string, more: object = {}) => {
    const consumer = new K.Consumer({ ...base(), groupId, autocommit: false, ...more })
    open.add({ close: () => consumer.close(true) })
    return consumer
  }
  const producerOf = (transactionalId: string, more: object = {}) => {
    const producer = new K.Producer({ ...base(), transactionalId, idempotent: true, ...more })
    open.add({ close: () => producer.close(true) })
    return producer
  }

  it('shows records of aborted transactions to a committed reader (committed.ts leaves them out)', async () => {
    const { name } = await app.scratch.topic('leak')
    const foreign = new Transactions(app.cluster, name)
    for (const [value, commit] of [
      ['aborted', false],
      ['aborted too', false],
      ['committed', true]
    ] as const) {
      await foreign.begin()
      await foreign.send(value)
      await foreign.end(commit)
    }
    const stream = await consumerOf(app.scratch.name('group')).consume({
      topics: [name],
      mode: 'earliest',
      isolationLevel: K.FetchIsolationLevels.READ_COMMITTED
    })
    const seen: string[] = []
    for await (const { value } of stream) {
      seen.push(value.toString())
      if (seen.at(-1) === 'committed') break
    }
    assert.deepEqual(seen, ['aborted', 'committed'])
  })

  it('is fenced by itself when a transactional id comes back (transaction-calls.ts asks with -1/-1)', async () => {
    // Its producer id is not 0: the broker gave that one to somebody before.
    const id = app.scratch.name('restart')
    await producerOf(id).beginTransaction()
    await assert.rejects(producerOf(id, { retries: 0 }).beginTransaction(), error => {
      assert.ok(K.findErrorBy(error as Error, 'apiId', 'PRODUCER_FENCED'), String(error))
      return true
    })
    const cured = producerOf(id, { producerId: -1n, producerEpoch: -1 })
    await cured.beginTransaction()
    assert.equal(cured.producerEpoch, 1)
  })

  it('reads an offset while a transaction is about to move it (offsets.ts waits for the end)', async () => {
    const { calls } = app.parts()
    const { input } = app.options()
    const partition = input.partition - 1
    const identity = await calls.begin(undefined, patient)
    await calls.storeOffset(identity, app.seat, { offset: 10, metadata: '' }, patient)
    const consumer = consumerOf(app.group)
    const stored = await consumer.listCommittedOffsets({
      topics: [{ topic: app.input, partitions: [partition] }]
    })
    assert.deepEqual(stored.get(app.input), [-1n])
    await calls.end(identity, true, patient)
    assert.equal((await calls.stored(patient))?.offset, 10)
  })

  it('loses offsets that are added at the same time, and asks for rights on the cluster (transaction-producer.ts does neither)', async t => {
    const { name } = await app.scratch.topic('three', 3)
    const versions: number[] = []
    onSend(t, (key, version) => {
      if (key === ADD_PARTITIONS) versions.push(version)
      return undefined
    })
    const consumer = consumerOf(app.scratch.name('group'))
    const coordinatorId = await consumer.findGroupCoordinator()
    const producer = producerOf(app.scratch.name('transaction'), {
      producerId: -1n,
      producerEpoch: -1
    })
    const transaction = await producer.beginTransaction()
    await transaction.send({
      messages: [{ topic: name, partition: 0, value: Buffer.from('v') }]
    })
    await transaction.addConsumer(consumer)
    const { groupId } = consumer
    const membership = { groupId, generationId: -1, memberId: '', coordinatorId }
    const offsets = [0, 1, 2].map(partition =>
      transaction.addOffset({
        topic: name,
        partition,
        offset: 41n,
        metadata: { consumer: membership }
      } as unknown as K.Message)
    )
    await Promise.all(offsets)
    await transaction.commit()
    const topics = [{ topic: name, partitions: [0, 1, 2] }]
    const stored = await consumer.listCommittedOffsets({ topics })
    // One at most is there; a commit is answered before it can be read, so not even that one for certain.
    const lost = stored.get(name)!.filter(offset => offset === -1n)
    assert.ok(lost.length >= 2, `stored ${stored.get(name)!.join()}`)
    assert.ok(versions.length > 0 && versions.every(version => version > ORDINARY_RIGHTS_UP_TO))
  })

  it('gives a stream up for good when a broker is away for its retries (fetcher.ts goes on)', async t => {
    const { name } = await app.scratch.topic('away')
    const consumer = consumerOf(app.scratch.name('group'), { retryDelay: 10 })
    const stream = await consumer.consume({ topics: [name], mode: 'earliest', maxWaitTime: 50 })
    const away = onSend(t, key => (key === FETCH ? new K.NetworkError('away') : undefined))
    const failed = new Promise<void>(resolve => stream.on('error', () => resolve()))
    const closed = new Promise<void>(resolve => stream.on('close', () => resolve()))
    stream.resume()
    await Promise.all([failed, closed])
    away.restore()
    assert.equal(stream.destroyed, true)
  })
})
