import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import * as K from '@platformatic/kafka'
import type { ErrorCode } from '../../src/core/errors.ts'
import { isRetriable } from '../../src/kafka/connection/client-errors.ts'
import { Cluster } from '../../src/kafka/connection/cluster.ts'
import type { KafkaOptions } from '../../src/kafka/connection/options.ts'
import { Slab } from '../../src/kafka/connection/slab.ts'
import { call, callWithin, Wire } from '../../src/kafka/connection/wire.ts'
import {
  listen,
  type Reply,
  type Request,
  scriptedBroker,
  versionsBody
} from './scripted-broker.ts'

const API_VERSIONS = 18
const METADATA = 3
const FETCH = 1
const flexible = { request: true, response: true }

function options(address: string, more: Partial<KafkaOptions> = {}): KafkaOptions {
  return { brokers: [address], connectMs: 1_000, ...more }
}

async function openWire(
  t: TestContext,
  reply: (request: Request) => Reply,
  slab?: Slab
): Promise<Wire> {
  const broker = await scriptedBroker(request =>
    request.apiKey === API_VERSIONS ? versionsBody() : reply(request)
  )
  const wire = await Wire.open(broker.address, options(broker.address), slab)
  t.after(async () => {
    wire.close()
    await broker.close()
  })
  return wire
}

function fetchRaw(
  wire: Wire,
  keep = false
): Promise<{ bytes: Buffer; start: number; end: number }> {
  const { promise, resolve, reject } = Promise.withResolvers<{
    bytes: Buffer
    start: number
    end: number
  }>()
  const body = K.Writer.create().appendInt8(0)
  wire.request(FETCH, 17, body, flexible, 2_000, (error, bytes, start, end) => {
    if (error === null) resolve({ bytes, start, end })
    else reject(error)
    return keep
  })
  return promise
}

async function assertRefused(
  attempt: Promise<unknown>,
  code: ErrorCode,
  words: RegExp
): Promise<void> {
  await assert.rejects(attempt, (error: Error & { code?: string }) => {
    assert.equal(error.code, code, error.message)
    assert.match(error.message, words)
    return true
  })
}

test('a port where nobody listens is named, and may be tried again', async () => {
  const gone = await listen(() => {})
  await gone.close()
  const attempt = Cluster.connect(options(gone.address))
  await assertRefused(attempt, 'broker-unreachable', /127\.0\.0\.1:\d+ \(connection refused\)/)
  await assert.rejects(Wire.open(gone.address, options(gone.address)), isRetriable)
})

test('an unknown host and text that is no address are named', async () => {
  const unknown = Cluster.connect(options('no-such-host.invalid:9092'))
  await assertRefused(unknown, 'broker-unreachable', /no-such-host\.invalid:9092/)
  await assertRefused(Cluster.connect(options('a b:c')), 'broker-unreachable', /not host:port/)
})

test('several brokers are tried in turn, and all are named when none answers', async t => {
  const gone = [await listen(() => {}), await listen(() => {})]
  for (const each of gone) await each.close()
  const brokers = gone.map(each => each.address)
  const none = Cluster.connect({ brokers, connectMs: 1_000 })
  await assertRefused(none, 'broker-unreachable', new RegExp(brokers.join('.*')))

  const alive = await scriptedBroker(({ apiKey }) =>
    apiKey === API_VERSIONS ? versionsBody() : metadataBody([])
  )
  t.after(() => alive.close())
  const cluster = await Cluster.connect({ brokers: [...brokers, alive.address], connectMs: 3_000 })
  assert.equal(cluster.address, alive.address)
  await cluster.close()
})

test('servers that are no brokers are told apart from brokers that are away', async t => {
  const cases: [string, (socket: import('node:net').Socket) => void, ErrorCode, RegExp][] = [
    ['HTTP', s => s.write('HTTP/1.1 400 Bad Request\r\n\r\n'), 'broker-protocol', /in HTTP/],
    ['SSH', s => s.write('SSH-2.0-OpenSSH_9.6\r\n'), 'broker-protocol', /an answer of 1\.4 GB/],
    ['TLS', s => s.write(Buffer.from('15030300020250', 'hex')), 'broker-protocol', /in TLS/],
    ['hang-up', s => s.destroy(), 'broker-protocol', /hung up at the first request/],
    ['silence', () => {}, 'broker-unreachable', /no answer to ApiVersions within 1s/]
  ]
  for (const [name, serve, code, words] of cases) {
    const server = await listen(socket => {
      socket.once('data', () => serve(socket))
    })
    t.after(() => server.close())
    await t.test(name, () => assertRefused(Cluster.connect(options(server.address)), code, words))
  }
})

test('TLS to a port without it, and a certificate that is no PEM, are TLS failures', async t => {
  const plain = await listen(socket =>
    socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  )
  t.after(() => plain.close())
  const tls = options(plain.address, { tls: {} })
  await assertRefused(Cluster.connect(tls), 'broker-tls', /does not answer in TLS/)
  const bad = options(plain.address, { tls: { cert: 'x', key: 'y' } })
  await assertRefused(Cluster.connect(bad), 'broker-tls', /not PEM/)
})

test('a broker too old for our Fetch is named', async t => {
  const old = await scriptedBroker(() => versionsBody(15))
  t.after(() => old.close())
  await assertRefused(Cluster.connect(options(old.address)), 'broker-old', /Fetch v17/)
})

test('a listener that hangs up behind the greeting probably wants a login', async t => {
  const broker = await scriptedBroker(({ apiKey }) =>
    apiKey === API_VERSIONS ? versionsBody() : 'hang-up'
  )
  t.after(() => broker.close())
  await assertRefused(Cluster.connect(options(broker.address)), 'broker-auth', /wants a login/)
})

test('a connection that is cut, or not answered, while a client starts is nothing about a login', async t => {
  let cuts = 1
  const broker = await scriptedBroker(({ apiKey }) => {
    if (apiKey === API_VERSIONS) return versionsBody()
    return cuts-- > 0 ? 'hang-up' : metadataBody([])
  })
  const cluster = await Cluster.connect(options(broker.address))
  const silent = await scriptedBroker(({ apiKey }) =>
    apiKey === API_VERSIONS ? versionsBody() : 'silence'
  )
  t.after(async () => {
    await cluster.close()
    await broker.close()
    await silent.close()
  })
  const attempt = Cluster.connect(options(silent.address, { requestMs: 300 }))
  await assertRefused(attempt, 'broker-unreachable', /no answer to Metadata within/)
})

test('an advertised address that cannot be reached is named beside the one that answers', async t => {
  const gone = await listen(() => {})
  await gone.close()
  const port = Number(gone.address.split(':')[1])
  const broker = await scriptedBroker(({ apiKey }) =>
    apiKey === API_VERSIONS ? versionsBody() : metadataBody([{ id: 4, host: '127.0.0.1', port }])
  )
  const cluster = await Cluster.connect(options(broker.address))
  t.after(async () => {
    await cluster.close()
    await broker.close()
  })
  const words = new RegExp(`${gone.address}.*${broker.address} answers.*advertised\\.listeners`)
  await assertRefused(cluster.wire('fetch', 4), 'broker-unreachable', words)
})

test('a request without an answer fails the connection after its time limit', async t => {
  const wire = await openWire(t, () => 'silence')
  const attempt = callWithin(wire, 50, K.metadataV12.api, [], false, false)
  await assertRefused(attempt, 'broker-unreachable', /no answer to Metadata within 50ms/)
  assert.equal(wire.closed, true)
  await assertRefused(call(wire, K.metadataV12.api, []), 'broker-unreachable', /no answer to/)
})

test('an unreadable answer is a protocol failure and leaves the connection usable', async t => {
  let bodies = [Buffer.from('garbage'), metadataBody([])]
  const wire = await openWire(t, () => bodies.shift() ?? 'silence')
  const attempt = call(wire, K.metadataV12.api, [], false, false)
  await assertRefused(attempt, 'broker-protocol', /unreadable answer to Metadata/)
  assert.equal((await call(wire, K.metadataV12.api, [], false, false)).brokers.length, 0)
  bodies = []
})

test('a throw where a response is taken fails the connection, not the process', async t => {
  const wire = await openWire(t, () => Buffer.alloc(10))
  const other = Promise.withResolvers<Error>()
  wire.request(FETCH, 17, K.Writer.create().appendInt8(0), flexible, 1_000, () => {
    throw new Error('a bug in a parser')
  })
  wire.request(FETCH, 17, K.Writer.create().appendInt8(0), flexible, 1_000, error => {
    if (error !== null) other.resolve(error)
    return false
  })
  assert.match((await other.promise).message, /a bug in a parser/)
  assert.equal(wire.closed, true)
})

test('an answer to nobody and one larger than the bound fail the connection', async t => {
  const stray = Buffer.from([0, 0, 0, 4, 0x7f, 0, 0, 1])
  const wire = await openWire(t, () => ({ raw: stray }))
  await assertRefused(fetchRaw(wire), 'broker-protocol', /nobody asked for/)
  const large = Buffer.from([0, 0x20, 0, 0])
  const bounded = await openWire(t, () => ({ raw: large }), new Slab(4_096, 65_536))
  await assertRefused(fetchRaw(bounded), 'broker-protocol', /an answer of 2\.1 MB/)
})

test('a response larger than the slab makes it grow, and lies contiguous', async t => {
  const body = Buffer.alloc(300_000, 7)
  const slab = new Slab(4_096, 1_000_000)
  const wire = await openWire(t, () => body, slab)
  for (let i = 0; i < 3; i++) {
    const { bytes, start, end } = await fetchRaw(wire)
    assert.equal(end - start, body.length)
    assert.ok(bytes.subarray(start, end).equals(body))
  }
  assert.ok(slab.bytes.length <= 1_000_000)
})

test('a slab leaves its room for a response that is too large, and comes back after some that are not', async t => {
  const room = Buffer.alloc(8_192)
  const slab = new Slab(0, 1_000_000, room)
  let turn = 0
  const sizes = [5_000, 100_000, 6_000, 150_000]
  const reply = (): Buffer => {
    const size = sizes[turn] ?? 1_000 + turn
    return Buffer.alloc(size, ++turn)
  }
  const wire = await openWire(t, reply, slab)
  const inRoom: boolean[] = []
  for (let asked = 1; asked <= 80; asked++) {
    const { bytes, start, end } = await fetchRaw(wire)
    assert.equal(end - start, sizes[asked - 1] ?? 1_000 + asked - 1)
    assert.ok(bytes.subarray(start, end).every(byte => byte === asked))
    inRoom.push(bytes === room)
  }
  assert.deepEqual(inRoom.slice(0, 4), [true, false, false, false])
  assert.equal(inRoom.lastIndexOf(false), inRoom.indexOf(true, 1) - 1)
  assert.equal(inRoom.at(-1), true)
})

test('a kept response stays as it is while the next request is on its way', async t => {
  const turns = new Map<unknown, number>()
  const reply = ({ socket }: Request): Buffer => {
    const turn = (turns.get(socket) ?? 0) + 1
    turns.set(socket, turn)
    return Buffer.alloc(100_000 + turn, turn)
  }
  const wire = await openWire(t, reply, new Slab(4_096))
  const other = await Wire.open(wire.address, options(wire.address))
  t.after(() => other.close())
  for (let round = 1; round < 6; round++) {
    const kept = await fetchRaw(wire, true)
    const next = fetchRaw(wire)
    let early = false
    void next.then(() => {
      early = true
    })
    // When the other connection has its answer, the one to the second request has arrived here too.
    await fetchRaw(other)
    assert.equal(early, false)
    const view = kept.bytes.subarray(kept.start, kept.end)
    assert.ok(view.every(byte => byte === 2 * round - 1))
    wire.release()
    const after = await next
    assert.ok(after.bytes.subarray(after.start, after.end).every(byte => byte === 2 * round))
  }
})

function metadataBody(brokers: { id: number; host: string; port: number }[]): Buffer {
  return K.Writer.create()
    .appendInt32(0)
    .appendArray(brokers, (writer, { id, host, port }) => {
      writer.appendInt32(id).appendString(host).appendInt32(port).appendString(null)
    })
    .appendString('cluster')
    .appendInt32(-1)
    .appendArray([], () => {})
    .appendTaggedFields().buffer
}

test('metadata of a scripted broker is what the client reads', async t => {
  const body = metadataBody([{ id: 4, host: 'h', port: 9 }])
  const wire = await openWire(t, ({ apiKey }) => (apiKey === METADATA ? body : 'hang-up'))
  const { brokers } = await call(wire, K.metadataV12.api, [], false, false)
  assert.deepEqual(brokers, [{ nodeId: 4, host: 'h', port: 9, rack: null }])
})
