import type { Arena } from '../../core/arena.ts'
import type { HeadcountError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { ourError } from '../connection/client-errors.ts'
import * as K from '../connection/client-library.ts'
import type { Cluster } from '../connection/cluster.ts'
import { requestLimit } from '../connection/options.ts'
import { SLAB_ROOM_BYTES, Slab } from '../connection/slab.ts'
import type { Wire } from '../connection/wire.ts'
import type { FetchPartition } from './fetch-partition.ts'
import { type Isolation, isolationLevels } from './list-offsets.ts'

const FETCH = 1
const VERSION = 17
const BYTES_MIN = 1
// An idle partition is asked about twice a second; a record ends the wait at once.
const WAIT_MS = 500
const SOON_MS = 100

/** A response in the slab; it stays there until the lane is released. */
export interface FetchAnswer {
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
  readonly asked: readonly FetchPartition[]
}

/** What all requests of a reader have in common. */
export interface FetchTerms {
  readonly isolation: Isolation
  readonly partitionBytesMax: number
}

/**
 * The reader's connection to one broker: one Fetch at a time, for all partitions it leads. The answer
 * waits in the slab until somebody takes it, so a slow reader holds one response and no more.
 */
export class FetchLane {
  readonly node: number
  /** Failed attempts in a row, and when to try again. */
  attempts = 0
  retryAt = 0
  failure: HeadcountError | undefined
  /** True once the broker's quota has held this reader back. */
  throttled = false
  private readonly cluster: Cluster
  private readonly onNews: () => void
  private readonly arena: Arena | undefined
  /** Of the arena, for one connection after the other. */
  private room: Uint8Array | undefined
  private opening = false
  private wire: Wire | undefined
  private answer: FetchAnswer | undefined
  private busy = false
  private ended = false
  private turn = 0

  constructor(cluster: Cluster, node: number, onNews: () => void, arena?: Arena) {
    this.cluster = cluster
    this.node = node
    this.onNews = onNews
    this.arena = arena
  }

  /** True when nothing is asked and nothing waits to be taken. */
  get free(): boolean {
    return !this.busy && this.answer === undefined
  }

  /**
   * Sends a Fetch; opens the connection when there is none. `soon`: others of its partitions may be asked
   * for in a moment, so the broker is not to hold the answer back for long.
   */
  ask(partitions: readonly FetchPartition[], terms: FetchTerms, soon: boolean): void {
    this.busy = true
    // The broker fills its answer in this order: everybody comes first in turn.
    this.turn = (this.turn + 1) % partitions.length
    const asked = [...partitions.slice(this.turn), ...partitions.slice(0, this.turn)]
    if (this.wire?.closed === false) {
      this.send(this.wire, asked, terms, soon)
      return
    }
    this.opening = true
    this.cluster.ownWire(this.node, this.slab()).then(
      wire => {
        this.opening = false
        if (this.ended) {
          wire.close()
          this.leaveRoom()
          return
        }
        this.wire = wire
        this.send(wire, asked, terms, soon)
      },
      (error: unknown) => {
        this.opening = false
        if (this.ended) this.leaveRoom()
        this.fail(ourError(error, `broker ${this.node}`, 'Fetch'))
      }
    )
  }

  /** The answer that waits, taken: its bytes stay valid until `release`. */
  take(): FetchAnswer | undefined {
    const { answer } = this
    this.answer = undefined
    return answer
  }

  /** The bytes of the answer have been worked on. */
  release(): void {
    this.wire?.release()
  }

  close(): void {
    this.ended = true
    this.wire?.close()
    if (!this.opening) this.leaveRoom()
  }

  // Nothing of an earlier connection's is worked on any more when another one is opened.
  private slab(): Slab | undefined {
    this.room ??= this.arena?.take(SLAB_ROOM_BYTES)
    return this.room && Slab.within(this.room)
  }

  private leaveRoom(): void {
    if (this.room) this.arena?.giveBack(this.room)
    this.room = undefined
  }

  private send(
    wire: Wire,
    asked: readonly FetchPartition[],
    terms: FetchTerms,
    soon: boolean
  ): void {
    const waitMs = asked.some(partition => partition.fresh) ? 0 : soon ? SOON_MS : WAIT_MS
    const { rack = '' } = this.cluster.options
    const body = fetchRequest(asked, terms, waitMs, rack)
    const limitMs = requestLimit(this.cluster.options) + waitMs
    const flexible = { request: true, response: true }
    wire.request(FETCH, VERSION, body, flexible, limitMs, (error, bytes, start, end) => {
      if (error !== null) {
        this.fail(error)
        return false
      }
      this.busy = false
      this.answer = { bytes, start, end, asked }
      this.onNews()
      return true
    })
  }

  private fail(error: HeadcountError): void {
    this.busy = false
    if (this.ended) return
    this.failure = error
    this.onNews()
  }
}

type RequestedPartition = K.FetchRequestTopic['partitions'][number]

function fetchRequest(
  asked: readonly FetchPartition[],
  terms: FetchTerms,
  waitMs: number,
  rack: string
): K.Writer {
  const topics = new Map<string, RequestedPartition[]>()
  for (const partition of asked) {
    const partitions = topics.get(partition.topicId) ?? []
    topics.set(partition.topicId, partitions)
    partitions.push({
      partition: partition.index,
      currentLeaderEpoch: partition.leaderEpoch,
      fetchOffset: BigInt(partition.offset),
      lastFetchedEpoch: partition.lastEpoch,
      partitionMaxBytes: Math.ceil(terms.partitionBytesMax * partition.share)
    })
  }
  // Session 0, epoch −1: no fetch session (KIP-227); the list of partitions is short.
  return K.fetchV17.createRequest(
    waitMs,
    BYTES_MIN,
    limits.fetchBytesMax,
    isolationLevels[terms.isolation],
    0,
    -1,
    [...topics].map(([topicId, partitions]) => ({ topicId, partitions })),
    [],
    rack
  )
}
