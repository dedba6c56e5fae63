import { connect, type Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { formatDuration } from '../../core/units.ts'
import { addressFailure, isTlsProblem, networkProblem } from './client-errors.ts'
import { connectLimit, type KafkaOptions, parseAddress } from './options.ts'
import { tlsConnectOptions } from './security.ts'

/** Where the socket reads to: `buffer` is asked before each read, `callback` hears what it brought. */
export interface ReadInto {
  buffer: () => Uint8Array
  callback: (size: number, into: Uint8Array) => boolean
}

/** Opens the socket of one broker connection: throws `broker-unreachable` or `broker-tls`. */
export async function dial(
  address: string,
  options: KafkaOptions,
  onread: ReadInto
): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const target = parseAddress(address)
  if (target === undefined) throw addressFailure('broker-unreachable', address, 'not host:port')
  // Loaded only where it is used: 10 ms of a start.
  const tls = options.tls && (await import('node:tls'))
  let socket: Socket
  try {
    socket =
      tls === undefined || options.tls === undefined
        ? connect({ ...target, onread })
        : tls.connect({
            ...target,
            onread,
            ...tlsConnectOptions(options.tls, target.host)
          } as Dialled)
  } catch (error) {
    // Only the local certificate or key can be at fault this early.
    throw addressFailure('broker-tls', address, networkProblem(error), error)
  }
  const secure = options.tls !== undefined
  let connected = false
  const give = (code: 'broker-tls' | 'broker-unreachable', problem: string, cause?: unknown) => {
    socket.destroy()
    reject(addressFailure(code, address, problem, cause))
  }
  const limit = connectLimit(options)
  const timer = setTimeout(() => {
    const problem = `no ${connected ? 'TLS handshake' : 'connection'} within ${formatDuration(limit)}`
    give(connected ? 'broker-tls' : 'broker-unreachable', problem)
  }, limit)
  const failed = (error: Error): void => {
    clearTimeout(timer)
    const code = isTlsProblem(error) || (secure && connected) ? 'broker-tls' : 'broker-unreachable'
    give(code, networkProblem(error), error)
  }
  socket.setNoDelay(true)
  socket.once('error', failed)
  socket.once('connect', () => {
    connected = true
  })
  socket.once(secure ? 'secureConnect' : 'connect', () => {
    clearTimeout(timer)
    socket.off('error', failed)
    resolve(socket)
  })
  return promise
}

// node's types leave `onread` out of the TLS options; it is passed through to the socket.
type Dialled = ConnectionOptions & { onread: ReadInto }
