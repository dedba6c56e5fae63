import { connect, createServer, type Server, type Socket } from 'node:net'
import { KafkaFrames } from './kafka-frames.ts'

/** Kafka's numbers of the calls that something can happen to. */
const API = {
  Produce: 0,
  Metadata: 3,
  FindCoordinator: 10,
  InitProducerId: 22,
  EndTxn: 26,
  TxnOffsetCommit: 28
} as const

export type TrappedCall = 'Produce' | 'InitProducerId' | 'EndTxn' | 'TxnOffsetCommit'

/**
 * What happens to a call: its request never arrives; its answer never comes; the connection ends when the
 * request has gone out, so that it may or may not count; it is kept back, with all that follows, until
 * `release`.
 */
export type Fault = 'lost' | 'unanswered' | 'cut' | 'held'

export interface Trap {
  readonly call: TrappedCall
  readonly fault: Fault
  /** Only a request with these words in it. */
  readonly naming?: string
  /** Called when it has happened. */
  readonly sprung: () => void
}

const KEY_AT = 4
const CORRELATION_AT = 8
const ANSWERED_AT = 4
const HOST = '127.0.0.1'
const PORT_BYTES = 4

/**
 * The way of one instance to the brokers: its connections can be cut, stand still, or fail at a certain
 * call. Where brokers name their addresses, ours stand instead.
 */
export class ChaosLink {
  private readonly servers: { readonly server: Server; readonly from: Buffer }[] = []
  private readonly ends = new Set<() => void>()
  private readonly traps: Trap[] = []
  /** What waits, in order, while the link stands still. */
  private waiting: (() => void)[] | undefined
  private unheard: readonly number[] = []

  static async open(brokers: readonly string[]): Promise<ChaosLink> {
    const link = new ChaosLink()
    for (const broker of brokers) await link.stand(Number(broker.split(':')[1]))
    return link
  }

  get bootstrap(): string {
    return this.servers.map(({ server }) => `${HOST}:${portOf(server)}`).join(',')
  }

  /** The next call that fits meets this. */
  trap(trap: Trap): void {
    this.traps.push(trap)
  }

  /** All connections end; new ones are welcome. */
  cut(): void {
    for (const end of this.ends) end()
  }

  /** Nothing comes through, in either direction, until `release`; what was sent arrives then. */
  hold(): void {
    this.waiting ??= []
  }

  release(): void {
    const waiting = this.waiting ?? []
    this.waiting = undefined
    for (const go of waiting) go()
  }

  /** All is well again, and no trap waits any more. */
  restore(): void {
    this.traps.length = 0
    this.unheard = []
    this.release()
  }

  /** These calls, and their connections, end before they arrive, until `restore`. */
  lose(calls: readonly TrappedCall[]): void {
    this.unheard = calls.map(call => API[call])
  }

  close(): void {
    this.waiting = undefined
    for (const { server } of this.servers) server.close()
    this.cut()
  }

  private async stand(port: number): Promise<void> {
    const server = createServer(client => this.join(client, port))
    const { promise, resolve } = Promise.withResolvers<void>()
    server.listen(0, HOST, resolve)
    await promise
    const from = Buffer.alloc(HOST.length + PORT_BYTES)
    from.write(HOST)
    from.writeInt32BE(port, HOST.length)
    this.servers.push({ server, from })
  }

  private join(client: Socket, port: number): void {
    const broker = connect(port, HOST)
    const end = (): void => {
      client.destroy()
      broker.destroy()
      this.ends.delete(end)
    }
    this.ends.add(end)
    const route = new Route(client, broker, end)
    const requests = new KafkaFrames()
    const answers = new KafkaFrames()
    client.on('data', bytes => {
      for (const frame of requests.take(bytes)) this.pass(() => this.request(route, frame))
    })
    broker.on('data', bytes => {
      for (const frame of answers.take(bytes)) this.pass(() => this.answer(route, frame))
    })
    for (const socket of [client, broker]) {
      socket.setNoDelay(true)
      socket.on('error', () => {})
      // Whoever hangs up meanwhile does not take back what is on its way.
      socket.on('close', () => this.pass(end))
    }
  }

  private pass(go: () => void): void {
    if (this.waiting) this.waiting.push(go)
    else go()
  }

  private request(route: Route, frame: Buffer): void {
    const key = frame.readInt16BE(KEY_AT)
    if (this.unheard.includes(key)) {
      route.end()
      return
    }
    const index = this.traps.findIndex(
      ({ call, naming }) => API[call] === key && (naming === undefined || frame.includes(naming))
    )
    const [trap] = index < 0 ? [] : this.traps.splice(index, 1)
    const correlation = frame.readInt32BE(CORRELATION_AT)
    route.expect(correlation, key, trap?.fault === 'unanswered' ? trap : undefined)
    switch (trap?.fault) {
      case 'lost':
        route.end()
        trap.sprung()
        return
      case 'held':
        this.hold()
        this.pass(() => route.ask(frame))
        trap.sprung()
        return
      case 'cut':
        route.askAndEnd(frame)
        trap.sprung()
        return
      default:
        route.ask(frame)
    }
  }

  private answer(route: Route, frame: Buffer): void {
    const { key, trap } = route.answered(frame.readInt32BE(ANSWERED_AT))
    if (trap) {
      route.end()
      trap.sprung()
      return
    }
    if (key === API.Metadata || key === API.FindCoordinator) this.rename(frame)
    route.tell(frame)
  }

  /** An address is a text and a number of four bytes: ours fits in its place. */
  private rename(frame: Buffer): void {
    for (const { server, from } of this.servers) {
      for (let at = frame.indexOf(from); at >= 0; at = frame.indexOf(from, at + 1)) {
        frame.writeInt32BE(portOf(server), at + HOST.length)
      }
    }
  }
}

/** A connection through the link, and which of its calls wait for answers. */
class Route {
  readonly end: () => void
  private readonly client: Socket
  private readonly broker: Socket
  private readonly asked = new Map<number, { readonly key: number; readonly trap?: Trap }>()

  constructor(client: Socket, broker: Socket, end: () => void) {
    this.client = client
    this.broker = broker
    this.end = end
  }

  expect(correlation: number, key: number, trap: Trap | undefined): void {
    this.asked.set(correlation, trap ? { key, trap } : { key })
  }

  answered(correlation: number): { readonly key: number; readonly trap?: Trap } {
    const found = this.asked.get(correlation) ?? { key: -1 }
    this.asked.delete(correlation)
    return found
  }

  ask(frame: Buffer): void {
    if (this.broker.writable) this.broker.write(frame)
  }

  /** The broker has the whole request before it sees the connection end. */
  askAndEnd(frame: Buffer): void {
    this.client.destroy()
    if (this.broker.writable) this.broker.end(frame)
  }

  tell(frame: Buffer): void {
    if (this.client.writable) this.client.write(frame)
  }
}

function portOf(server: Server): number {
  const bound = server.address()
  return typeof bound === 'object' && bound !== null ? bound.port : 0
}
