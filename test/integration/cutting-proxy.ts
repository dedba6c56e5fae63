import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Cluster, Purpose } from '../../src/kafka/connection/cluster.ts'
import { Wire } from '../../src/kafka/connection/wire.ts'

const PRODUCE = 0
const KEY_AT = 4

/** Stands between a client and a broker, and loses answers after the broker has done what was asked. */
export class CuttingProxy {
  /** How many of the next answers are lost, each with its connection. */
  cuts = 0
  /** Which calls lose their answers: the key of the API, Produce by default. */
  key = PRODUCE
  /** Loses the request instead, so that the broker never sees it. */
  early = false
  /** Produce requests seen, as they were. */
  readonly produced: Buffer[] = []
  private readonly server: Server
  private readonly sockets = new Set<Socket>()

  static async open(broker: string): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(broker)
    const { promise, resolve } = Promise.withResolvers<void>()
    proxy.server.listen(0, '127.0.0.1', resolve)
    await promise
    return proxy
  }

  private constructor(broker: string) {
    const [host = '', port] = broker.split(':')
    this.server = createServer(client => this.join(client, connect(Number(port), host)))
  }

  get address(): string {
    const bound = this.server.address()
    return typeof bound === 'object' && bound !== null ? `127.0.0.1:${bound.port}` : ''
  }

  close(): void {
    this.server.close()
    for (const socket of this.sockets) socket.destroy()
  }

  /** Requests here are small enough to come in one piece. */
  private join(client: Socket, broker: Socket): void {
    let awaitsCut = false
    const end = () => {
      client.destroy()
      broker.destroy()
    }
    const cut = () => {
      this.cuts--
      end()
    }
    client.on('data', bytes => {
      const key = bytes.readInt16BE(KEY_AT)
      if (key === PRODUCE) this.produced.push(Buffer.from(bytes))
      if (key === this.key) {
        awaitsCut = true
        if (this.early && this.cuts > 0) return cut()
      }
      broker.write(bytes)
    })
    broker.on('data', bytes => {
      if (awaitsCut && this.cuts > 0) return cut()
      awaitsCut = false
      client.write(bytes)
    })
    for (const socket of [client, broker]) {
      this.sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', end)
      socket.on('close', end)
    }
  }
}

/** The same cluster, but what produces and commits goes through the proxy. */
export function throughProxy(cluster: Cluster, proxy: CuttingProxy): Cluster {
  const wires = new Map<Purpose, Wire>()
  const wire = async (purpose: Purpose): Promise<Wire> => {
    const held = wires.get(purpose)
    if (held?.closed === false) return held
    const opened = await Wire.open(proxy.address, cluster.options)
    wires.set(purpose, opened)
    return opened
  }
  return new Proxy(cluster, {
    get: (target, property) => {
      if (property === 'wire') return wire
      const found: unknown = Reflect.get(target, property)
      return typeof found === 'function' ? found.bind(target) : found
    }
  })
}
