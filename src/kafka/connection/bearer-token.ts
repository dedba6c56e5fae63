import type { SaslSettings, TokenReader } from './options.ts'

/** A token is fetched anew when this much of its life is over. */
const RENEW_AFTER = 0.8
const UNSECURED_SECONDS = 3_600

interface Held {
  readonly token: string
  /** When to look for a newer one, and when it is worth nothing, ms since the epoch. */
  readonly renewAt: number
  readonly expiresAt: number
}

interface Purse {
  held?: Held
  coming?: Promise<Held>
}

const purses = new WeakMap<SaslSettings, Purse>()

/**
 * The token for a login with OAUTHBEARER (RFC 7628). All connections share one: it is fetched when they
 * first need it, again when most of its life is over, and each time where it does not tell its life.
 * One that still lives is kept when no newer one can be had. Throws ordinary errors, without the token.
 */
export async function bearerToken(
  settings: SaslSettings,
  readToken: TokenReader | undefined,
  nowMs: number
): Promise<string> {
  const { token } = settings
  if (token !== undefined) return token
  const purse = purses.get(settings) ?? {}
  purses.set(settings, purse)
  const { held } = purse
  if (held !== undefined && nowMs < held.renewAt) return held.token
  purse.coming ??= fetchToken(settings, readToken, nowMs).finally(() => {
    delete purse.coming
  })
  try {
    purse.held = await purse.coming
    return purse.held.token
  } catch (error) {
    if (held === undefined || nowMs >= held.expiresAt) throw error
    return held.token
  }
}

async function fetchToken(
  settings: SaslSettings,
  readToken: TokenReader | undefined,
  nowMs: number
): Promise<Held> {
  const { unsecuredToken, username = '' } = settings
  const isUnsecured = unsecuredToken === true
  if (!isUnsecured && readToken === undefined) throw new Error('there is no token')
  const text = isUnsecured ? createUnsecuredToken(username, nowMs) : await readToken!(settings)
  const token = text.trim()
  if (!/^[\x21-\x7e]+$/.test(token)) throw new Error('what should be a token is none')
  const expiresAt = expiryOf(token) ?? nowMs
  return { token, expiresAt, renewAt: nowMs + (expiresAt - nowMs) * RENEW_AFTER }
}

/** A JSON Web Token without a signature (RFC 7519, 6.1): only brokers set up for it take that. */
function createUnsecuredToken(principal: string, nowMs: number): string {
  const iat = Math.floor(nowMs / 1_000)
  const claims = { sub: principal, iat, exp: iat + UNSECURED_SECONDS }
  const part = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64url')
  return `${part({ alg: 'none' })}.${part(claims)}.`
}

/** The `exp` of a JSON Web Token in ms; undefined for tokens of other kinds. */
function expiryOf(token: string): number | undefined {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    return Number.isFinite(claims.exp) ? claims.exp * 1_000 : undefined
  } catch {
    return undefined
  }
}
