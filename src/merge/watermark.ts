import type { Mark, MarkState } from '../combine/mark.ts'

/** `at-end` and `idle` are leases: the owner repeats them, and they end when it falls silent. */
export const LEASE_MS = 90_000

interface PartitionView {
  clock: number
  /** Stands in for the clock while all are idle. */
  vouched: number
  state: MarkState
  /** Wall clock when the state was last said. */
  saidAt: number
  /** Wall clock when it was at its end the last time; −Infinity when it never was. */
  endedAt: number
}

/** An input partition that is behind. */
export interface Slowest {
  /** Topic id. */
  readonly source: string
  readonly partition: number
  /** In ms. */
  readonly clock: number
}

/** A partition whose frames are read as they come is behind for a moment now and then. */
export const MOMENT_MS = 10_000

/** A topic as the app record knows it. */
export interface HoldingTopic {
  readonly id: string
  readonly partitions: number
  readonly retired: boolean
}

/**
 * W2: everything before it is complete as far as all input partitions know. The least of the
 * partitions' watermarks, idle ones left out, and those that are at their end and further than
 * `maxHoldMs` behind the newest of the others there; a partition without a mark holds it. Never moves
 * back. While all are idle it moves on at wall-clock speed (event-time, section 4).
 */
export class Watermark {
  /** In ms; −Infinity until every partition has said something. */
  value = Number.NEGATIVE_INFINITY
  /** True when the last move came from wall-clock time. */
  movedByIdling = false
  private readonly waitMs: number
  private readonly maxHoldMs: number
  private readonly sources = new Map<string, Map<number, PartitionView>>()
  private readonly sizes = new Map<string, number>()
  private readonly retired = new Set<string>()
  private idleSince: number | undefined

  constructor(waitMs: number, sources: readonly string[], maxHoldMs = Number.POSITIVE_INFINITY) {
    this.waitMs = waitMs
    this.maxHoldMs = maxHoldMs
    for (const source of sources) this.sources.set(source, new Map())
  }

  /** What is known of the topics now: all their partitions hold it, those of retired ones don't. */
  follow(topics: readonly HoldingTopic[]): void {
    for (const { id, partitions, retired } of topics) {
      if (!this.sources.has(id)) this.sources.set(id, new Map())
      this.sizes.set(id, Math.max(partitions, this.sizes.get(id) ?? 0))
      if (retired) this.retired.add(id)
      else this.retired.delete(id)
    }
  }

  /** Takes what a mark says. `fresh` is false for a stored one: its lease must be said again. */
  observe(mark: Mark, nowMs: number, fresh: boolean): void {
    const { source, partition } = mark.range
    let views = this.sources.get(source)
    if (!views) {
      views = new Map()
      this.sources.set(source, views)
    }
    this.sizes.set(source, Math.max(mark.partitions, this.sizes.get(source) ?? 0))
    const before = views.get(partition)
    const atEnd = fresh && (mark.state === 'at-end' || mark.state === 'idle')
    views.set(partition, {
      clock: mark.clock,
      vouched: Math.max(mark.vouched, before?.vouched ?? mark.vouched),
      state: fresh ? mark.state : 'behind',
      saidAt: nowMs,
      endedAt: atEnd ? nowMs : (before?.endedAt ?? Number.NEGATIVE_INFINITY)
    })
  }

  /**
   * Who is furthest behind of those that are being read, or should be, that one first; undefined while
   * one of them has said nothing or has no clock.
   */
  slowest(nowMs: number, max: number): readonly Slowest[] | undefined {
    const reading: Slowest[] = []
    for (const [source, views] of this.holding()) {
      if (views.size === 0 || views.size < this.sizes.get(source)!) return undefined
      for (const [partition, view] of views) {
        const { clock } = view
        if (isAtEnd(view, nowMs) || nowMs - view.endedAt <= MOMENT_MS) continue
        if (clock === Number.NEGATIVE_INFINITY) return undefined
        reading.push({ source, partition, clock })
      }
    }
    return reading.sort((left, right) => left.clock - right.clock).slice(0, max)
  }

  /** The newest clock of all partitions in ms, −Infinity while none is known. */
  get newest(): number {
    let newest = Number.NEGATIVE_INFINITY
    for (const [, views] of this.holding()) {
      for (const { clock } of views.values()) newest = Math.max(newest, clock)
    }
    return newest
  }

  /** Moves on as far as the marks and the wall clock allow. */
  advance(nowMs: number): void {
    const heldFrom = this.newestAtEnd(nowMs) - this.maxHoldMs
    let low = Number.POSITIVE_INFINITY
    let high = Number.NEGATIVE_INFINITY
    let idle = true
    for (const [source, views] of this.holding()) {
      if (views.size === 0 || views.size < this.sizes.get(source)!) {
        this.idleSince = undefined
        return
      }
      for (const view of views.values()) {
        high = Math.max(high, Number.isFinite(view.clock) ? view.clock : view.vouched)
        if (isAtEnd(view, nowMs) && (view.state === 'idle' || view.clock < heldFrom)) continue
        idle = false
        low = Math.min(low, view.clock)
      }
    }
    if (!idle) {
      this.idleSince = undefined
      this.move(low - this.waitMs, false)
    } else if (Number.isFinite(high)) {
      this.idleSince ??= nowMs
      const from = Math.max(this.value, high - this.waitMs)
      this.move(from, false)
      this.move(from + Math.max(0, nowMs - this.idleSince), true)
      this.idleSince = nowMs
    }
  }

  /** The input is over: nothing can follow. */
  end(): void {
    this.value = Number.POSITIVE_INFINITY
  }

  /** The partitions of each topic that is not retired. */
  private *holding(): Generator<[string, Map<number, PartitionView>]> {
    for (const entry of this.sources) if (!this.retired.has(entry[0])) yield entry
  }

  /** The newest clock of the partitions that are read to their end. */
  private newestAtEnd(nowMs: number): number {
    let newest = Number.NEGATIVE_INFINITY
    for (const [, views] of this.holding()) {
      for (const view of views.values()) {
        if (isAtEnd(view, nowMs)) newest = Math.max(newest, view.clock)
      }
    }
    return newest
  }

  private move(to: number, byIdling: boolean): void {
    if (to <= this.value) return
    this.value = to
    this.movedByIdling = byIdling
  }
}

function isAtEnd({ state, saidAt }: PartitionView, nowMs: number): boolean {
  const said = state === 'at-end' || state === 'idle'
  return said && nowMs - saidAt <= LEASE_MS
}
