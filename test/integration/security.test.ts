import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { rootCertificates } from 'node:tls'
import * as K from '@platformatic/kafka'
import { type BrokerOptions, type RunningBroker, startBroker } from '../../src/broker/index.ts'
import { type ErrorCode, isFailure } from '../../src/core/errors.ts'
import { Cluster } from '../../src/kafka/connection/cluster.ts'
import type { KafkaOptions, SaslSettings } from '../../src/kafka/connection/options.ts'
import { call, Wire } from '../../src/kafka/connection/wire.ts'

const REAUTH_MS = 2_000

async function start(options: Omit<BrokerOptions, 'machine'>): Promise<RunningBroker | undefined> {
  try {
    const broker = await startBroker({ machine: process, ...options })
    after(() => broker.stop())
    return broker
  } catch (error) {
    if (isFailure(error, 'java-missing', 'kafka-missing')) return undefined
    throw error
  }
}

const broker = await start({
  security: 'sasl-tls',
  settings: {
    'connections.max.reauth.ms': REAUTH_MS,
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
    // Kafka's own check for development: tokens need no signature.
    'listener.name.client.oauthbearer.sasl.jaas.config':
      'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";'
  }
})
const skip = broker === undefined ? 'no broker' : false
const address = broker?.addresses[0] ?? ''
const ca = skip ? '' : readFileSync(broker?.access.caPath ?? '', 'utf8')
const admin = broker?.access.users.find(user => user.name === 'admin')
const login = (mechanism: SaslSettings['mechanism'], password = admin?.password): SaslSettings => ({
  mechanism,
  username: 'admin',
  ...(password === undefined ? {} : { password })
})
const unsigned: SaslSettings = {
  mechanism: 'OAUTHBEARER',
  username: 'alice',
  unsecuredToken: true
}
const options = (more: Partial<KafkaOptions> = {}): KafkaOptions => ({
  brokers: [address],
  tls: { ca },
  sasl: login('SCRAM-SHA-256'),
  ...more
})

async function assertRefused(with_: KafkaOptions, code: ErrorCode, words: RegExp): Promise<void> {
  const started = performance.now()
  await assert.rejects(Cluster.connect(with_), error => {
    assert.ok(error instanceof Error)
    assert.ok(isFailure(error, code), error.message)
    assert.match(error.message, words)
    assert.ok(error.message.includes(address), 'the address is named')
    return true
  })
  assert.ok(performance.now() - started < 5_000)
}

for (const mechanism of ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const) {
  test(`${mechanism} over TLS gets in, and a wrong password does not`, { skip }, async () => {
    const cluster = await Cluster.connect(options({ sasl: login(mechanism) }))
    assert.ok(cluster.nodes().length > 0)
    const wire = await cluster.controller()
    await call(wire, K.metadataV12.api, [], false, false)
    await cluster.close()
    const wrong = options({ sasl: login(mechanism, 'not-the-password') })
    await assertRefused(wrong, 'broker-auth', /wrong user name or password/)
    await assert.rejects(Cluster.connect(wrong), error => !/not-the-password/.test(String(error)))
  })
}

test('a mechanism that is not offered is named', { skip }, async () => {
  const sasl = { mechanism: 'GSSAPI' as 'PLAIN' }
  await assertRefused(options({ sasl }), 'broker-auth', /does not offer GSSAPI/)
})

test('a token gets in, and one that is over does not', { skip }, async () => {
  const cluster = await Cluster.connect(options({ sasl: unsigned }))
  assert.ok(cluster.nodes().length > 0)
  await cluster.close()
  const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url')
  const token = `${part({ alg: 'none' })}.${part({ sub: 'alice', iat: 1, exp: 2 })}.`
  const sasl = { mechanism: 'OAUTHBEARER', token } as const
  await assertRefused(options({ sasl }), 'broker-auth', /token was refused: \w/)
})

test('no login where one is wanted is said', { skip }, async () => {
  const { brokers, tls } = options()
  await assertRefused({ brokers, ...(tls ? { tls } : {}) }, 'broker-auth', /wants a login/)
})

test('an authority that did not sign the certificate is a TLS failure', { skip }, async () => {
  await assertRefused(options({ tls: {} }), 'broker-tls', /certificate/)
  // Some public authority: it signs much, but not this.
  const other = { ca: rootCertificates[0] ?? '' }
  await assertRefused(options({ tls: other }), 'broker-tls', /certificate/)
})

test('a name that the certificate does not carry is a TLS failure', { skip }, async () => {
  const tls = { ca, serverName: 'elsewhere.example' }
  await assertRefused(options({ tls }), 'broker-tls', /elsewhere\.example/)
  const cluster = await Cluster.connect(options({ tls: { verify: false } }))
  await cluster.close()
})

test('a TLS port spoken to in plain text is told apart', { skip }, async () => {
  const { brokers, sasl } = options()
  await assertRefused({ brokers, ...(sasl ? { sasl } : {}) }, 'broker-protocol', /TLS|hung up/)
})

test('a login of any mechanism is renewed before its time is over', { skip }, async () => {
  const logins = (['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const).map(each => login(each))
  const outlives = async (sasl: SaslSettings): Promise<void> => {
    const wire = await Wire.open(address, options({ sasl }))
    const until = performance.now() + 2.5 * REAUTH_MS
    let answers = 0
    while (performance.now() < until) {
      await call(wire, K.metadataV12.api, [], false, false)
      // The broker ends a login by the clock and tells nobody: only time can pass here.
      await new Promise(resolve => setTimeout(resolve, 50))
      answers++
    }
    assert.ok(answers > 10, sasl.mechanism)
    assert.equal(wire.closed, false, sasl.mechanism)
    wire.close()
  }
  await Promise.all([...logins, unsigned].map(outlives))
})
