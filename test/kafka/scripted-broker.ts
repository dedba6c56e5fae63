import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import * as K from '@platformatic/kafka'

/** A response's body, or what to do instead of answering. */
export type Reply = Buffer | 'silence' | 'hang-up' | { raw: Buffer }

export interface ScriptedBroker {
  readonly address: string
  close(): Promise<void>
}

export interface Request {
  readonly apiKey: number
  readonly version: number
  readonly socket: Socket
}

const API_VERSIONS = 18
const KNOWN = [1, 2, 3, API_VERSIONS]

/** A server that speaks just enough of the protocol to misbehave in a chosen way behind it. */
export function scriptedBroker(reply: (request: Request) => Reply): Promise<ScriptedBroker> {
  return listen(socket => {
    let pending = Buffer.alloc(0)
    socket.on('data', chunk => {
      pending = Buffer.concat([pending, chunk])
      while (pending.length >= 4 && pending.length >= 4 + pending.readInt32BE(0)) {
        const size = 4 + pending.readInt32BE(0)
        answer(socket, pending.subarray(0, size), reply)
        pending = pending.subarray(size)
      }
    })
  })
}

/** Any server on a free port of this machine. */
export async function listen(accept: (socket: Socket) => void): Promise<ScriptedBroker> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    accept(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    address: `127.0.0.1:${port}`,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    }
  }
}

/** An ApiVersions body that offers what the client needs. */
export function versionsBody(fetchVersion = 17): Buffer {
  return K.Writer.create()
    .appendInt16(0)
    .appendArray(KNOWN, (writer, key) => {
      writer.appendInt16(key).appendInt16(0)
      writer.appendInt16(key === 1 ? fetchVersion : 12)
    })
    .appendInt32(0)
    .appendTaggedFields().buffer
}

function answer(socket: Socket, frame: Buffer, reply: (request: Request) => Reply): void {
  const apiKey = frame.readInt16BE(4)
  const correlation = frame.readInt32BE(8)
  const body = reply({ apiKey, version: frame.readInt16BE(6), socket })
  if (body === 'silence') return
  if (body === 'hang-up') {
    socket.destroy()
    return
  }
  if ('raw' in body) {
    socket.write(body.raw)
    return
  }
  const tags = apiKey === API_VERSIONS ? Buffer.alloc(0) : Buffer.alloc(1)
  const head = Buffer.alloc(8)
  head.writeInt32BE(4 + tags.length + body.length, 0)
  head.writeInt32BE(correlation, 4)
  socket.write(Buffer.concat([head, tags, body]))
}
