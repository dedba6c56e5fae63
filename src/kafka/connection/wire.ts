import { Buffer } from 'node:buffer'
import type { Socket } from 'node:net'
import { type HeadcountError, isFailure } from '../../core/errors.ts'
import { formatDuration } from '../../core/units.ts'
import { addressFailure, isTlsProblem, networkProblem, ourError } from './client-errors.ts'
import * as K from './client-library.ts'
import { dial } from './dial.ts'
import { FrameReader } from './frame-reader.ts'
import { CLIENT_ID, connectLimit, type KafkaOptions, requestLimit } from './options.ts'
import { authenticate } from './security.ts'
import { connectionOf, type Sender } from './sender.ts'
import { Slab } from './slab.ts'
import { type BrokerVersions, negotiate } from './versions.ts'

/**
 * Takes a response's body: `bytes[start, end)`, valid only during the call. Returning true keeps it
 * in place until `release`; nothing that follows is read before that.
 */
export type Take = (
  error: HeadcountError | null,
  bytes: Buffer,
  start: number,
  end: number
) => boolean

interface Waiting {
  readonly take: Take
  readonly timer: NodeJS.Timeout
  readonly flexible: boolean
}

const EMPTY = Buffer.alloc(0)
// Below this one write is cheaper than a gathered one.
const JOIN_BYTES = 65_536
// A login is renewed when this much of its life is over.
const RENEW_AFTER = 0.8
const GREETING_GRACE_MS = 100
// A busy broker needs some time for its greeting, even when the connection took long.
const GREETING_MS_MIN = 1_000

/**
 * One connection to a broker. Responses land contiguous in a slab; the library's API functions run
 * over `send`. A broker answers one request at a time per connection: what must not wait behind a
 * long Fetch needs a connection of its own.
 *
 * Any trouble (time limit, damaged frame, closed socket) fails the whole connection: every request
 * that waits gets the same error, and `closed` is true from then on.
 */
export class Wire implements Sender {
  readonly address: string
  private readonly options: KafkaOptions
  private readonly frames: FrameReader
  private socket: Socket | undefined
  private readonly waiting = new Map<number, Waiting>()
  private correlation = 0
  private failure: HeadcountError | undefined
  private readonly ended = Promise.withResolvers<never>()
  private known: BrokerVersions = { apis: new Map(), features: new Map() }
  private queued: (() => void)[] | undefined
  private renewal: NodeJS.Timeout | undefined
  private hungUp = false

  /**
   * Connects, learns the broker's versions, logs in. Throws `broker-unreachable`, `broker-tls`,
   * `broker-protocol`, `broker-auth` or `broker-old`, each with the address.
   */
  static async open(address: string, options: KafkaOptions, slab?: Slab): Promise<Wire> {
    // On a busy machine loading it takes seconds, which are not the broker's.
    if (options.sasl !== undefined) await K.wholeLibrary()
    const wire = new Wire(address, options, slab ?? new Slab())
    const started = performance.now()
    wire.attach(await dial(address, options, wire.frames.onread))
    try {
      await Promise.race([wire.greet(performance.now() - started), wire.ended.promise])
    } catch (error) {
      wire.close()
      throw wire.greetingFailure(error)
    }
    return wire
  }

  private constructor(address: string, options: KafkaOptions, slab: Slab) {
    this.address = address
    this.options = options
    this.frames = new FrameReader(slab, this)
    // Without a listener a failure after `open` would count as unhandled.
    this.ended.promise.catch(() => {})
  }

  get closed(): boolean {
    return this.failure !== undefined
  }

  /** True when it was not this side that ended it. */
  get isCut(): boolean {
    return this.hungUp
  }

  /** Versions and features this broker announced. */
  get versions(): BrokerVersions {
    return this.known
  }

  /** The `send` of the library's connections. */
  send<Response>(
    apiKey: number,
    version: number,
    makePayload: () => K.Writer | Promise<K.Writer>,
    parse: K.ResponseParser<Response>,
    flexibleRequest: boolean,
    flexibleResponse: boolean,
    done: K.Callback<Response>
  ): void {
    const sender = this.within(requestLimit(this.options))
    sender.send(apiKey, version, makePayload, parse, flexibleRequest, flexibleResponse, done)
  }

  /** The same connection with another time limit per request, in milliseconds. */
  within(limitMs: number): Sender {
    return this.sender(limitMs, (...request) => this.request(...request))
  }

  /** Sends a ready body; the response goes to `take` as raw bytes, behind its header. */
  request(
    apiKey: number,
    version: number,
    body: K.Writer,
    flexible: { request: boolean; response: boolean },
    limitMs: number,
    take: Take
  ): void {
    if (this.queued === undefined) this.write(apiKey, version, body, flexible, limitMs, take)
    else this.queued.push(() => this.write(apiKey, version, body, flexible, limitMs, take))
  }

  /** Gives back a response that was kept. */
  release(): void {
    this.frames.release()
  }

  close(): void {
    this.fail(addressFailure('broker-unreachable', this.address, 'closed by this side'))
  }

  /** Ends the connection with an error for everybody who waits. */
  fail(error: HeadcountError): void {
    if (this.failure !== undefined) return
    this.failure = error
    clearTimeout(this.renewal)
    this.socket?.destroy()
    this.ended.reject(error)
    const waiting = [...this.waiting.values()]
    this.waiting.clear()
    for (const each of waiting) clearTimeout(each.timer)
    for (const each of waiting) each.take(error, EMPTY, 0, 0)
    const queued = this.queued ?? []
    this.queued = undefined
    for (const send of queued) send()
  }

  /** One response of the frame reader; true when it is kept. */
  deliver(correlation: number, bytes: Buffer, start: number, end: number): boolean {
    const waiting = this.waiting.get(correlation)
    if (waiting === undefined) {
      throw addressFailure('broker-protocol', this.address, 'an answer that nobody asked for')
    }
    this.waiting.delete(correlation)
    clearTimeout(waiting.timer)
    const body = waiting.flexible ? skipTags(bytes, start, end) : start
    return waiting.take(null, bytes, body, end)
  }

  private attach(socket: Socket): void {
    this.socket = socket
    socket.on('error', error => {
      this.hungUp = true
      const code = isTlsProblem(error) ? 'broker-tls' : 'broker-unreachable'
      this.fail(addressFailure(code, this.address, networkProblem(error), error))
    })
    socket.on('close', () => {
      this.hungUp = true
      this.fail(addressFailure('broker-unreachable', this.address, 'the connection was closed'))
    })
  }

  private async greet(spentMs: number): Promise<void> {
    // One time limit covers the connection and the greeting.
    const limitMs = Math.max(GREETING_MS_MIN, connectLimit(this.options) - spentMs)
    // Each request has this limit too, and names itself; all of a login together come second.
    const timer = setTimeout(() => {
      const problem = `no end of the greeting within ${formatDuration(limitMs)}`
      this.fail(addressFailure('broker-unreachable', this.address, problem))
    }, limitMs + GREETING_GRACE_MS)
    try {
      const sender = this.direct(limitMs)
      this.known = await negotiate(sender, this.address)
      await this.login(sender)
    } finally {
      clearTimeout(timer)
    }
  }

  // Whoever hangs up before its first answer is alive, but not a broker, or not spoken to in its way.
  private greetingFailure(error: unknown): unknown {
    if (!this.hungUp || this.known.apis.size > 0) return error
    if (!isFailure(error, 'broker-unreachable')) return error
    const problem = 'it hung up at the first request'
    return addressFailure('broker-protocol', this.address, problem, error)
  }

  private async login(sender: Sender): Promise<void> {
    const { sasl } = this.options
    if (sasl === undefined) return
    const lifetimeMs = await authenticate(sender, sasl, this.address, this.options.readToken)
    if (lifetimeMs <= 0 || this.closed) return
    const delay = Math.min(lifetimeMs * RENEW_AFTER, 2 ** 31 - 1)
    this.renewal = setTimeout(() => void this.renew(), delay).unref()
  }

  // Nothing else may be sent between the messages of a login: requests queue up meanwhile.
  private async renew(): Promise<void> {
    this.queued = []
    try {
      await this.login(this.direct(requestLimit(this.options)))
    } catch (error) {
      this.fail(ourError(error, this.address, 'SASL'))
      return
    }
    const queued = this.queued
    this.queued = undefined
    for (const send of queued) send()
  }

  private direct(limitMs: number): Sender {
    return this.sender(limitMs, (...request) => this.write(...request))
  }

  private sender(limitMs: number, request: Wire['request']): Sender {
    return {
      send: (apiKey, version, makePayload, parse, flexibleRequest, flexibleResponse, done) => {
        const flexible = { request: flexibleRequest, response: flexibleResponse }
        const take: Take = (error, bytes, start, end) => {
          if (error === null) answer(parse, apiKey, version, bytes.subarray(start, end), done)
          else done(error)
          return false
        }
        const put = (body: K.Writer) => request(apiKey, version, body, flexible, limitMs, take)
        try {
          const body = makePayload()
          if (body instanceof Promise) body.then(put, done)
          else put(body)
        } catch (error) {
          done(error as Error)
        }
      }
    }
  }

  private write(
    apiKey: number,
    version: number,
    body: K.Writer,
    flexible: { request: boolean; response: boolean },
    limitMs: number,
    take: Take
  ): void {
    if (this.failure !== undefined || this.socket === undefined) {
      take(this.failure ?? null, EMPTY, 0, 0)
      return
    }
    this.correlation = (this.correlation + 1) & 0x7fff_ffff
    const frame = K.Writer.create()
      .appendInt16(apiKey)
      .appendInt16(version)
      .appendInt32(this.correlation)
      .appendString(this.options.clientId ?? CLIENT_ID, false)
    if (flexible.request) frame.appendTaggedFields()
    frame.appendFrom(body).prependLength()
    const timer = setTimeout(() => {
      const problem = `no answer to ${K.protocolAPIsById[apiKey]} within ${formatDuration(limitMs)}`
      this.fail(addressFailure('broker-unreachable', this.address, problem))
    }, limitMs)
    this.waiting.set(this.correlation, { take, timer, flexible: flexible.response })
    if (frame.length <= JOIN_BYTES) {
      this.socket.write(frame.buffer)
      return
    }
    this.socket.cork()
    for (const part of frame.buffers) this.socket.write(part)
    this.socket.uncork()
  }
}

/** Runs a library API over a wire; what it throws is ours (`broker-…`), with the cause kept. */
export function call<Request extends unknown[], Response>(
  wire: Wire,
  api: K.API<Request, Response>,
  ...request: Request
): Promise<Response> {
  return run(wire, wire, api, request)
}

/** `call` with a time limit of its own, for requests that a broker may hold back. */
export function callWithin<Request extends unknown[], Response>(
  wire: Wire,
  limitMs: number,
  api: K.API<Request, Response>,
  ...request: Request
): Promise<Response> {
  return run(wire, wire.within(limitMs), api, request)
}

async function run<Request extends unknown[], Response>(
  wire: Wire,
  sender: Sender,
  api: K.API<Request, Response>,
  request: Request
): Promise<Response> {
  try {
    return await api.async(connectionOf(sender), ...request)
  } catch (error) {
    throw ourError(error, wire.address, K.protocolAPIsById[api.key] ?? `request ${api.key}`)
  }
}

function answer<Response>(
  parse: K.ResponseParser<Response>,
  apiKey: number,
  version: number,
  view: Buffer,
  done: K.Callback<Response>
): void {
  let response: Response | Promise<Response>
  try {
    // A copy: parsed responses keep views of their bytes, the slab is reused.
    response = parse(0, apiKey, version, K.Reader.from(Buffer.from(view)))
  } catch (error) {
    done(error as Error)
    return
  }
  if (response instanceof Promise) response.then(value => done(null, value), done)
  else done(null, response)
}

// Header v1: a count of tagged fields, each with tag, size and bytes (KIP-482).
function skipTags(bytes: Buffer, start: number, end: number): number {
  if (start < end && bytes[start] === 0) return start + 1
  const reader = K.Reader.from(bytes.subarray(start, end))
  reader.readTaggedFields()
  return start + reader.position
}
