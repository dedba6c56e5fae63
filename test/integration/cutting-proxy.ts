import { connect, createServer, type Server, type Socket } from 'node:net'

const PRODUCE = 0
const KEY_AT = 4

/** Stands between a client and a broker, and loses answers to Produce after the broker has stored. */
export class CuttingProxy {
  /** How many of the next answers are lost, each with its connection. */
  cuts = 0
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
    let awaitsProduce = false
    const end = () => {
      client.destroy()
      broker.destroy()
    }
    client.on('data', bytes => {
      if (bytes.readInt16BE(KEY_AT) === PRODUCE) {
        awaitsProduce = true
        this.produced.push(Buffer.from(bytes))
      }
      broker.write(bytes)
    })
    broker.on('data', bytes => {
      if (awaitsProduce && this.cuts > 0) {
        this.cuts--
        end()
        return
      }
      awaitsProduce = false
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
