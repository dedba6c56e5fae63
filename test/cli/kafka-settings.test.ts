import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { kafkaSettings } from '../../src/cli/kafka-settings.ts'
import { isFailure } from '../../src/core/errors.ts'
import { connectionOptions } from '../../src/runtime/options/connection-rows.ts'
import { flagLayer } from '../../src/runtime/options/option-layer.ts'
import type { OptionName } from '../../src/runtime/options/option-table.ts'
import { resolveOptions } from '../../src/runtime/options/resolve-options.ts'

const pem = '-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n'
let folder: string

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'headcount-pem-'))
  writeFileSync(join(folder, 'ca.pem'), pem)
  writeFileSync(join(folder, 'store.jks'), Buffer.from([0xfe, 0xed, 0xfe, 0xed, 1, 2]))
})

after(() => rmSync(folder, { recursive: true, force: true }))

function settings(flags: Partial<Record<OptionName, string>>) {
  const values = Object.entries(flags).map(([name, text]) => [name as OptionName, [text]] as const)
  const options = resolveOptions(connectionOptions, [flagLayer(new Map(values))])
  return kafkaSettings(options, folder)
}

test('without anything it is a plain connection to this machine', () => {
  assert.deepEqual(settings({}), { brokers: ['localhost:9092'], clientId: 'headcount' })
})

test('checksums are compared unless said otherwise, and a rack is passed on', () => {
  assert.equal(settings({ 'check-crcs': 'true' }).checkCrcs, undefined)
  const { checkCrcs, rack } = settings({ 'check-crcs': 'false', 'client-rack': 'zone-1' })
  assert.deepEqual([checkCrcs, rack], [false, 'zone-1'])
})

test('a bearer token has one place, and an unsigned one a user', () => {
  const login = (flags: Partial<Record<OptionName, string>>) =>
    settings({ 'sasl-mechanism': 'OAUTHBEARER', ...flags }).sasl
  const mechanism = 'OAUTHBEARER'
  const tokenFile = join(folder, 'token')
  assert.deepEqual(login({ 'sasl-token-file': 'token' }), { mechanism, tokenFile })
  const tokenCommand = 'print a token'
  assert.deepEqual(login({ 'sasl-token-command': tokenCommand }), { mechanism, tokenCommand })
  assert.throws(
    () => login({ 'sasl-token-file': 'token', 'sasl-token': 'abc' }),
    error => isFailure(error, 'option-conflict')
  )
  const unsigned = { 'sasl-token-unsecured': 'true' }
  assert.throws(() => login(unsigned), /--sasl-username is needed/)
  assert.deepEqual(login({ ...unsigned, 'sasl-username': 'alice' }), {
    mechanism,
    username: 'alice',
    unsecuredToken: true
  })
})

test('a certificate switches TLS on, from a file or as text', () => {
  assert.deepEqual(settings({ 'tls-ca': 'ca.pem' }).tls, { verify: true, ca: pem })
  assert.deepEqual(settings({ 'tls-ca': pem.replaceAll('\n', '\\n') }).tls?.ca, pem)
  assert.deepEqual(settings({ tls: 'true' }).tls, { verify: true })
  assert.equal(settings({ tls: 'false', 'tls-ca': 'ca.pem' }).tls, undefined)
})

test('mutual TLS needs both halves', () => {
  const both = { 'tls-cert': 'ca.pem', 'tls-key': pem, 'tls-key-password': 'pw' }
  assert.deepEqual(settings(both).tls, { verify: true, cert: pem, key: pem, passphrase: 'pw' })
  const missing = (error: unknown) =>
    isFailure(error, 'option-missing') && /--tls-key is needed .*--tls-cert/.test(error.message)
  assert.throws(() => settings({ 'tls-cert': 'ca.pem' }), missing)
})

const unusable: readonly [file: string, says: RegExp][] = [
  ['none.pem', /--tls-ca: cannot use none\.pem: there is no such file/],
  ['.', /it is a directory/],
  ['store.jks', /it holds no PEM text \(a Java key store must be converted/]
]

for (const [file, says] of unusable) {
  test(`${file} instead of a PEM file is refused by name`, () => {
    assert.throws(
      () => settings({ 'tls-ca': file }),
      error => isFailure(error, 'pem-file') && says.test(error.message)
    )
  })
}

test('a login has all that its mechanism needs', () => {
  const user = { 'sasl-username': 'u', 'sasl-password': 'p' }
  assert.deepEqual(settings({ 'sasl-mechanism': 'scram-sha-256', ...user }).sasl, {
    mechanism: 'SCRAM-SHA-256',
    username: 'u',
    password: 'p'
  })
  assert.deepEqual(settings({ 'sasl-mechanism': 'OAUTHBEARER', 'sasl-token': 't' }).sasl, {
    mechanism: 'OAUTHBEARER',
    token: 't'
  })
  for (const lacking of [
    { 'sasl-mechanism': 'PLAIN', 'sasl-username': 'u' },
    { 'sasl-mechanism': 'OAUTHBEARER', ...user }
  ]) {
    assert.throws(
      () => settings(lacking),
      error => isFailure(error, 'option-missing')
    )
  }
})

test('a user without a mechanism is a forgotten flag, unless none was said on purpose', () => {
  assert.throws(
    () => settings({ 'sasl-username': 'u' }),
    error => isFailure(error, 'option-missing') && /--sasl-mechanism is needed/.test(error.message)
  )
  assert.equal(settings({ 'sasl-username': 'u', 'sasl-mechanism': 'none' }).sasl, undefined)
})
