import { failure } from '../../core/errors.ts'
import { nearest } from '../../core/nearest.ts'
import type { ConnectionOptionName } from './connection-rows.ts'

/** One setting under our own name. */
export type Translated = readonly [name: ConnectionOptionName, text: string, property: string]

type Rule =
  /** Another name for the same thing. */
  | { readonly to: readonly ConnectionOptionName[] }
  /** Needs a look at its value. */
  | { readonly by: (value: string, property: string) => readonly Translated[] }
  /** Only ever one value that makes sense here; it changes nothing. */
  | { readonly only: string; readonly instead: string }
  /** Set by another option of ours. */
  | { readonly flag: string }

/**
 * The connection settings of the Java clients and of librdkafka (kcat), in our names. A key store of
 * type PEM holds the key and its certificates in one file, so it stands for both.
 */
const rules: Readonly<Record<string, Rule>> = {
  'bootstrap.servers': { to: ['brokers'] },
  'metadata.broker.list': { to: ['brokers'] },
  'client.id': { to: ['client-id'] },
  'security.protocol': { by: securityProtocol },
  'sasl.mechanism': { by: mechanism },
  'sasl.mechanisms': { by: mechanism },
  'sasl.username': { to: ['sasl-username'] },
  'sasl.password': { to: ['sasl-password'] },
  'enable.sasl.oauthbearer.unsecure.jwt': { to: ['sasl-token-unsecured'] },
  'sasl.jaas.config': { by: jaas },
  'ssl.ca.location': { to: ['tls-ca'] },
  'ssl.ca.pem': { to: ['tls-ca'] },
  'ssl.truststore.location': { to: ['tls-ca'] },
  'ssl.truststore.certificates': { to: ['tls-ca'] },
  'ssl.truststore.type': { only: 'PEM', instead: '--tls-ca' },
  'ssl.certificate.location': { to: ['tls-cert'] },
  'ssl.certificate.pem': { to: ['tls-cert'] },
  'ssl.keystore.certificate.chain': { to: ['tls-cert'] },
  'ssl.key.location': { to: ['tls-key'] },
  'ssl.key.pem': { to: ['tls-key'] },
  'ssl.keystore.key': { to: ['tls-key'] },
  'ssl.keystore.location': { to: ['tls-cert', 'tls-key'] },
  'ssl.keystore.type': { only: 'PEM', instead: '--tls-cert and --tls-key' },
  'ssl.key.password': { to: ['tls-key-password'] },
  'enable.ssl.certificate.verification': { to: ['tls-verify'] },
  'ssl.endpoint.identification.algorithm': { only: 'https', instead: '--tls-server-name' },
  'client.rack': { to: ['client-rack'] },
  'check.crcs': { to: ['check-crcs'] },
  'group.id': { flag: '--group or --app' },
  'auto.offset.reset': { flag: '--from' },
  'isolation.level': { flag: '--isolation' },
  'session.timeout.ms': { flag: '--group-session-timeout' },
  'compression.type': { flag: '--compression' },
  'compression.codec': { flag: '--compression' },
  'linger.ms': { flag: '--linger' },
  'batch.size': { flag: '--batch-bytes' },
  'delivery.timeout.ms': { flag: '--give-up-after' },
  'message.timeout.ms': { flag: '--give-up-after' }
}

export const kafkaPropertyNames = Object.keys(rules)

/** Translates what one place (the flags, the environment, a file) says under foreign names. */
export function translateProperties(
  pairs: readonly (readonly [name: string, value: string])[]
): readonly Translated[] {
  const settings = pairs.flatMap(([name, value]) => translateOne(name, value))
  // The Java clients ignore sasl.* under a protocol without SASL, wherever it stands.
  const without = pairs.some(
    ([name, value]) => name === 'security.protocol' && /^(plaintext|ssl)$/i.test(value)
  )
  if (!without) return settings
  const rest = settings.filter(([name]) => !name.startsWith('sasl-'))
  return [...rest, ['sasl-mechanism', 'none', 'security.protocol']]
}

function translateOne(name: string, value: string): readonly Translated[] {
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
  if (!rule) {
    const near = nearest(name, kafkaPropertyNames)
    throw failure('option-unknown', {
      option: `-X ${name}`,
      suggestion: near
        ? `did you mean -X ${near}?`
        : 'connection settings of the Java clients and of librdkafka are understood'
    })
  }
  if ('to' in rule) return rule.to.map(option => [option, value, name] as const)
  if ('by' in rule) return rule.by(value, name)
  if ('flag' in rule) {
    throw failure('option-unknown', { option: `-X ${name}`, suggestion: `use ${rule.flag}` })
  }
  if (value.toLowerCase() === rule.only.toLowerCase()) return []
  throw failure('option-value', {
    option: `-X ${name}`,
    value: value === '' ? 'nothing' : value,
    expected: `${rule.only}, the only one supported here (see ${rule.instead})`,
    example: rule.only
  })
}

function securityProtocol(value: string, property: string): readonly Translated[] {
  switch (value.toUpperCase()) {
    case 'PLAINTEXT':
    case 'SASL_PLAINTEXT':
      return [['tls', 'false', property]]
    case 'SSL':
    case 'SASL_SSL':
      return [['tls', 'true', property]]
    default:
      throw failure('option-value', {
        option: `-X ${property}`,
        value,
        expected: 'one of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL',
        example: 'SASL_SSL'
      })
  }
}

function mechanism(value: string, property: string): readonly Translated[] {
  return [['sasl-mechanism', value, property]]
}

/** `….ScramLoginModule required username="u" password="p";` */
function jaas(value: string, property: string): readonly Translated[] {
  const module = /^\s*[\w.]*\b(Plain|Scram)LoginModule\s+required\b([\s\S]*);\s*$/.exec(value)
  const found: Translated[] = []
  for (const match of (module?.[2] ?? '').matchAll(
    /\b(username|password)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s"';]+))/g
  )) {
    const text = (match[2] ?? match[3] ?? match[4] ?? '').replace(/\\(.)/g, '$1')
    found.push([match[1] === 'username' ? 'sasl-username' : 'sasl-password', text, property])
  }
  if (found.length === 2) return found
  // The value holds a password: it is never repeated.
  throw failure('option-value', {
    option: `-X ${property}`,
    value: 'this login module',
    expected: 'a PlainLoginModule or ScramLoginModule with username and password',
    example:
      '\'org.apache.kafka.common.security.plain.PlainLoginModule required username="…" password="…";\''
  })
}
