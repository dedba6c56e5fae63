import type { Machine } from './machine.ts'

/** What the listener asks of clients: nothing, TLS, a login, or both. */
export type BrokerSecurity = 'plaintext' | 'tls' | 'sasl' | 'sasl-tls'

/** Kafka's names of the mechanisms that every listener with a login offers. */
export const SASL_MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const

export interface BrokerOptions {
  /** Node's `process`. */
  readonly machine: Machine
  /** Where data, logs, secrets and the lock live. Without one: a temporary folder, removed by `stop`. */
  readonly folder?: string | undefined
  /** Port of the first node; the next nodes take the next ports. 0 takes free ones. Default 0. */
  readonly port?: number | undefined
  /** Nodes, each broker and controller at once: 1 to 9. Default: what the folder holds, or 1. */
  readonly brokers?: number | undefined
  /** Default: what the folder holds, or `plaintext`. */
  readonly security?: BrokerSecurity | undefined
  /** Refuse what no access rule allows; `admin` may do everything. Needs a login or TLS. */
  readonly acl?: boolean | undefined
  /** Heap of each node in MiB. Default 768, with several nodes 512. */
  readonly heapMb?: number | undefined
  /** More lines for `server.properties`; they win over ours. */
  readonly settings?: Readonly<Record<string, string | number | boolean>> | undefined
  /** True: the broker outlives this process. Default false: it dies with it, also at a kill -9. */
  readonly detached?: boolean | undefined
  readonly onProgress?: ((line: string) => void) | undefined
  /** Stops a start that is under way. */
  readonly signal?: AbortSignal | undefined
}

/** Somebody who can log in, by password (login) or by certificate (TLS). */
export interface BrokerUser {
  /** `admin` may do everything, `app` what access rules allow (everything without `acl`). */
  readonly name: 'admin' | 'app'
  readonly password?: string
  readonly certificatePath?: string
  readonly keyPath?: string
  /** Client settings in Java's names, for Kafka's own tools. */
  readonly propertiesPath: string
}

/** How a client gets in. */
export interface BrokerAccess {
  readonly security: BrokerSecurity
  /** PEM file of the authority that signed the node's certificate; only with TLS. */
  readonly caPath?: string
  /** Empty for a listener that asks nothing. */
  readonly users: readonly BrokerUser[]
}

export function usesTls(security: BrokerSecurity): boolean {
  return security === 'tls' || security === 'sasl-tls'
}

export function usesSasl(security: BrokerSecurity): boolean {
  return security === 'sasl' || security === 'sasl-tls'
}
