import { isIP } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { isFailure } from '../../core/errors.ts'
import { bearerToken } from './bearer-token.ts'
import { addressFailure, brokerErrorIds, networkProblem, ourError } from './client-errors.ts'
import * as K from './client-library.ts'
import type { SaslSettings, TlsSettings, TokenReader } from './options.ts'
import { connectionOf, type Sender } from './sender.ts'

/** Settings of `tls.connect` for one broker. */
export function tlsConnectOptions(settings: TlsSettings, host: string): ConnectionOptions {
  const { ca, cert, key, passphrase, serverName, verify } = settings
  const name = serverName ?? (isIP(host) === 0 ? host : undefined)
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(passphrase === undefined ? {} : { passphrase }),
    // An address is no name: RFC 6066 forbids it in the handshake.
    ...(name === undefined ? {} : { servername: name }),
    rejectUnauthorized: verify !== false
  }
}

/**
 * Logs in over an open connection with the library's SASL exchanges. Resolves with the milliseconds
 * the login lasts (KIP-368), 0 when it does not end. Throws `broker-auth`.
 */
export async function authenticate(
  sender: Sender,
  settings: SaslSettings,
  address: string,
  readToken?: TokenReader
): Promise<number> {
  const connection = connectionOf(sender)
  try {
    await K.saslHandshakeV1.api.async(connection, settings.mechanism)
    const answer = await exchange(connection, settings, readToken)
    return Number(answer.sessionLifetimeMs)
  } catch (error) {
    if (isFailure(error, 'broker-unreachable', 'broker-protocol', 'broker-tls')) throw error
    throw addressFailure('broker-auth', address, loginProblem(error, settings, address), error)
  }
}

type Login = K.SaslAuthenticateResponse

async function exchange(
  connection: K.Connection,
  settings: SaslSettings,
  readToken: TokenReader | undefined
): Promise<Login> {
  const api = K.saslAuthenticateV2.api
  const { saslPlain, saslScramSha } = await K.wholeLibrary()
  const { mechanism, username = '', password = '' } = settings
  switch (mechanism) {
    case 'PLAIN':
      return saslPlain.authenticate(api, connection, username, password)
    case 'SCRAM-SHA-256':
      return saslScramSha.authenticate(api, connection, 'SHA-256', username, password)
    case 'SCRAM-SHA-512':
      return saslScramSha.authenticate(api, connection, 'SHA-512', username, password)
    case 'OAUTHBEARER':
      return bearer(connection, await bearerToken(settings, readToken, Date.now()))
  }
}

// RFC 7628: a refused token is answered with JSON, not with an error code.
async function bearer(connection: K.Connection, token: string): Promise<Login> {
  const api = K.saslAuthenticateV2.api
  const { saslOAuthBearer } = await K.wholeLibrary()
  const answer = await saslOAuthBearer.authenticate(api, connection, token, {})
  if (answer.authBytes.length === 0) return answer
  const [, status = 'no reason given'] =
    /"status":"([\w .-]{1,80})"/.exec(answer.authBytes.toString()) ?? []
  throw new Error(`the token was refused: ${status}`)
}

function loginProblem(error: unknown, settings: SaslSettings, address: string): string {
  const ids = brokerErrorIds(error)
  const { mechanism } = settings
  if (ids.has('UNSUPPORTED_SASL_MECHANISM')) return `it does not offer ${mechanism}`
  if (ids.has('ILLEGAL_SASL_STATE')) return 'this listener does not use SASL'
  if (ids.has('SASL_AUTHENTICATION_FAILED')) {
    return `${mechanism}: wrong ${mechanism === 'OAUTHBEARER' ? 'token' : 'user name or password'}`
  }
  return ids.size > 0 ? ourError(error, address, 'SASL').message : networkProblem(error)
}
