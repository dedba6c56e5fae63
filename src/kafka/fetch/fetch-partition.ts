import { type HeadcountError, isFailure } from '../../core/errors.ts'
import type { InputLoss } from '../../port/input-loss.ts'
import type { LogPoint, Progress } from '../../port/source.ts'
import { CommittedFilter } from '../batch/committed.ts'
import { BatchWalker, cutBefore, resumeBehind, standingBehind } from '../batch/record-batch.ts'
import type { Unpacker } from '../batch/unpacker.ts'
import type { FetchedPart } from './fetch-response.ts'
import type { Isolation } from './list-offsets.ts'
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
  /** False leaves checksums uncompared. */
  readonly checkCrcs?: boolean
  /** Instead of `decompress`. */
  readonly unpack?: Unpacker['unpack']
  /** Milliseconds after which a last stable offset that stands is worth a line. */
  readonly standingMs?: number | undefined
  /** At or behind the offset. */
  readonly known?: LogPoint | undefined
}

/** So long a replica is read from until the leader is asked again, which may know a better one. */
const REPLICA_MS = 300_000

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
  /** What is gone or cannot be read; nothing more is asked then. */
  loss: InputLoss | undefined
  readonly watch: StableOffsetWatch
  /** Until it is passed: what comes before it must be as old as it is. */
  known: LogPoint | undefined
  /** The replica that the leader named, and until when. */
  private replica = -1
  private replicaUntil = 0
  private readonly isolation: Isolation
  private readonly checkCrcs: boolean
  private readonly filter = new CommittedFilter()
  private readonly walker: BatchWalker

  constructor(place: FetchPlace, offset: number, options: PartitionOptions) {
    const { isolation, checkCrcs = true, unpack, standingMs, known } = options
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
    this.checkCrcs = checkCrcs
    this.walker = new BatchWalker({ topic, partition }, unpack)
  }

  /** The broker to ask: the leader, or the replica that it named (KIP-392). */
  node(now: number): number {
    return this.replica >= 0 && now < this.replicaUntil ? this.replica : this.leader
  }

  prefer(replica: number, now: number): void {
    this.replica = replica
    this.replicaUntil = now + REPLICA_MS
  }

  /** Back to the leader; false when this node was not read from instead of it. */
  leaveReplica(node: number): boolean {
    if (this.replica !== node) return false
    this.replica = -1
    return true
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

  /** Hands over the batches of one answer, up to one that cannot be read: that is the partition's loss. */
  work(bytes: Buffer, part: FetchedPart, from: number, taker: BatchTaker): void {
    const { walker } = this
    const committed = this.isolation === 'committed'
    this.filter.begin(committed ? part.aborted : [])
    walker.begin(bytes, part.start, part.end)
    const position = this.walk(bytes, part, from, taker)
    const end = committed ? part.lastStable : part.highWatermark
    const atEnd = !this.loss && position >= end && position >= part.highWatermark
    // Before a loss only the batches count that were taken.
    const nowhere = { offset: from, leaderEpoch: -1 }
    const leaderEpoch = this.loss
      ? standingBehind(bytes, part.start, walker.place, nowhere).leaderEpoch
      : this.lastEpoch
    const epoch = leaderEpoch < 0 ? {} : { leaderEpoch }
    taker.progress(this.slot, { position, end, atEnd, ...epoch })
  }

  private walk(bytes: Buffer, part: FetchedPart, from: number, taker: BatchTaker): number {
    const { walker, filter } = this
    let position = from
    let intact = false
    try {
      for (; walker.next(); intact = false) {
        // A batch may begin, or even end, before the offset that was asked for.
        if (walker.nextOffset <= position) continue
        if (this.checkCrcs) walker.verify()
        intact = this.checkCrcs
        const visible = !filter.skips(walker)
        if (visible && walker.count > 0) taker.batch(this.slot, walker, from)
        position = walker.nextOffset
      }
      if (position === from && part.end > part.start) {
        // A broker sends one whole batch at least: without it reading would never go on.
        throw walker.corrupt('the broker sends no whole batch from here on', from)
      }
    } catch (error) {
      // Who walks the records may have taken some of them: that cannot be gone on behind.
      if (isFailure(error, 'format-damaged')) {
        throw walker.corrupt(error.message, walker.baseOffset, error)
      }
      if (!isFailure(error, 'batch-corrupt', 'batch-oversize')) throw error
      const behind = intact ? walker.nextOffset : undefined
      this.lose(bytes, part, { position, behind, error })
    }
    return position
  }

  private lose(
    bytes: Buffer,
    part: FetchedPart,
    found: { position: number; behind: number | undefined; error: HeadcountError }
  ): void {
    const { topic, index, walker } = this
    const { position, behind, error } = found
    const { highWatermark, logStart } = part
    const standing = { position, highWatermark }
    const resumeAt = behind ?? resumeBehind(bytes, walker.place, part.end, standing)
    this.loss = {
      kind: 'corrupt',
      topic,
      partition: index,
      offset: position,
      start: Math.max(0, logStart),
      end: Math.max(resumeAt, highWatermark),
      resumeAt,
      lost: resumeAt - position,
      error
    }
    // What is under way was asked for by a header that is damaged.
    this.retryAt = Number.POSITIVE_INFINITY
  }
}
