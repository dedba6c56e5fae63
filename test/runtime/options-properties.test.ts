import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HeadcountError } from '../../src/core/errors.ts'
import { connectionOptions } from '../../src/runtime/options/connection-rows.ts'
import { kafkaPropertyNames } from '../../src/runtime/options/kafka-properties.ts'
import { flagLayer } from '../../src/runtime/options/option-layer.ts'
import type { OptionName, OptionValue } from '../../src/runtime/options/option-table.ts'
import { resolveOptions } from '../../src/runtime/options/resolve-options.ts'

type Expected = { [N in OptionName]?: OptionValue<N> }

const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule required'
const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required'
const certificate = '-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----'

const dialects: readonly [dialect: string, properties: readonly string[], Expected][] = [
  [
    'Java, SASL over TLS',
    [
      'bootstrap.servers=a:1,b:2',
      'security.protocol=SASL_SSL',
      'sasl.mechanism=SCRAM-SHA-512',
      `sasl.jaas.config=${scram} username="us er" password="p=\\"w;d";`,
      'ssl.truststore.type=PEM',
      'ssl.truststore.location=ca.pem',
      'ssl.endpoint.identification.algorithm=https'
    ],
    {
      brokers: ['a:1', 'b:2'],
      tls: true,
      'sasl-mechanism': 'SCRAM-SHA-512',
      'sasl-username': 'us er',
      'sasl-password': 'p="w;d',
      'tls-ca': 'ca.pem'
    }
  ],
  [
    'Java, mutual TLS from one key store',
    [
      'security.protocol=SSL',
      `ssl.truststore.certificates=${certificate}`,
      'ssl.keystore.type=pem',
      'ssl.keystore.location=client.pem',
      'ssl.key.password=pw'
    ],
    {
      tls: true,
      'tls-ca': certificate,
      'tls-cert': 'client.pem',
      'tls-key': 'client.pem',
      'tls-key-password': 'pw',
      'sasl-mechanism': 'none'
    }
  ],
  [
    'Java, a login module in single quotes or none',
    [`sasl.jaas.config=${plain} username='u' password=p1 ;`, 'sasl.mechanism=plain'],
    { 'sasl-mechanism': 'PLAIN', 'sasl-username': 'u', 'sasl-password': 'p1' }
  ],
  [
    'librdkafka, SASL over TLS',
    [
      'metadata.broker.list=a',
      'security.protocol=sasl_ssl',
      'sasl.mechanisms=SCRAM-SHA-256',
      'sasl.username=u',
      'sasl.password=a=b,c',
      'ssl.ca.location=ca.pem',
      'enable.ssl.certificate.verification=false',
      'client.id=me'
    ],
    {
      brokers: ['a:9092'],
      tls: true,
      'sasl-mechanism': 'SCRAM-SHA-256',
      'sasl-username': 'u',
      'sasl-password': 'a=b,c',
      'tls-ca': 'ca.pem',
      'tls-verify': false,
      'client-id': 'me'
    }
  ],
  [
    'librdkafka, mutual TLS',
    [
      'security.protocol=ssl',
      'ssl.certificate.location=c.pem',
      'ssl.key.location=k.pem',
      'ssl.key.password=pw'
    ],
    { tls: true, 'tls-cert': 'c.pem', 'tls-key': 'k.pem', 'tls-key-password': 'pw' }
  ],
  [
    'a protocol without SASL switches the login off, wherever it stands',
    ['sasl.mechanism=PLAIN', 'sasl.username=u', 'security.protocol=PLAINTEXT'],
    { tls: false, 'sasl-mechanism': 'none', 'sasl-username': undefined as never }
  ],
  ['of two the last one counts', ['client.id=a', 'client.id=b'], { 'client-id': 'b' }]
]

function resolve(properties: readonly string[]) {
  return resolveOptions(connectionOptions, [flagLayer(new Map([['property', properties]]))])
}

for (const [dialect, properties, expected] of dialects) {
  test(`${dialect} is understood`, () => {
    const options = resolve(properties)
    for (const [name, value] of Object.entries(expected)) {
      assert.deepEqual(options.get(name as OptionName), value, name)
    }
  })
}

const refusals: readonly [property: string, code: string, says: RegExp][] = [
  ['sasl.mechanim=PLAIN', 'option-unknown', /did you mean -X sasl\.mechanism\?/],
  ['no.such.thing.at.all=1', 'option-unknown', /Java clients and of librdkafka/],
  ['group.id=g', 'option-unknown', /use --group or --app/],
  ['security.protocol=TLS', 'option-value', /SASL_SSL/],
  ['ssl.truststore.type=JKS', 'option-value', /JKS is not PEM/],
  ['ssl.endpoint.identification.algorithm=', 'option-value', /--tls-server-name/],
  ['sasl.mechanism=GSSAPI', 'option-value', /GSSAPI is not one of/],
  ['sasl.jaas.config=hunter2', 'option-value', /username and password/],
  ['constructor=1', 'option-unknown', /-X constructor/]
]

for (const [property, code, says] of refusals) {
  test(`-X ${property} is refused with the way on`, () => {
    assert.throws(
      () => resolve([property]),
      error => {
        assert.ok(error instanceof HeadcountError, String(error))
        assert.equal(error.code, code)
        assert.match(`${error.message} ${error.cure}`, says)
        assert.doesNotMatch(`${error.message} ${error.cure}`, /hunter2/)
        return true
      }
    )
  })
}

test('a pair without = is refused, and what may be a password is not repeated', () => {
  assert.throws(
    () => resolve(['sasl.password:hunter2']),
    error => {
      assert.ok(error instanceof HeadcountError)
      assert.match(error.message, /^--property: sasl\.password… is not name=value$/)
      return true
    }
  )
})

test('every property name is in a form that one of the two dialects has', () => {
  for (const name of kafkaPropertyNames) assert.match(name, /^[a-z]+(\.[a-z]+)+$/)
})

test('the origin of a translated value names the property', () => {
  const origin = resolve(['bootstrap.servers=a:1']).origin('brokers')
  assert.deepEqual({ ...origin }.kind, 'property')
  assert.equal(origin?.label, '-X bootstrap.servers')
})
