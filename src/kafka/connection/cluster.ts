import { setTimeout as sleep } from 'node:timers/promises'
import { Arena } from '../../core/arena.ts'
import { failure, type HeadcountError, isFailure } from '../../core/errors.ts'
import { Unpacker } from '../batch/unpacker.ts'
import { addressFailure, ourError } from './client-errors.ts'
import {
  type Metadata,
  readMetadata,
  type TopicInfo,
  topicFailure,
  UNKNOWN_TOPIC
} from './metadata.ts'
import { connectLimit, type KafkaOptions } from './options.ts'
import type { Slab } from './slab.ts'
import { Wire } from './wire.ts'

export type { PartitionInfo, TopicInfo } from './metadata.ts'

/** What a connection is for: what waits behind a long Fetch is late, so each has its own. */
export type Purpose = 'fetch' | 'produce' | 'group' | 'admin'

interface Held {
  readonly opening: Promise<Wire>
  wire: Wire | undefined
}

const LEADER_WAIT_MS = 5_000
const LEADER_PAUSE_MS = 50
// One slow bootstrap broker must leave time for the next.
const ATTEMPT_MS_MIN = 1_000

/** The brokers, topics and leaders of a cluster, and one connection per purpose and broker. */
export class Cluster {
  readonly options: KafkaOptions
  private readonly wires = new Map<string, Held>()
  private readonly known = new Map<string, TopicInfo>()
  private addresses: ReadonlyMap<number, string> = new Map()
  private controllerId = -1
  private pilot: Wire
  private refreshing: Promise<void> | undefined
  private repiloting: Promise<void> | undefined
  private readonly reached = new Set<string>()
  private ended = false
  private reading: { arena: Arena | undefined; unpacker: Unpacker } | undefined

  /**
   * Tries the bootstrap brokers in turn. Throws within `connectMs` and a second, twice that where a broker
   * hangs up.
   */
  static async connect(options: KafkaOptions): Promise<Cluster> {
    for (let again = true; ; again = false) {
      const cluster = new Cluster(options, await openFirst(options.brokers, options))
      const { pilot } = cluster
      try {
        await cluster.learn([])
        return cluster
      } catch (error) {
        const isCut = options.sasl === undefined && pilot.isCut
        await cluster.close()
        // A connection may be cut at any time; a listener that wants a login hangs up each time.
        if (!isCut || !again) throw isCut ? loginHint(error, pilot) : error
      }
    }
  }

  private constructor(options: KafkaOptions, pilot: Wire) {
    this.options = options
    this.pilot = pilot
  }

  /** The bootstrap broker that answers, for lines that name the cluster. */
  get address(): string {
    return this.pilot.address
  }

  /** What is read may lie there, beside a kernel that works on it; undefined where there is no WASM. */
  get arena(): Arena | undefined {
    return this.readers.arena
  }

  /** Unpacks what all readers bring, each batch until the next one. */
  get unpacker(): Unpacker {
    return this.readers.unpacker
  }

  /**
   * A topic's id, partitions and leaders, as last seen. Throws `topic-missing` with the nearest
   * name; with `waitMs` only when it does not appear in that time, with a leader everywhere.
   */
  async topic(name: string, waitMs = 0): Promise<TopicInfo> {
    const until = performance.now() + waitMs
    for (;;) {
      const found = this.known.get(name)
      if (found !== undefined && (waitMs === 0 || isLed(found))) return found
      const code = (await this.learn([name])).missing.get(name)
      const seen = this.known.get(name)
      if (code === undefined && seen !== undefined && (waitMs === 0 || isLed(seen))) return seen
      if (performance.now() >= until) {
        if (seen !== undefined) return seen
        throw topicFailure(name, code ?? UNKNOWN_TOPIC, this.address, await this.topics())
      }
      await sleep(LEADER_PAUSE_MS)
    }
  }

  /** The topic as the brokers know it now, undefined when there is none. Looks for no similar name. */
  async find(name: string): Promise<TopicInfo | undefined> {
    const { topics, missing } = await this.learn([name])
    const code = missing.get(name) ?? UNKNOWN_TOPIC
    const found = topics.find(topic => topic.name === name)
    if (found !== undefined || code === UNKNOWN_TOPIC) return found
    throw topicFailure(name, code, this.address, [])
  }

  /** Names of all topics that this user may see. */
  async topics(): Promise<string[]> {
    const metadata = await this.ask(wire => readMetadata(wire, null))
    this.adopt({ ...metadata, topics: [] })
    return metadata.topics.map(topic => topic.name).sort()
  }

  /** Reads the brokers and the topics in use again; calls at the same time share one answer. */
  refresh(): Promise<void> {
    this.refreshing ??= this.learn([...this.known.keys()])
      .then(() => {})
      .finally(() => {
        this.refreshing = undefined
      })
    return this.refreshing
  }

  nodes(): readonly { id: number; address: string }[] {
    return [...this.addresses].map(([id, address]) => ({ id, address }))
  }

  /**
   * A connection for admin requests; any broker forwards them (KIP-590). The brokers go on naming a dead
   * one until its session ends: then another one does.
   */
  async controller(): Promise<Wire> {
    const [first = -1, ...others] = this.adminNodes()
    try {
      return await this.wire('admin', first)
    } catch (error) {
      await this.learn([])
      for (const node of new Set([...this.adminNodes(), ...others])) {
        if (node === first) continue
        const wire = await this.wire('admin', node).catch(() => undefined)
        if (wire) return wire
      }
      throw error
    }
  }

  /** The connection for a purpose to a broker; opened when there is none, or the last one died. */
  wire(purpose: Purpose, node: number): Promise<Wire> {
    const key = `${purpose}/${node}`
    const held = this.wires.get(key)
    if (held !== undefined && held.wire?.closed !== true) return held.opening
    const entry: Held = { opening: this.open(node), wire: undefined }
    this.wires.set(key, entry)
    entry.opening.then(
      wire => {
        entry.wire = wire
      },
      () => {
        if (this.wires.get(key) === entry) this.wires.delete(key)
      }
    )
    return entry.opening
  }

  /** A connection of the caller's own, who closes it, and reads into the caller's memory if that has some. */
  ownWire(node: number, slab?: Slab): Promise<Wire> {
    return this.open(node, slab)
  }

  /** The broker that leads a partition; waits a little while there is none. */
  async leader(topic: string, partition: number): Promise<number> {
    const until = performance.now() + LEADER_WAIT_MS
    for (;;) {
      const info = await this.topic(topic)
      const found = info.partitions[partition]
      if (found !== undefined && found.leader >= 0) return found.leader
      if (performance.now() > until) {
        const request = `the leader of ${topic} partition ${partition}`
        const problem = found === undefined ? 'there is no such partition' : 'there is none now'
        throw failure('broker-refused', { request, problem, advice: 'check the other brokers' })
      }
      await sleep(LEADER_PAUSE_MS)
      await this.learn([topic])
    }
  }

  /** Versions of an API on the broker first reached. */
  supports(apiKey: number): { min: number; max: number } | undefined {
    return this.pilot.versions.apis.get(apiKey)
  }

  /** Level of a finalized feature (`transaction.version`, `group.version`), 0 without it. */
  feature(name: string): number {
    return this.pilot.versions.features.get(name) ?? 0
  }

  async close(): Promise<void> {
    this.ended = true
    this.pilot.close()
    const wires = [...this.wires.values()].map(held => held.opening)
    this.wires.clear()
    for (const wire of await Promise.allSettled(wires)) {
      if (wire.status === 'fulfilled') wire.value.close()
    }
  }

  /** Whom to ask first, and whom then. */
  private adminNodes(): number[] {
    const nodes = [...this.addresses.keys()]
    return nodes.sort((a, b) => Number(b === this.controllerId) - Number(a === this.controllerId))
  }

  private get readers(): NonNullable<typeof this.reading> {
    if (this.reading === undefined) {
      const arena = Arena.create()
      this.reading = { arena, unpacker: new Unpacker(arena) }
    }
    return this.reading
  }

  private async open(node: number, slab?: Slab): Promise<Wire> {
    if (this.ended) throw this.closed()
    if (!this.addresses.has(node)) await this.learn([])
    const address = this.addresses.get(node)
    if (address === undefined) {
      throw addressFailure('broker-unreachable', `broker ${node}`, 'no broker has this number now')
    }
    try {
      const wire = await Wire.open(address, this.options, slab)
      this.reached.add(address)
      if (this.ended) wire.close()
      return wire
    } catch (error) {
      if (this.reached.has(address) || this.options.brokers.includes(address)) throw error
      throw advertisedHint(error, address, this.address)
    }
  }

  private async learn(names: readonly string[]): Promise<Metadata> {
    const metadata = await this.ask(wire => readMetadata(wire, names))
    this.adopt(metadata)
    for (const name of names) if (metadata.missing.has(name)) this.known.delete(name)
    return metadata
  }

  private adopt(metadata: Metadata): void {
    this.addresses = metadata.addresses
    this.controllerId = metadata.controller
    for (const topic of metadata.topics) this.known.set(topic.name, topic)
  }

  // Any broker knows: when the one in use is gone, the others are asked, then the bootstrap ones.
  private async ask<Answer>(question: (wire: Wire) => Promise<Answer>): Promise<Answer> {
    if (!this.pilot.closed) {
      try {
        return await question(this.pilot)
      } catch (error) {
        if (!this.pilot.closed || this.ended || this.addresses.size === 0) throw error
      }
    }
    this.repiloting ??= this.repilot().finally(() => {
      this.repiloting = undefined
    })
    await this.repiloting
    return question(this.pilot)
  }

  private async repilot(): Promise<void> {
    const others = [...this.addresses.values()].filter(address => address !== this.pilot.address)
    const candidates = new Set([this.pilot.address, ...others, ...this.options.brokers])
    if (this.ended) throw this.closed()
    const pilot = await openFirst([...candidates], this.options)
    if (this.ended) {
      pilot.close()
      throw this.closed()
    }
    this.pilot = pilot
  }

  private closed(): HeadcountError {
    return addressFailure('broker-unreachable', this.address, 'closed by this side')
  }
}

/** Opens the first broker that answers. Several that don't are named together. */
async function openFirst(addresses: readonly string[], options: KafkaOptions): Promise<Wire> {
  const until = performance.now() + connectLimit(options)
  const failures: { address: string; error: HeadcountError }[] = []
  for (const [i, address] of addresses.entries()) {
    const rest = (until - performance.now()) / (addresses.length - i)
    const connectMs = Math.min(connectLimit(options), Math.max(ATTEMPT_MS_MIN, rest))
    try {
      return await Wire.open(address, { ...options, connectMs })
    } catch (error) {
      failures.push({ address, error: ourError(error, address, 'connecting') })
    }
  }
  const [first] = failures
  if (first === undefined) throw addressFailure('broker-unreachable', '', 'no address given')
  const telling = failures.find(each => !isFailure(each.error, 'broker-unreachable'))
  if (failures.length === 1 || telling !== undefined) throw (telling ?? first).error
  const problem = failures.map(each => `${each.address}: ${problemOf(each.error)}`).join('; ')
  const all = failures.map(each => each.address).join(', ')
  throw addressFailure('broker-unreachable', all, problem, first.error.cause)
}

// A listener that wants a login answers ApiVersions, then hangs up.
function loginHint(error: unknown, wire: Wire): unknown {
  if (!isFailure(error, 'broker-unreachable')) return error
  const problem = 'it hangs up after the first request: this listener probably wants a login'
  return addressFailure('broker-auth', wire.address, problem, error)
}

// The classic trap: the bootstrap answers, and names an address that this machine cannot reach.
function advertisedHint(error: unknown, address: string, bootstrap: string): unknown {
  if (!isFailure(error, 'broker-unreachable')) return error
  const problem = `${problemOf(error)}; ${bootstrap} answers, and sent us here: see its advertised.listeners`
  return addressFailure('broker-unreachable', address, problem, error)
}

function problemOf(error: HeadcountError): string {
  return /\((.*)\)$/s.exec(error.message)?.[1] ?? error.message
}

function isLed(topic: TopicInfo): boolean {
  return topic.partitions.every(partition => partition.leader >= 0)
}
