import type { InputLoss } from '../port/input-loss.ts'
import type { LogPoint, Progress } from '../port/source.ts'
import { CommittedFilter } from './committed.ts'
import type { FetchedPart } from './fetch-response.ts'
import type { Isolation } from './list-offsets.ts'
import { BatchWalker, cutBefore, standingBehind } from './record-batch.ts'
import { StableOffsetWatch } from './standing-transaction.ts'

/** Who works on what was fetched; all calls are synchronous, all bytes valid only during them. */
export interface BatchTaker {
  /** A data batch the reader may see. Records below `fromOffset` were read before. */
  batch(slot: number, batch: BatchWalker, fromOffset: number): void
  progress(slot: number, progress: Progress): void
  /** What was to be read is gone; reading it ends here. Without this method `poll` throws that. */
  lost?(slot: number, loss: InputLoss): void
}

/** What is read: the number that the reader knows the partition by, and where it lies. */
export interface FetchPlace {
  readonly slot: number
  readonly topic: string
  readonly topicId: string
  readonly partition: number
}

export interface PartitionOptions {
  readonly isolation: Isolation
  /** Milliseconds after which a last stable offset that stands is worth a line. */
  readonly standingMs?: number | undefined
  /** At or behind the offset. */
  readonly known?: LogPoint | undefined
}

/** Where reading stands in one partition. */
export class FetchPartition {
  readonly slot: number
  readonly topic: string
  readonly topicId: string
  readonly index: number
  /** The next offset to ask for. */
  offset: number
  /** Of the record before it, −1 where unknown: with it the broker notices a log that was cut (KIP-320). */
  lastEpoch: number
  leader = -1
  leaderEpoch = -1
  /** True until the broker has answered once: then it may hold back empty answers. */
  fresh = true
  /** Not to be asked for now. */
  paused = false
  /** Of the bytes that an answer may hold of it. */
  share = 1
  /** Failed answers in a row, and when to ask again. */
  attempts = 0
  retryAt = 0
  /** What is gone; nothing more is asked then. */
  loss: InputLoss | undefined
  readonly watch: StableOffsetWatch
  /** Until it is passed: what comes before it must be as old as it is. */
  known: LogPoint | undefined
  private readonly isolation: Isolation
  private readonly filter = new CommittedFilter()
  private readonly walker: BatchWalker

  constructor(place: FetchPlace, offset: number, options: PartitionOptions) {
    const { isolation, standingMs, known } = options
    const { slot, topic, topicId, partition } = place
    this.slot = slot
    this.topic = topic
    this.topicId = topicId
    this.index = partition
    this.offset = offset
    this.lastEpoch = known?.leaderEpoch ?? -1
    this.known = known
    this.watch = new StableOffsetWatch(standingMs)
    this.isolation = isolation
    this.walker = new BatchWalker({ topic, partition })
  }

  /** Where the log was cut before the known point, as what came shows; undefined where it was not. */
  cutIn(bytes: Buffer, part: FetchedPart): number | undefined {
    if (this.known === undefined) return undefined
    return cutBefore(bytes, part.start, part.end, this.known)
  }

  /** Moves the offset behind what came, by the headers, and returns where it stood. */
  advance(bytes: Buffer, part: FetchedPart): number {
    const from = this.offset
    const standing = { offset: from, leaderEpoch: this.lastEpoch }
    const next = standingBehind(bytes, part.start, part.end, standing)
    this.offset = next.offset
    this.lastEpoch = next.leaderEpoch
    if (this.known && next.offset >= this.known.offset) this.known = undefined
    this.fresh = false
    this.attempts = 0
    return from
  }

  /** Hands over the batches of one answer. Throws `batch-corrupt`, `batch-oversize`. */
  work(bytes: Buffer, part: FetchedPart, from: number, taker: BatchTaker): void {
    const { walker, filter } = this
    const committed = this.isolation === 'committed'
    filter.begin(committed ? part.aborted : [])
    walker.begin(bytes, part.start, part.end)
    let position = from
    while (walker.next()) {
      // A batch may begin, or even end, before the offset that was asked for.
      if (walker.nextOffset <= position) continue
      walker.verify()
      const visible = !filter.skips(walker)
      if (visible && walker.count > 0) taker.batch(this.slot, walker, from)
      position = walker.nextOffset
    }
    if (position === from && part.end > part.start) {
      // A broker sends one whole batch at least: without it reading would never go on.
      throw walker.corrupt('the broker sends no whole batch from here on', from)
    }
    const end = committed ? part.lastStable : part.highWatermark
    const atEnd = position >= end && position >= part.highWatermark
    const epoch = this.lastEpoch < 0 ? {} : { leaderEpoch: this.lastEpoch }
    taker.progress(this.slot, { position, end, atEnd, ...epoch })
  }
}
