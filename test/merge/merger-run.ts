import { Accounting } from '../../src/combine/accounting.ts'
import { decodeMark, encodeMark, type MarkState } from '../../src/combine/mark.ts'
import { decodePartial, encodePartial } from '../../src/combine/partial.ts'
import { text, utf8 } from '../../src/core/bytes.ts'
import type { StateRecord } from '../../src/merge/changelog.ts'
import { MemoryCache } from '../../src/merge/memory-cache.ts'
import { type Commit, Merger, type MergerOptions } from '../../src/merge/merger.ts'
import type { StateCache } from '../../src/port/state-cache.ts'
import type { Emission, ResultRecord } from '../../src/result/result-record.ts'
import { createSketch } from '../../src/sketch/create.ts'
import type { Sketch, SketchKind } from '../../src/sketch/sketch.ts'
import { WindowPlan } from '../../src/window/plan.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
export const WAIT = 5_000

export interface RunOptions extends Partial<Omit<MergerOptions, 'plan'>> {
  readonly sizes: readonly string[]
  readonly keep?: Readonly<Record<string, number>>
  readonly openCache?: () => StateCache
}

export interface Part {
  /** Start of the pane in ms. */
  readonly at: number
  /** One frame each; the same user may come again. */
  readonly users: readonly number[]
  readonly group?: string
  readonly mask?: number
  readonly late?: number
  /** Bring an exact shadow set along. */
  readonly audit?: boolean
}

/** Compacted, in the order of the newest records or against it; or with all that was replaced. */
export type ChangelogOrder = 'compacted' | 'reversed' | 'whole'

/** A set of users as stage 1 would send it. */
export function setOf(users: readonly number[], kind: SketchKind = 'exact'): Sketch {
  const sketch = createSketch(kind, 14)
  for (const user of users) {
    const mixed = Math.imul(user + 1, 0x9e3779b1)
    sketch.add(mixed >>> 0, Math.imul(mixed ^ user, 0x85ebca6b) >>> 0, ~mixed >>> 0, user >>> 0)
  }
  return sketch
}

/** One stage-2 task with scripted partials and marks, its changelog as compaction would leave it. */
export class MergerRun {
  merger: Merger
  cache: StateCache
  nowMs = 0
  readonly plan: WindowPlan
  /** As compaction would leave it, and as it was written. */
  readonly changelog = new Map<string, Uint8Array>()
  readonly history: StateRecord[] = []
  readonly commits: Commit[] = []
  /** Newest result by key. */
  readonly latest = new Map<string, ResultRecord>()
  private readonly options: RunOptions
  private offset = 0
  private readonly taken = new Map<number, number>()

  constructor(options: RunOptions) {
    this.options = options
    this.plan = new WindowPlan({
      sizes: options.sizes,
      keep: new Map(Object.entries(options.keep ?? {})),
      waitMs: WAIT
    })
    this.cache = this.openCache()
    this.merger = this.create()
  }

  partial({ at, users, group = 'null', mask = this.plan.mask, late = 0, audit }: Part): void {
    const from = this.taken.get(0) ?? 0
    const partial = {
      range: { source: 's', partition: 0, from, to: from + users.length },
      start: at,
      group,
      mask,
      frames: users.length,
      late,
      sketch: setOf(users, this.options.sketch ?? 'exact'),
      audit: audit ? setOf(users) : undefined
    }
    for (const bytes of encodePartial(partial)) {
      this.merger.takePartial(decodePartial(bytes))
      this.offset++
    }
  }

  /** A mark that moves partition 0 (unless said) on; the clock in ms. */
  mark(
    clock: number,
    state: MarkState = 'behind',
    partition = 0,
    partitions = 1,
    vouched = Number.NEGATIVE_INFINITY
  ): void {
    const from = this.taken.get(partition) ?? 0
    const to = from + 1
    this.taken.set(partition, to)
    const mark = {
      range: { source: 's', partition, from, to },
      partitions,
      state,
      clock,
      vouched,
      clockState: new Uint8Array(0),
      accounting: new Accounting()
    }
    this.merger.takeMark(decodeMark(encodeMark(mark, true)), this.nowMs)
    this.offset++
  }

  /** Commits until nothing waits; returns what was said. */
  commit(sayAll = false): Emission[] {
    const said: Emission[] = []
    for (;;) {
      const commit = this.commitOnce(sayAll)
      if (!commit) return said
      said.push(...commit.results)
      if (!commit.more) return said
    }
  }

  commitOnce(sayAll = false): Commit | undefined {
    const commit = this.merger.commit({ nowMs: this.nowMs, position: this.offset, sayAll })
    if (!commit) return undefined
    this.commits.push(commit)
    this.store(commit)
    for (const { key, record } of commit.results) this.latest.set(key, record)
    return commit
  }

  /** Another instance takes the task over; the changelog comes in the given order. */
  restart(order: ChangelogOrder = 'compacted'): void {
    this.cache.close()
    this.cache = this.openCache()
    this.merger = this.create()
    const restore = this.merger.restore()
    for (const { key, value } of this.records(order)) restore.take(key, value)
    restore.finish(this.nowMs)
  }

  /** Keys of the changelog that begin like this. */
  stored(prefix: string): string[] {
    return [...this.changelog.keys()].filter(key => key.startsWith(prefix)).sort()
  }

  private records(order: ChangelogOrder): readonly StateRecord[] {
    if (order === 'whole') return this.history
    const records = [...this.changelog].map(([key, value]) => ({ key: utf8(key), value }))
    return order === 'reversed' ? records.reverse() : records
  }

  private store({ state }: Commit): void {
    this.history.push(...state)
    for (const { key, value } of state) {
      if (value) this.changelog.set(text(key), value)
      else this.changelog.delete(text(key))
    }
  }

  private openCache(): StateCache {
    return this.options.openCache?.() ?? new MemoryCache()
  }

  private create(): Merger {
    const { sizes: _, keep: __, openCache: ___, ...options } = this.options
    return new Merger(
      {
        sketch: 'exact',
        precision: 14,
        confidence: 0.95,
        maxHoldMs: Number.POSITIVE_INFINITY,
        waitMs: WAIT,
        provisional: 'paced',
        by: ['g'],
        partition: 0,
        maxGroups: 100,
        maxStateBytes: 1e9,
        memoryBytes: 1e9,
        sources: ['s'],
        stored: true,
        ...options,
        plan: this.plan
      },
      this.cache
    )
  }
}
