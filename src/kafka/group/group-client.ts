import type * as K from '../connection/client-library.ts'
import type { Cluster } from '../connection/cluster.ts'
import { CLIENT_ID, connectLimit, type KafkaOptions } from '../connection/options.ts'

const REBALANCE_MS_MIN = 20_000

/** Heartbeats three times per session; a rebalance waits at least for two sessions. */
export function sessionTimes(sessionMs: number): { heartbeatMs: number; rebalanceMs: number } {
  return {
    heartbeatMs: Math.floor(sessionMs / 3),
    rebalanceMs: Math.max(REBALANCE_MS_MIN, 2 * sessionMs)
  }
}

/** Options of the library's `Consumer` as a bare member of a classic group. */
export function groupClientOptions(
  cluster: Cluster,
  group: string,
  sessionMs: number
): K.ConsumerOptions<Buffer, Buffer, Buffer, Buffer> {
  const { options } = cluster
  const { heartbeatMs, rebalanceMs } = sessionTimes(sessionMs)
  return {
    clientId: options.clientId ?? CLIENT_ID,
    bootstrapBrokers: [
      ...new Set([...cluster.nodes().map(node => node.address), ...options.brokers])
    ],
    groupId: group,
    groupProtocol: 'classic',
    protocols: [{ name: 'cooperative-sticky', version: 1 }],
    sessionTimeout: sessionMs,
    heartbeatInterval: heartbeatMs,
    rebalanceTimeout: rebalanceMs,
    connectTimeout: connectLimit(options),
    // JoinGroup is held back until every member is there.
    requestTimeout: rebalanceMs + 10_000,
    autocommit: false,
    ...security(options)
  }
}

function security({ tls, sasl }: KafkaOptions): Partial<K.ConnectionOptions> {
  return {
    ...(tls === undefined
      ? {}
      : {
          tls: {
            ...(tls.ca === undefined ? {} : { ca: tls.ca }),
            ...(tls.cert === undefined ? {} : { cert: tls.cert }),
            ...(tls.key === undefined ? {} : { key: tls.key }),
            ...(tls.passphrase === undefined ? {} : { passphrase: tls.passphrase }),
            rejectUnauthorized: tls.verify !== false
          },
          ...(tls.serverName === undefined ? {} : { tlsServerName: tls.serverName })
        }),
    ...(sasl === undefined
      ? {}
      : {
          sasl: {
            mechanism: sasl.mechanism,
            ...(sasl.username === undefined ? {} : { username: sasl.username }),
            ...(sasl.password === undefined ? {} : { password: sasl.password }),
            ...(sasl.token === undefined ? {} : { token: sasl.token })
          }
        })
  }
}
