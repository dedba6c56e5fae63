import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { failure } from '../core/errors.ts'
import { readLoginToken } from '../host/login-token.ts'
import type { KafkaOptions, SaslSettings, TlsSettings } from '../kafka/connection/options.ts'
import { flagOf, type OptionName } from '../runtime/options/option-table.ts'
import type { ResolvedOptions } from '../runtime/options/resolved-options.ts'
import { isPemText } from '../runtime/options/secrets.ts'

type PemOption = 'tls-ca' | 'tls-cert' | 'tls-key'

/** How to reach the cluster, from the options of a command that takes `connectionOptions`. */
export function kafkaSettings(options: ResolvedOptions, folder = '.'): KafkaOptions {
  const tls = tlsSettings(options, folder)
  const sasl = saslSettings(options, folder)
  return {
    brokers: options.get('brokers'),
    clientId: options.get('client-id'),
    ...(options.get('check-crcs') ? {} : { checkCrcs: false }),
    ...present('rack', options.get('client-rack')),
    ...(tls && { tls }),
    ...(sasl && { sasl, readToken: readLoginToken })
  }
}

function tlsSettings(options: ResolvedOptions, folder: string): TlsSettings | undefined {
  const names = ['tls-ca', 'tls-cert', 'tls-key', 'tls-server-name'] as const
  const on = options.get('tls') ?? names.some(name => options.given(name))
  if (!on) return undefined
  const pair = (given: PemOption, other: PemOption) => {
    if (!options.given(given) || options.given(other)) return
    options.need(other, `a client certificate beside ${flagOf(given)}`)
  }
  pair('tls-cert', 'tls-key')
  pair('tls-key', 'tls-cert')
  return {
    verify: options.get('tls-verify'),
    ...present('ca', pem(options, 'tls-ca', folder)),
    ...present('cert', pem(options, 'tls-cert', folder)),
    ...present('key', pem(options, 'tls-key', folder)),
    ...present('passphrase', options.get('tls-key-password')),
    ...present('serverName', options.get('tls-server-name'))
  }
}

const TOKENS = ['sasl-token', 'sasl-token-file', 'sasl-token-command'] as const

function saslSettings(options: ResolvedOptions, folder: string): SaslSettings | undefined {
  const mechanism = options.get('sasl-mechanism')
  if (mechanism === 'none') {
    // A user without a mechanism is a forgotten flag, unless somebody said none on purpose.
    if (options.given('sasl-mechanism')) return undefined
    const names: readonly OptionName[] = ['sasl-username', 'sasl-password', ...TOKENS]
    const given = names.find(name => options.given(name))
    if (!given) return undefined
    throw failure('option-missing', {
      option: flagOf('sasl-mechanism'),
      purpose: `a login with ${flagOf(given)}`,
      example: 'PLAIN, or SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER'
    })
  }
  const purpose = `the login with ${mechanism}`
  if (mechanism === 'OAUTHBEARER') return bearerSettings(options, folder, purpose)
  return {
    mechanism,
    username: options.need('sasl-username', purpose),
    password: options.need('sasl-password', purpose)
  }
}

function bearerSettings(options: ResolvedOptions, folder: string, purpose: string): SaslSettings {
  const mechanism = 'OAUTHBEARER'
  if (options.get('sasl-token-unsecured')) {
    const username = options.need('sasl-username', `${purpose} and an unsigned token`)
    return { mechanism, username, unsecuredToken: true }
  }
  const [given, other] = TOKENS.filter(name => options.given(name))
  if (given !== undefined && other !== undefined) {
    throw failure('option-conflict', { option: flagOf(other), other: flagOf(given) })
  }
  const path = options.get('sasl-token-file')
  const tokenCommand = options.get('sasl-token-command')
  if (path !== undefined) return { mechanism, tokenFile: resolve(folder, path) }
  if (tokenCommand !== undefined) return { mechanism, tokenCommand }
  return { mechanism, token: options.need('sasl-token', purpose) }
}

/** The PEM text that the option holds or names. Its content never gets into an error. */
function pem(options: ResolvedOptions, name: PemOption, folder: string): string | undefined {
  const value = options.get(name)
  // One line from an environment file may write line ends as \n.
  if (value === undefined) return undefined
  if (isPemText(value)) return value.replaceAll('\\n', '\n')
  const text = readPem(flagOf(name), resolve(folder, value), value)
  if (isPemText(text)) return text
  throw failure('pem-file', {
    option: flagOf(name),
    path: value,
    problem: 'it holds no PEM text (a Java key store must be converted first)'
  })
}

function readPem(option: string, path: string, shown: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const problem =
      code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a directory' : code
    throw failure('pem-file', { option, path: shown, problem: problem ?? 'unreadable' }, error)
  }
}

function present<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: V })
}
