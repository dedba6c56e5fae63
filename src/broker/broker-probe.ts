import { readFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { type BrokerAccess, usesTls } from './broker-options.ts'

const ANSWER_MS_MAX = 2_000
const ASK_AGAIN_MS = 100

/**
 * ApiVersions version 0, the one request that every broker answers to everybody, before any login:
 *
 *     i32 bytes that follow · i16 api 18 · i16 version 0 · i32 correlation · i16 client id: none
 *     answer: i32 bytes that follow · i32 correlation · i16 error · …
 */
const REQUEST = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff])
const ANSWER_BYTES = 10

/** True when a broker answers at `host:port`; never later than two seconds. */
export async function brokerAnswers(address: string, access: BrokerAccess): Promise<boolean> {
  const socket = await connectTo(address, access)
  try {
    return await asks(socket)
  } finally {
    socket.destroy()
  }
}

/** Waits until the broker answers; false when the signal ended the wait. */
export async function awaitAnswer(
  address: string,
  access: BrokerAccess,
  signal: AbortSignal
): Promise<boolean> {
  while (!signal.aborted) {
    if (await brokerAnswers(address, access)) return true
    await delay(ASK_AGAIN_MS, undefined, { signal }).catch(() => undefined)
  }
  return false
}

async function connectTo(address: string, access: BrokerAccess): Promise<Socket> {
  const colon = address.lastIndexOf(':')
  const target = { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) }
  if (!usesTls(access.security)) return connect(target)
  const [admin] = access.users
  const read = (path: string | undefined) => (path === undefined ? undefined : readFile(path))
  const ca = await read(access.caPath)
  const cert = await read(admin?.certificatePath)
  const key = await read(admin?.keyPath)
  return connectTls({ ...target, ...(ca && { ca }), ...(cert && key && { cert, key }) })
}

function asks(socket: Socket): Promise<boolean> {
  return new Promise(resolve => {
    let answer = Buffer.alloc(0)
    socket.setTimeout(ANSWER_MS_MAX, () => resolve(false))
    socket.on('error', () => resolve(false))
    socket.on('close', () => resolve(false))
    socket.on('data', bytes => {
      answer = Buffer.concat([answer, bytes])
      if (answer.length >= ANSWER_BYTES) resolve(answer.readInt16BE(8) === 0)
    })
    socket.write(REQUEST)
  })
}
