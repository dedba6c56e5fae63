import type { Arena } from '../../core/arena.ts'
import type { Inputs } from '../../core/inputs.ts'
import { limits } from '../../core/limits.ts'
import { formatDuration } from '../../core/units.ts'
import type { LogPoint } from '../../port/source.ts'
import { backoffMs } from '../connection/backoff.ts'
import { isRetriable, ourError } from '../connection/client-errors.ts'
import type { Cluster } from '../connection/cluster.ts'
import { Outage } from '../connection/outage.ts'
import { judgeFetchError } from './fetch-errors.ts'
import { type FetchAnswer, FetchLane, type FetchTerms } from './fetch-lane.ts'
import { FetchLeaders } from './fetch-leaders.ts'
import { type BatchTaker, FetchPartition } from './fetch-partition.ts'
import { type FetchedPart, readFetchResponse, throttleOf } from './fetch-response.ts'
import { findLoss } from './input-gone.ts'
import type { Isolation } from './list-offsets.ts'
import { standingLine } from './standing-transaction.ts'

export interface FetchOptions {
  readonly isolation?: Isolation
  /** Bytes of one partition in a response; one larger batch comes all the same. */
  readonly partitionBytesMax?: number
  /** Hears, in whole lines, of trouble that passes by itself and when it has passed. */
  readonly onTrouble?: (line: string) => void
  /** Milliseconds after which a transaction that holds a partition back is named; a minute unless said. */
  readonly standingMs?: number
  /** Where answers are read to, as far as it has room. */
  readonly arena?: Arena | undefined
}

/** A broker that calls an offset out of range which its log covers lags behind; not for so many answers. */
const RANGE_LOOKS_MAX = 8
/**
 * Reads partitions of topics by polling; each has the number of its slot. The next Fetch of a broker is
 * sent before the answer of the last one is worked on. Lost connections, moved leaders and brokers that
 * restart are waited for as long as the caller polls; what waiting does not cure is thrown by `poll`,
 * once and from then on.
 */
export class Fetcher {
  private readonly cluster: Cluster
  private readonly inputs: Inputs
  private readonly leaders: FetchLeaders
  private readonly terms: FetchTerms
  private readonly outage: Outage
  private readonly tell: (line: string) => void
  private readonly standingMs: number | undefined
  private readonly arena: Arena | undefined
  private readonly partitions = new Map<number, FetchPartition>()
  private readonly lanes = new Map<number, FetchLane>()
  private failure: unknown
  private ring: (() => void) | undefined
  private woken = false
  private ended = false

  constructor(cluster: Cluster, inputs: Inputs, options: FetchOptions = {}) {
    this.cluster = cluster
    this.inputs = inputs
    const { isolation = 'committed', partitionBytesMax = limits.fetchPartitionBytesMax } = options
    this.terms = { isolation, partitionBytesMax }
    this.standingMs = options.standingMs
    this.arena = options.arena
    this.tell = options.onTrouble ?? (() => {})
    this.outage = new Outage(this.tell, ms => {
      this.tell(`reading ${this.names} goes on after ${formatDuration(ms)}`)
    })
    this.leaders = new FetchLeaders({
      cluster,
      inputs,
      partitions: this.partitions,
      outage: this.outage,
      onFound: () => this.leaveLanes(),
      onFailure: error => {
        this.failure = error
      },
      onLook: () => this.ring?.()
    })
  }

  /** Reads these partitions from now on, each from its offset, and no others. */
  async open(positions: ReadonlyMap<number, number>): Promise<void> {
    this.partitions.clear()
    for (const [slot, offset] of positions) this.place(slot, offset)
    if (this.partitions.size > 0) await this.leaders.locate()
  }

  /** Adds one partition, or moves it. */
  async assign(slot: number, offset: number, known?: LogPoint): Promise<void> {
    this.place(slot, offset, known)
    await this.leaders.locate()
  }

  /** Reads this partition no more; an answer that is under way is dropped. */
  revoke(slot: number): void {
    this.partitions.delete(slot)
  }

  /** Asks for no more of this partition until `resume`; what is under way is handed over. */
  pause(slot: number): void {
    const partition = this.partitions.get(slot)
    if (partition) partition.paused = true
  }

  /** How much of the usual one answer brings of this partition; one batch comes all the same. */
  pace(slot: number, share: number): void {
    const partition = this.partitions.get(slot)
    if (partition) partition.share = share
  }

  /** Reads it again, from where it stopped. */
  resume(slot: number): void {
    const partition = this.partitions.get(slot)
    if (partition) partition.paused = false
    this.ring?.()
  }

  /** Hands over one round of answers, or waits up to `waitMs` for one. */
  async poll(taker: BatchTaker, waitMs: number): Promise<void> {
    const until = performance.now() + waitMs
    for (let waited = false; ; waited = true) {
      if (this.failure !== undefined) throw this.failure
      // Arranging would connect again, for nobody to close.
      if (this.ended) return
      const now = performance.now()
      this.arrange(now)
      if (this.tellLosses(taker) || this.drain(taker, now)) return
      if (this.woken || (waited && now >= until)) {
        this.woken = false
        return
      }
      await this.wait(Math.min(until, this.nextAttempt(now)) - now)
    }
  }

  wake(): void {
    this.woken = true
    this.ring?.()
  }

  close(): void {
    this.ended = true
    for (const lane of this.lanes.values()) lane.close()
    this.lanes.clear()
    this.ring?.()
  }

  // Everything that is due now: connections that failed, leaders to look up, brokers to ask.
  private arrange(now: number): void {
    for (const lane of this.lanes.values()) this.noteFailure(lane, now)
    if (now >= this.leaders.dueAt) this.leaders.look()
    for (const partition of this.partitions.values()) {
      const node = partition.node(now)
      if (node < 0 || this.lanes.has(node)) continue
      this.lanes.set(node, new FetchLane(this.cluster, node, () => this.ring?.(), this.arena))
    }
    for (const lane of this.lanes.values()) this.ask(lane, now)
  }

  private ask(lane: FetchLane, now: number): void {
    if (!lane.free || lane.retryAt > now) return
    const due = [...this.partitions.values()].filter(
      partition => partition.node(now) === lane.node && partition.retryAt <= now
    )
    const open = due.filter(({ paused }) => !paused)
    // One that goes on meanwhile has to wait for the answer to the others.
    if (open.length > 0) lane.ask(open, this.terms, open.length < due.length)
  }

  // Whoever takes no losses cannot go on.
  private tellLosses(taker: BatchTaker): boolean {
    let some = false
    for (const { slot, loss } of [...this.partitions.values()]) {
      if (loss === undefined) continue
      some = true
      this.partitions.delete(slot)
      if (taker.lost) taker.lost(slot, loss)
      else {
        this.failure = loss.error
        throw this.failure
      }
    }
    return some
  }

  private drain(taker: BatchTaker, now: number): boolean {
    let some = false
    for (const lane of this.lanes.values()) {
      const answer = lane.take()
      if (answer === undefined) continue
      some = true
      lane.attempts = 0
      lane.retryAt = 0
      this.outage.succeeded(`broker ${lane.node}`, now)
      try {
        this.handOver(lane, answer, taker, now)
      } catch (error) {
        this.failure = error
        throw error
      } finally {
        lane.release()
      }
    }
    return some
  }

  private handOver(lane: FetchLane, answer: FetchAnswer, taker: BatchTaker, now: number): void {
    const { bytes } = answer
    const asked = new Map(answer.asked.map(each => [nameOf(each.topicId, each.index), each]))
    const works: { partition: FetchPartition; part: FetchedPart; from: number }[] = []
    for (const part of this.outline(answer)) {
      const partition = asked.get(nameOf(part.topicId, part.partition))
      // Not ours any more, opened again elsewhere, or led by another broker since.
      if (partition === undefined || this.partitions.get(partition.slot) !== partition) continue
      if (part.preferred >= 0 && part.preferred !== lane.node) {
        partition.prefer(part.preferred, now)
        continue
      }
      const cutAt = part.divergesAt ?? partition.cutIn(bytes, part)
      const isAmiss = cutAt !== undefined || part.error !== 0
      if (isAmiss && partition.leaveReplica(lane.node)) {
        // Only the leader knows whether it is so; a replica may lag behind.
        partition.retryAt = now + backoffMs(++partition.attempts, Math.random())
      } else if (cutAt !== undefined) {
        this.doubt(partition, cutAt)
      } else if (part.error === 0) {
        this.outage.succeeded(`partition ${partition.slot}`, now)
        works.push({ partition, part, from: partition.advance(bytes, part) })
        this.watchStable(partition, part, now)
      } else {
        this.noteError(partition, part.error, now)
      }
    }
    this.heed(lane, throttleOf(bytes, answer.start), now)
    this.ask(lane, now)
    for (const { partition, part, from } of works) partition.work(bytes, part, from, taker)
  }

  // The broker reads nothing of ours until then: asking would only run into our own time limit.
  private heed(lane: FetchLane, throttleMs: number, now: number): void {
    if (throttleMs === 0) return
    lane.retryAt = now + throttleMs
    if (lane.throttled) return
    lane.throttled = true
    this.tell(`a quota of broker ${lane.node} slows down reading ${this.names}`)
  }

  private outline(answer: FetchAnswer): FetchedPart[] {
    try {
      return readFetchResponse(answer.bytes, answer.start, answer.end)
    } catch (error) {
      throw ourError(error, this.cluster.address, 'Fetch')
    }
  }

  private noteFailure(lane: FetchLane, now: number): void {
    const error = lane.failure
    if (error === undefined) return
    lane.failure = undefined
    if (!isRetriable(error)) {
      this.failure = error
      return
    }
    for (const partition of this.partitions.values()) partition.leaveReplica(lane.node)
    lane.retryAt = now + backoffMs(++lane.attempts, Math.random())
    this.leaders.doubt(lane.retryAt)
    this.outage.failed(`broker ${lane.node}`, error.message, now)
  }

  private noteError(partition: FetchPartition, code: number, now: number): void {
    const { topic, index, slot } = partition
    const verdict = judgeFetchError(code, topic, index, this.cluster.address)
    partition.retryAt = now + backoffMs(++partition.attempts, Math.random())
    if (verdict.kind === 'relocate') {
      this.leaders.doubt(now)
      this.outage.failed(`partition ${slot}`, verdict.problem, now)
    } else if (verdict.kind === 'range') {
      this.doubt(partition, partition.attempts > RANGE_LOOKS_MAX ? partition.offset : undefined)
    } else if (verdict.kind === 'final') {
      this.failure = verdict.error
    }
  }

  // The offset is not in the log, or the log is another one: gone for good, unless the broker had lagged.
  private doubt(partition: FetchPartition, divergesAt: number | undefined): void {
    partition.retryAt = Number.POSITIVE_INFINITY
    const { topic, index, known } = partition
    // A log that is cut is cut for all that was read of it, also for what is read again.
    const isAgain = divergesAt !== undefined && known !== undefined
    const offset = isAgain ? Math.max(partition.offset, known.offset) : partition.offset
    findLoss(this.cluster, { topic, index, offset, divergesAt })
      .then(loss => {
        partition.loss = loss
      })
      .catch((error: unknown) => {
        if (!isRetriable(error)) {
          this.failure = ourError(error, this.cluster.address, 'ListOffsets')
        }
      })
      .finally(() => {
        partition.retryAt = performance.now() + backoffMs(partition.attempts, Math.random())
        this.ring?.()
      })
  }

  // An open transaction of somebody else makes a partition seem silent: its producer is named.
  private watchStable(partition: FetchPartition, part: FetchedPart, now: number): void {
    const { topic, index, offset, watch } = partition
    const { lastStable, highWatermark } = part
    if (this.terms.isolation !== 'committed') return
    if (!watch.stands(offset, lastStable, highWatermark, now)) return
    const standing = { topic, partition: index, lastStable, forMs: watch.standing(now) }
    standingLine(this.cluster, standing).then(this.tell, (error: unknown) => {
      const { message } = ourError(error, this.cluster.address, 'DescribeProducers')
      this.tell(
        `${topic} partition ${index}: an open transaction holds offset ${lastStable} (${message})`
      )
    })
  }

  private place(slot: number, offset: number, known?: LogPoint): void {
    const { input, partition } = this.inputs.place(slot)
    const place = { slot, topic: input.name, topicId: input.id, partition }
    this.partitions.set(
      slot,
      new FetchPartition(place, offset, {
        isolation: this.terms.isolation,
        checkCrcs: this.cluster.options.checkCrcs ?? true,
        unpack: this.cluster.unpacker.unpack,
        standingMs: this.standingMs,
        known
      })
    )
  }

  // A broker that leads nothing any more is asked for nothing: what failed with it is over.
  private leaveLanes(): void {
    const now = performance.now()
    const partitions = [...this.partitions.values()]
    const asked = new Set(partitions.flatMap(each => [each.leader, each.node(now)]))
    for (const [node, lane] of this.lanes) {
      if (asked.has(node)) continue
      lane.close()
      this.lanes.delete(node)
      this.outage.succeeded(`broker ${node}`, now)
    }
  }

  private get names(): string {
    const [first, ...others] = new Set([...this.partitions.values()].map(({ topic }) => topic))
    return others.length > 0 ? `${first} and ${others.length} more` : (first ?? 'the input')
  }

  // What is due already was tried: waiting for it would be no waiting.
  private nextAttempt(now: number): number {
    let next = this.leaders.dueAt
    for (const { retryAt } of this.lanes.values()) if (retryAt > now) next = Math.min(next, retryAt)
    for (const { retryAt } of this.partitions.values())
      if (retryAt > now) next = Math.min(next, retryAt)
    return next
  }

  private async wait(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.ring = resolve
    const timer = setTimeout(resolve, Math.max(0, Math.min(ms, 2 ** 31 - 1)))
    await promise
    clearTimeout(timer)
    this.ring = undefined
  }
}

function nameOf(topicId: string, partition: number): string {
  return `${topicId}/${partition}`
}
