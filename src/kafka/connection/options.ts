import { limits } from '../../core/limits.ts'

/** Certificates and keys are PEM text, not paths. */
export interface TlsSettings {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly passphrase?: string
  /** Name the certificate must carry, when it is not the host of the address. */
  readonly serverName?: string
  /** False accepts any certificate: for tests only. */
  readonly verify?: boolean
}

export interface SaslSettings {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512' | 'OAUTHBEARER'
  readonly username?: string
  readonly password?: string
  /** For OAUTHBEARER, one of: the token; a file or a command that has it, asked again before it expires. */
  readonly token?: string
  readonly tokenFile?: string
  readonly tokenCommand?: string
  /** Or one without a signature, made for `username`: for development brokers. */
  readonly unsecuredToken?: boolean
}

/** Reads the token that `tokenFile` or `tokenCommand` names; who has files and commands brings it. */
export type TokenReader = (settings: SaslSettings) => Promise<string>

/** How to reach a cluster. */
export interface KafkaOptions {
  /** `host:port`, tried in turn; the port defaults to 9092. */
  readonly brokers: readonly string[]
  readonly clientId?: string
  readonly tls?: TlsSettings
  readonly sasl?: SaslSettings
  /** Needed for `tokenFile` and `tokenCommand`. */
  readonly readToken?: TokenReader
  /** Where this program runs, in the words of the brokers' `broker.rack` (KIP-392). */
  readonly rack?: string
  /** False takes the records of a batch without comparing its checksum. */
  readonly checkCrcs?: boolean
  /** Milliseconds from the first attempt to the error that names the address. */
  readonly connectMs?: number
  /** Milliseconds a request may take before its connection is given up. */
  readonly requestMs?: number
}

export const CLIENT_ID = 'headcount'
const DEFAULT_PORT = 9_092
const DEFAULT_REQUEST_MS = 30_000

export function connectLimit(options: KafkaOptions): number {
  return options.connectMs ?? limits.connectMsMax
}

export function requestLimit(options: KafkaOptions): number {
  return options.requestMs ?? DEFAULT_REQUEST_MS
}

/** `host`, `host:port`, `[::1]:port`; undefined when it is none of these. */
export function parseAddress(address: string): { host: string; port: number } | undefined {
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:[\]\s/]+))(?::(\d{1,5}))?$/.exec(address.trim())
  const host = match?.[1] ?? match?.[2]
  const port = match?.[3] === undefined ? DEFAULT_PORT : Number(match[3])
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port }
}

/** The inverse of `parseAddress`. */
export function formatAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
