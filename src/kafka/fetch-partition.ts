import type { Progress } from '../port/source.ts'
import { CommittedFilter } from './committed.ts'
import type { FetchedPart } from './fetch-response.ts'
import type { Isolation } from './list-offsets.ts'
import { BatchWalker, offsetBehind } from './record-batch.ts'

/** Who works on what was fetched; all calls are synchronous, all bytes valid only during them. */
export interface BatchTaker {
  /** A data batch the reader may see. Records below `fromOffset` were read before. */
  batch(partition: number, batch: BatchWalker, fromOffset: number): void
  progress(partition: number, progress: Progress): void
}

/** Where reading stands in one partition. */
export class FetchPartition {
  readonly index: number
  /** The next offset to ask for. */
  offset: number
  leader = -1
  leaderEpoch = -1
  /** True until the broker has answered once: then it may hold back empty answers. */
  fresh = true
  /** Failed answers in a row, and when to ask again. */
  attempts = 0
  retryAt = 0
  private readonly isolation: Isolation
  private readonly filter = new CommittedFilter()
  private readonly walker: BatchWalker

  constructor(topic: string, index: number, offset: number, isolation: Isolation) {
    this.index = index
    this.offset = offset
    this.isolation = isolation
    this.walker = new BatchWalker({ topic, partition: index })
  }

  /** Moves the offset behind what came, by the headers, and returns where it stood. */
  advance(bytes: Buffer, part: FetchedPart): number {
    const from = this.offset
    this.offset = offsetBehind(bytes, part.start, part.end, from)
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
      if (visible && walker.count > 0) taker.batch(this.index, walker, from)
      position = walker.nextOffset
    }
    if (position === from && part.end > part.start) {
      // A broker sends one whole batch at least: without it reading would never go on.
      throw walker.corrupt('the broker sends no whole batch from here on', from)
    }
    const end = committed ? part.lastStable : part.highWatermark
    const atEnd = position >= end && position >= part.highWatermark
    taker.progress(this.index, { position, end, atEnd })
  }
}
