import { Accounting } from '../src/combine/accounting.ts'
import type { Mark } from '../src/combine/mark.ts'
import { Random } from '../src/core/random.ts'
import type { Commit, Merger } from '../src/merge/merger.ts'
import { createSketch, wrapSketch } from '../src/sketch/index.ts'

export const FEED_SOURCE = 'bench'
const PRECISION = 14

/** Users by their hashes. What some of them are in a partial is made once, as an envelope. */
export class UserPool {
  private readonly hashes: Uint32Array

  constructor(users: number) {
    const random = new Random(users)
    this.hashes = Uint32Array.from({ length: users * 4 }, () => random.uint32())
  }

  /** The sketch of the users from … to − 1, as stage 1 would send it. */
  envelope(from: number, to: number): Uint8Array {
    const { hashes } = this
    const sketch = createSketch('adaptive', PRECISION)
    for (let at = from * 4; at < to * 4; at += 4) {
      sketch.add(hashes[at]!, hashes[at + 1]!, hashes[at + 2]!, hashes[at + 3]!)
    }
    return sketch.serialize()
  }
}

/** Feeds a merger as the flushes of one input partition do: partials, then a mark. */
export class MergeFeed {
  /** Partials fed so far. */
  partials = 0
  /** Of the last flush: offsets of its frames. */
  private from = 0
  private to = 0
  private readonly merger: Merger
  private readonly mask: number

  constructor(merger: Merger, mask: number) {
    this.merger = merger
    this.mask = mask
  }

  /** `envelope` is read anew, as from the topic. */
  take(start: number, group: string, envelope: Uint8Array, frames: number): void {
    const { merger, mask, from } = this
    this.partials++
    this.to += frames
    const range = { source: FEED_SOURCE, partition: 0, from, to: from }
    const sketch = wrapSketch(envelope)
    merger.takePartial({ range, start, group, mask, frames, late: 0, sketch, audit: undefined })
  }

  /** Ends a flush with the partition's clock at `clock`. */
  mark(clock: number, nowMs: number): void {
    const range = { source: FEED_SOURCE, partition: 0, from: this.from, to: this.to }
    this.from = this.to
    const mark: Mark = {
      range,
      partitions: 1,
      state: 'behind',
      clock,
      vouched: Number.NEGATIVE_INFINITY,
      clockState: new Uint8Array(1_500),
      accounting: new Accounting()
    }
    this.merger.takeMark(mark, nowMs)
  }
}

/** What a commit adds to the changelog. */
export function stateBytes({ state }: Commit): number {
  let bytes = 0
  for (const { key, value } of state) bytes += key.length + (value?.length ?? 0)
  return bytes
}
