import { decodeMark, type Mark } from '../combine/mark.ts'
import { failure } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import type { StateCache } from '../port/state-cache.ts'
import { wrapSketch } from '../sketch/envelope.ts'
import { mergeSketches } from '../sketch/merge.ts'
import type { Level } from '../window/plan.ts'
import type { GroupRoster } from './group-roster.ts'
import type { Purge } from './purge.ts'
import { sourceKey } from './range-check.ts'
import {
  type ContentType,
  decodeContent,
  decodeHeader,
  decodeKey,
  decodePosition,
  HEADER_PART,
  type PositionRecord,
  type WindowName
} from './state-record.ts'
import type { Content, Window, WindowHeader } from './window.ts'
import type { WindowTable } from './window-table.ts'

export interface RestoreParts {
  readonly table: WindowTable
  readonly cache: StateCache
  readonly roster: GroupRoster
  readonly purge: Purge
}

/** What a restore found beside the windows. */
export interface Restored {
  readonly position: PositionRecord | undefined
  readonly marks: ReadonlyMap<string, Mark>
  /** Open windows: they may differ from what was last said of them. */
  readonly touched: readonly Window[]
}

interface Side {
  readonly type: 'own' | 'audit'
  readonly level: Level
  readonly name: WindowName
  readonly chunks: (Uint8Array | undefined)[]
}

interface Found {
  readonly level: Level
  readonly start: number
  readonly group: string
  header: WindowHeader | undefined
  chunks: number
}

/**
 * Rebuilds the task's windows from the changelog, in whatever order compaction left its records.
 * Contents go to the state cache as they are; only windows in progress come to memory.
 */
export class Restore {
  private readonly parts: RestoreParts
  private readonly levels: ReadonlyMap<string, Level>
  private readonly marks = new Map<string, Mark>()
  /** Own parts and audits, which live with open windows only. */
  private readonly sides = new Map<string, Side>()
  private position: PositionRecord | undefined
  /** Windows in progress, by level. */
  private readonly opened: Window[][]
  /** Parents that were looked at. */
  private readonly seen = new Set<string>()

  constructor(parts: RestoreParts) {
    const { levels } = parts.table.plan
    this.parts = parts
    this.levels = new Map(levels.map(level => [level.name, level]))
    this.opened = levels.map(() => [])
  }

  /** Takes one record; a later one of the same key replaces an earlier one. @throws format-damaged */
  take(keyBytes: Uint8Array, value: Uint8Array | null): void {
    const key = decodeKey(keyBytes)
    if (key.type === 'mark') {
      if (!value) return
      const mark = decodeMark(value)
      this.marks.set(sourceKey(mark.range), mark)
    } else if (key.type === 'position') {
      if (value) this.position = decodePosition(value)
    } else {
      const level = this.levels.get(key.size)
      if (!level || Math.abs(key.start) > limits.eventTimeMsMax) {
        throw failure('format-damaged', { format: 'state key', problem: `no window ${key.size}` })
      }
      if (key.type === 'header') this.keep(level, key, HEADER_PART, value)
      else if (key.type === 'content') this.keep(level, key, key.chunk, value)
      else this.takeSide(key.type, level, key, value)
    }
  }

  /** Puts everything together; call once, when the changelog was read to its end. */
  finish(): Restored {
    const { table, purge } = this.parts
    const { position } = this
    if (position) {
      table.closedThrough(position.watermark)
      purge.restore(position.purgedBefore, position.watermark)
    }
    this.openWindows()
    for (const side of this.sides.values()) this.addSide(side)
    for (const level of table.plan.levels) {
      for (const window of this.opened[level.index]!) {
        this.openParents(level, window.start, window.group)
      }
    }
    return { position, marks: this.marks, touched: this.opened.flat() }
  }

  private keep(level: Level, name: WindowName, part: number, value: Uint8Array | null): void {
    const { cache } = this.parts
    if (value) cache.put(level.index, name.start, name.group, part, value)
    else cache.delete(level.index, name.start, name.group, part)
  }

  private takeSide(
    type: Exclude<ContentType, 'content'>,
    level: Level,
    key: WindowName & { readonly chunk: number },
    value: Uint8Array | null
  ): void {
    const name = `${type}|${key.size}|${key.start}|${key.group}`
    let side = this.sides.get(name)
    if (!side) {
      side = { type, level, name: key, chunks: [] }
      this.sides.set(name, side)
    }
    // Kept until the end: a copy, not a view that holds a whole batch.
    side.chunks[key.chunk] = value ? new Uint8Array(value) : undefined
  }

  /** One pass over the cache: windows that are not closed come to memory. */
  private openWindows(): void {
    const { table, cache, roster, purge } = this.parts
    const closed: Found[] = []
    let last: Found | undefined
    const settle = (): void => {
      if (!last) return
      const { level, start, group, header } = last
      if (purge.covers(level, start)) {
        // The rest of a purge that takes several commits: with its header a group leaves the roster.
        if (header) roster.add(group)
        return
      }
      roster.add(group)
      if (header?.closed) {
        table.closedThrough(level.grid.endOf(start))
        closed.push(last)
      } else this.reopen(last)
    }
    for (const { level: index, start, group, part, value } of cache.rows()) {
      const level = table.plan.levels[index]!
      if (last?.level !== level || last.start !== start || last.group !== group) {
        settle()
        last = { level, start, group, header: undefined, chunks: 0 }
      }
      if (part === HEADER_PART) last.header = decodeHeader(value)
      else last.chunks++
    }
    settle()
    for (const { level, start, group } of closed) this.openParents(level, start, group)
  }

  private reopen({ level, start, group, header, chunks }: Found): void {
    const window = this.open(level, start, group)
    window.cacheStale = false
    window.cachedChunks = chunks
    window.storedChunks = chunks
    if (header) window.header = header
  }

  /** Every window is part of larger ones: those that are not closed are in progress. */
  private openParents(child: Level, at: number, group: string): void {
    const { table, cache, roster, purge } = this.parts
    for (const level of table.plan.levels) {
      if (level.child !== child.index) continue
      const { grid, index } = level
      for (let start = grid.firstHolding(at); start <= at; start = grid.after(start)) {
        const name = `${index}|${start}|${group}`
        if (this.seen.has(name) || purge.covers(level, start)) continue
        this.seen.add(name)
        if (table.findHeld(level, start, group)) continue
        const mayBe = table.mayBeCached(level, start)
        if (mayBe && cache.get(index, start, group, HEADER_PART)) continue
        roster.add(group)
        this.open(level, start, group)
      }
    }
  }

  private open(level: Level, start: number, group: string): Window {
    const window = this.parts.table.create(level, start, group)
    // It may differ from what was last said of it; saying it again does no harm.
    window.changed = true
    this.opened[level.index]!.push(window)
    return window
  }

  private addSide({ type, level, name, chunks }: Side): void {
    let content: Content | undefined
    for (const [chunk, bytes] of chunks.entries()) {
      if (!bytes) continue
      const { frames, late, envelope } = decodeContent(bytes, chunk)
      const sketch = wrapSketch(envelope)
      content = content
        ? { ...content, sketch: mergeSketches(content.sketch, sketch) }
        : { sketch, frames, late }
    }
    if (!content || this.parts.purge.covers(level, name.start)) return
    const { table, roster } = this.parts
    let window = table.find(level, name.start, name.group)
    // A closed window has it all: its own part was about to go.
    if (window?.header.closed) return
    if (!window) {
      roster.add(name.group)
      window = this.open(level, name.start, name.group)
    }
    if (type === 'own') {
      window.own = content
      window.storedOwn = chunks.length
    } else {
      window.audit = content.sketch
      window.storedAudit = chunks.length
    }
  }
}
