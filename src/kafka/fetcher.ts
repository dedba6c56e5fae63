import { failure } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import { formatDuration } from '../core/units.ts'
import { backoffMs } from './backoff.ts'
import { isRetriable, ourError } from './client-errors.ts'
import type { Cluster, TopicInfo } from './cluster.ts'
import { judgeFetchError } from './fetch-errors.ts'
import { type FetchAnswer, FetchLane, type FetchTerms } from './fetch-lane.ts'
import { type BatchTaker, FetchPartition } from './fetch-partition.ts'
import { type FetchedPart, readFetchResponse } from './fetch-response.ts'
import { type Isolation, listOffsets } from './list-offsets.ts'
import { Outage } from './outage.ts'

export interface FetchOptions {
  readonly isolation?: Isolation
  /** Bytes of one partition in a response; one larger batch comes all the same. */
  readonly partitionBytesMax?: number
  /** Hears, in whole lines, of trouble that passes by itself and when it has passed. */
  readonly onTrouble?: (line: string) => void
}

/**
 * Reads partitions of one topic by polling. The next Fetch of a broker is sent before the answer of
 * the last one is worked on. Lost connections, moved leaders and brokers that restart are waited for
 * as long as the caller polls; what waiting does not cure is thrown by `poll`, once and from then on.
 */
export class Fetcher {
  private readonly cluster: Cluster
  private readonly topic: TopicInfo
  private readonly terms: FetchTerms
  private readonly outage: Outage
  private readonly partitions = new Map<number, FetchPartition>()
  private readonly lanes = new Map<number, FetchLane>()
  private failure: unknown
  private relocating = false
  private relocateAt = Number.POSITIVE_INFINITY
  private relocations = 0
  private ring: (() => void) | undefined
  private woken = false
  private ended = false

  constructor(cluster: Cluster, topic: TopicInfo, options: FetchOptions = {}) {
    this.cluster = cluster
    this.topic = topic
    const { isolation = 'committed', partitionBytesMax = limits.fetchPartitionBytesMax } = options
    this.terms = { topicId: topic.id, isolation, partitionBytesMax }
    const tell = options.onTrouble ?? (() => {})
    this.outage = new Outage(tell, ms => {
      tell(`reading ${topic.name} goes on after ${formatDuration(ms)}`)
    })
  }

  /** Reads these partitions from now on, each from its offset, and no others. */
  async open(positions: ReadonlyMap<number, number>): Promise<void> {
    this.partitions.clear()
    for (const [index, offset] of positions) {
      const partition = new FetchPartition(this.topic.name, index, offset, this.terms.isolation)
      this.partitions.set(index, partition)
    }
    if (this.partitions.size > 0) await this.locate()
  }

  /** Adds one partition, or moves it. */
  async assign(index: number, offset: number): Promise<void> {
    const partition = new FetchPartition(this.topic.name, index, offset, this.terms.isolation)
    this.partitions.set(index, partition)
    await this.locate()
  }

  /** Reads this partition no more; an answer that is under way is dropped. */
  revoke(index: number): void {
    this.partitions.delete(index)
  }

  /** Hands over one round of answers, or waits up to `waitMs` for one. */
  async poll(taker: BatchTaker, waitMs: number): Promise<void> {
    const until = performance.now() + waitMs
    for (let waited = false; ; waited = true) {
      if (this.failure !== undefined) throw this.failure
      const now = performance.now()
      this.arrange(now)
      if (this.drain(taker, now)) return
      if (this.woken || this.ended || (waited && now >= until)) {
        this.woken = false
        return
      }
      await this.wait(Math.min(until, this.nextAttempt()) - now)
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
    if (now >= this.relocateAt) this.relocate()
    for (const partition of this.partitions.values()) {
      if (partition.leader < 0 || this.lanes.has(partition.leader)) continue
      const lane = new FetchLane(this.cluster, partition.leader, () => this.ring?.())
      this.lanes.set(partition.leader, lane)
    }
    for (const lane of this.lanes.values()) this.ask(lane, now)
  }

  private ask(lane: FetchLane, now: number): void {
    if (!lane.free || lane.retryAt > now) return
    const due = [...this.partitions.values()].filter(
      partition => partition.leader === lane.node && partition.retryAt <= now
    )
    if (due.length > 0) lane.ask(due, this.terms)
  }

  private drain(taker: BatchTaker, now: number): boolean {
    let some = false
    for (const lane of this.lanes.values()) {
      const answer = lane.take()
      if (answer === undefined) continue
      some = true
      lane.attempts = 0
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
    const { bytes, asked } = answer
    const works: { partition: FetchPartition; part: FetchedPart; from: number }[] = []
    for (const part of this.outline(answer)) {
      const partition = asked.find(each => each.index === part.partition)
      // Not ours any more, opened again elsewhere, or led by another broker since.
      if (partition === undefined || this.partitions.get(part.partition) !== partition) continue
      if (part.error === 0) {
        this.outage.succeeded(`partition ${partition.index}`, now)
        works.push({ partition, part, from: partition.advance(bytes, part) })
      } else {
        this.noteError(partition, part.error, now)
      }
    }
    this.ask(lane, now)
    for (const { partition, part, from } of works) partition.work(bytes, part, from, taker)
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
    lane.retryAt = now + backoffMs(++lane.attempts, Math.random())
    this.relocateAt = Math.min(this.relocateAt, lane.retryAt)
    this.outage.failed(`broker ${lane.node}`, error.message, now)
  }

  private noteError(partition: FetchPartition, code: number, now: number): void {
    const { topic } = this
    const verdict = judgeFetchError(code, topic.name, partition.index, this.cluster.address)
    partition.retryAt = now + backoffMs(++partition.attempts, Math.random())
    if (verdict.kind === 'relocate') {
      this.relocateAt = Math.min(this.relocateAt, now)
      this.outage.failed(`partition ${partition.index}`, verdict.problem, now)
    } else if (verdict.kind === 'range') {
      partition.retryAt = Number.POSITIVE_INFINITY
      void this.checkRange(partition)
    } else if (verdict.kind === 'final') {
      this.failure = verdict.error
    }
  }

  // The offset is outside of the log: gone for good, unless the broker had only lagged behind.
  private async checkRange(partition: FetchPartition): Promise<void> {
    const { name } = this.topic
    try {
      const { index, offset } = partition
      const [starts, ends] = await Promise.all([
        listOffsets(this.cluster, name, [index], 'earliest'),
        listOffsets(this.cluster, name, [index], 'latest', 'uncommitted')
      ])
      const start = starts.get(index) ?? 0
      const end = ends.get(index) ?? 0
      if (offset < start || offset > end) {
        const lost = offset < start ? start - offset : offset - end
        const details = { topic: name, partition: index, offset, start, end, lost }
        this.failure = failure('offset-gone', details)
      }
    } catch (error) {
      if (!isRetriable(error)) this.failure = ourError(error, this.cluster.address, 'ListOffsets')
    }
    partition.retryAt = performance.now() + backoffMs(partition.attempts, Math.random())
    this.ring?.()
  }

  private relocate(): void {
    if (this.relocating) return
    this.relocating = true
    this.relocateAt = Number.POSITIVE_INFINITY
    const who = 'metadata'
    this.cluster
      .refresh()
      .then(() => this.locate())
      .then(() => {
        this.relocations = 0
        this.outage.succeeded(who, performance.now())
      })
      .catch((error: unknown) => {
        const now = performance.now()
        const found = ourError(error, this.cluster.address, 'Metadata')
        if (!isRetriable(found)) this.failure = found
        this.relocateAt = now + backoffMs(++this.relocations, Math.random())
        this.outage.failed(who, found.message, now)
      })
      .finally(() => {
        this.relocating = false
        this.ring?.()
      })
  }

  private async locate(): Promise<void> {
    const { name, id } = this.topic
    const found = await this.cluster.topic(name)
    if (found.id !== id) throw failure('topic-recreated', { topic: name })
    for (const partition of this.partitions.values()) {
      const info = found.partitions[partition.index]
      if (info === undefined) {
        const request = `${name} partition ${partition.index}`
        const problem = 'there is no such partition'
        const advice = `${name} has ${found.partitions.length} partitions`
        throw failure('broker-refused', { request, problem, advice })
      }
      partition.leader = info.leader
      partition.leaderEpoch = info.leaderEpoch
      if (info.leader < 0) this.relocateAt = performance.now() + backoffMs(1, Math.random())
    }
  }

  private nextAttempt(): number {
    let next = this.relocateAt
    for (const lane of this.lanes.values())
      if (lane.free) next = Math.min(next, lane.retryAt || next)
    for (const { retryAt } of this.partitions.values())
      if (retryAt > 0) next = Math.min(next, retryAt)
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
