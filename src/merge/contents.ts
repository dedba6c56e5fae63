import type { StateCache } from '../port/state-cache.ts'
import { markStored, sketchChunks } from '../sketch/chunks.ts'
import { createSketch } from '../sketch/create.ts'
import { wrapSketch } from '../sketch/envelope.ts'
import { mergeSketches } from '../sketch/merge.ts'
import type { Sketch, SketchKind } from '../sketch/sketch.ts'
import type { Level } from '../window/plan.ts'
import type { StateRecord } from './changelog.ts'
import { decodeContent, encodeContent, encodeHeader, HEADER_PART } from './state-record.ts'
import type { Content, Window } from './window.ts'
import type { WindowTable } from './window-table.ts'

/** What stands beside the sketches of a window in memory: a dozen objects, as the heap weighs them. */
const WINDOW_BYTES = 1_024
/** Of the room for live contents: what closed windows may take, which only late partials touch again. */
const CLOSED_SHARE = 1 / 8

/**
 * The contents of windows: live in memory while they are touched, in the state cache when they are
 * not, and united from their children where a window in progress has no running union.
 */
export class Contents {
  private readonly table: WindowTable
  private readonly cache: StateCache
  private readonly kind: SketchKind
  private readonly precision: number
  /** Windows with a live content, the least recently touched first: open ones, and closed ones. */
  private readonly open = new Set<Window>()
  private readonly closed = new Set<Window>()
  /** Touched since their weight was taken: a commit looks at these only. */
  private readonly unweighed = new Set<Window>()
  /** Between two commits a window is moved to the end when it is touched first. */
  private turn = 0
  private openWeight = 0
  private closedWeight = 0

  constructor(table: WindowTable, cache: StateCache, kind: SketchKind, precision: number) {
    this.table = table
    this.cache = cache
    this.kind = kind
    this.precision = precision
  }

  /** Windows with a live content. */
  get liveCount(): number {
    return this.open.size + this.closed.size
  }

  create(): Content {
    return { sketch: createSketch(this.kind, this.precision), frames: 0, late: 0 }
  }

  /** The live content of a window. */
  of(window: Window): Content {
    this.touch(window)
    if (window.content) return window.content
    const content = window.isWhole
      ? this.load(window.level, window.start, window.group, window)
      : this.unite(window)
    window.content = content ?? this.create()
    return window.content
  }

  /** Adds to a window that holds its own content, or to a running union at hand. */
  add(window: Window, delta: Content): void {
    merge(this.of(window), delta)
    window.cacheStale = true
  }

  /** The first content of a new pane: taken over as it is, when it is of the right kind. */
  adopt(window: Window, delta: Content): void {
    const { kind, precision } = delta.sketch
    if (kind !== this.kind || precision !== this.precision) {
      this.add(window, delta)
      return
    }
    window.content = { ...delta }
    this.touch(window)
  }

  /** Adds to the own part of a window in progress, and to its running union when there is one. */
  addOwn(window: Window, delta: Content): void {
    window.own ??= this.create()
    merge(window.own, delta)
    window.ownDirty = true
    if (window.content) this.add(window, delta)
  }

  /** The changelog's record of a closed window is what the cache holds of it: it is made once. */
  keep(window: Window, records: readonly StateRecord[]): void {
    const { level, start, group, header, storedChunks, cachedChunks } = window
    const [record] = records
    if (!header.closed || storedChunks !== 1 || cachedChunks > 1 || !record?.value) return
    this.cache.put(level.index, start, group, 0, record.value)
    window.cachedChunks = 1
    window.cacheStale = false
  }

  forget(window: Window): void {
    this.drop(window)
  }

  /**
   * Gives up live contents, least recently touched first, until at most `bytesMax` are held. Only
   * between commits: what is given up must be in the changelog, or in the children.
   */
  shrink(bytesMax: number): void {
    for (const window of this.unweighed) {
      this.weigh(window, WINDOW_BYTES + window.content!.sketch.memoryBytes)
    }
    this.unweighed.clear()
    this.turn++
    for (const window of this.closed) {
      const room = Math.min(bytesMax * CLOSED_SHARE, bytesMax - this.openWeight)
      if (this.closedWeight <= room) break
      this.save(window)
      this.giveUp(window)
      this.table.release(window)
    }
    for (const window of this.open) {
      if (this.openWeight + this.closedWeight <= bytesMax) break
      if (window.isWhole) this.save(window)
      this.giveUp(window)
      if (window.header.closed) this.table.release(window)
    }
  }

  private giveUp(window: Window): void {
    window.content = undefined
    this.drop(window)
  }

  private touch(window: Window): void {
    const { closed } = window.header
    const turn = closed ? -this.turn - 2 : this.turn
    if (window.touchedIn === turn) return
    // It may have been closed since it was touched last.
    if (closed && this.open.has(window)) this.drop(window)
    const held = closed ? this.closed : this.open
    held.delete(window)
    held.add(window)
    this.unweighed.add(window)
    window.touchedIn = turn
  }

  private drop(window: Window): void {
    this.weigh(window, 0)
    window.touchedIn = -1
    this.open.delete(window)
    this.closed.delete(window)
    this.unweighed.delete(window)
  }

  private weigh(window: Window, bytes: number): void {
    if (this.closed.has(window)) this.closedWeight += bytes - window.weight
    else this.openWeight += bytes - window.weight
    window.weight = bytes
  }

  /** The content of a closed window or of a pane, from the cache. */
  private load(level: Level, start: number, group: string, into?: Window): Content | undefined {
    const first = this.cache.get(level.index, start, group, 0)
    if (!first) return undefined
    const { chunks, frames, late, envelope } = decodeContent(first, 0)
    let sketch: Sketch = wrapSketch(envelope)
    for (let chunk = 1; chunk < chunks; chunk++) {
      const bytes = this.cache.get(level.index, start, group, chunk)
      if (bytes) sketch = mergeSketches(sketch, wrapSketch(decodeContent(bytes, chunk).envelope))
    }
    markStored(sketch)
    if (into) {
      into.storedChunks = chunks
      into.cachedChunks = chunks
      into.cacheStale = false
    }
    return { sketch, frames, late }
  }

  /** Own part ∪ children: each stored exactly once. */
  private unite(window: Window): Content {
    const union = this.create()
    if (window.own) merge(union, window.own)
    const level = this.table.plan.levels[window.level.child]!
    for (let start = window.start; start < window.end; start = level.grid.after(start)) {
      const part = this.peek(level, start, window.group)
      if (part) merge(union, part)
    }
    return union
  }

  /** The content of a child for reading: what is in the cache stays there. */
  private peek(level: Level, start: number, group: string): Content | undefined {
    const window = this.table.findHeld(level, start, group)
    if (window)
      return window.content ?? (window.isWhole ? this.load(level, start, group) : this.of(window))
    return this.table.mayBeCached(level, start) ? this.load(level, start, group) : undefined
  }

  private save(window: Window): void {
    if (window.cacheStale) this.saveContent(window)
    const { level, start, group, header } = window
    if (!header.closed || !window.cacheHeaderStale) return
    this.cache.put(level.index, start, group, HEADER_PART, encodeHeader(header))
    window.cacheHeaderStale = false
  }

  private saveContent(window: Window): void {
    const { level, start, group } = window
    const { sketch, frames, late } = window.content!
    const envelopes = sketchChunks(sketch)
    const chunks = envelopes.length
    for (const [chunk, envelope] of envelopes.entries()) {
      const value = encodeContent({ chunks, frames, late, envelope }, chunk === 0)
      this.cache.put(level.index, start, group, chunk, value)
    }
    for (let chunk = chunks; chunk < window.cachedChunks; chunk++) {
      this.cache.delete(level.index, start, group, chunk)
    }
    window.cachedChunks = chunks
    window.cacheStale = false
  }
}

function merge(target: Content, delta: Content): void {
  target.sketch = mergeSketches(target.sketch, delta.sketch)
  target.frames += delta.frames
  target.late += delta.late
}
