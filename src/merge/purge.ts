import { failure } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import type { StateCache } from '../port/state-cache.ts'
import type { Level } from '../window/plan.ts'
import type { StateRecord } from './changelog.ts'
import type { Contents } from './contents.ts'
import { firstStarts } from './first-starts.ts'
import type { GroupRoster } from './group-roster.ts'
import { contentKey, HEADER_PART, headerKey } from './state-record.ts'
import type { WindowTable } from './window-table.ts'

export interface PurgeParts {
  readonly table: WindowTable
  readonly contents: Contents
  readonly cache: StateCache
  readonly roster: GroupRoster
  /** Bytes of the state cache at which windows are purged before their time. */
  readonly maxStateBytes: number
}

/**
 * Windows that were kept long enough, or have to make room, leave the state. What is purged is never
 * made again: a partial for it is counted, and dropped for that size.
 */
export class Purge {
  /** Frames that came for purged windows, by size. */
  readonly missedFrames = new Map<string, number>()
  /** Sizes that lost windows before their time, because the state was full. */
  readonly early = new Set<string>()
  private readonly parts: PurgeParts
  /** By level: windows that start before this are purged. */
  private readonly bounds: number[]
  /** By level: the bound before which nothing is left. */
  private readonly clean: number[]

  constructor(parts: PurgeParts) {
    this.parts = parts
    const { plan } = parts.table
    this.bounds = [...firstStarts(plan, new Map(), Number.NEGATIVE_INFINITY)]
    this.clean = [...this.bounds]
  }

  covers(level: Level, start: number): boolean {
    return start < this.bounds[level.index]!
  }

  missed(level: Level, frames: number): void {
    this.missedFrames.set(level.name, (this.missedFrames.get(level.name) ?? 0) + frames)
  }

  /** By size, for the position record. */
  get purgedBefore(): ReadonlyMap<string, number> {
    const { levels } = this.parts.table.plan
    const known = levels.filter(level => Number.isFinite(this.bounds[level.index]))
    return new Map(known.map(level => [level.name, this.bounds[level.index]!]))
  }

  /** @param watermark ms: where it stood */
  restore(purgedBefore: ReadonlyMap<string, number>, watermark: number): void {
    const { plan } = this.parts.table
    for (const [index, bound] of firstStarts(plan, purgedBefore, watermark).entries()) {
      this.bounds[index] = bound
    }
  }

  /**
   * Purges what was kept long enough when the watermark stands here, a bounded number of rows at a
   * time. Only when no window waits to be closed: a child may go when its parent has been made.
   *
   * @throws state-full
   */
  run(watermark: number): StateRecord[] {
    const { table, cache, maxStateBytes } = this.parts
    if (!Number.isFinite(watermark)) return []
    const removed: StateRecord[] = []
    for (const level of table.plan.levels) {
      this.raise(level, level.grid.firstHolding(watermark - level.keepMs))
      this.remove(level, removed)
    }
    if (cache.bytes > maxStateBytes) this.makeRoom(watermark, removed)
    return removed
  }

  private raise(level: Level, bound: number): void {
    this.bounds[level.index] = Math.max(bound, this.bounds[level.index]!)
  }

  /** The finest, oldest windows that no window in progress is made of. */
  private makeRoom(watermark: number, removed: StateRecord[]): void {
    const { table, cache, maxStateBytes } = this.parts
    const { levels } = table.plan
    for (const level of levels) {
      const parents = levels.filter(({ child }) => child === level.index)
      const needed = parents.map(parent => table.firstOpen(parent))
      const bound = Math.min(level.grid.firstHolding(watermark), ...needed)
      const rows = cache.before(level.index, bound, limits.purgedRowsPerCommitMax)
      const last = rows.at(-1)
      if (!last) continue
      this.raise(level, level.grid.after(last.start))
      this.early.add(level.name)
      this.remove(level, removed)
      return
    }
    throw failure('state-full', { bytes: cache.bytes, max: maxStateBytes })
  }

  /** Removes what lies before a level's bound from memory, the cache and the changelog. */
  private remove(level: Level, removed: StateRecord[]): void {
    const { table, contents, cache, roster } = this.parts
    const bound = this.bounds[level.index]!
    if (bound === this.clean[level.index]) return
    const gone = (start: number, group: string, part: number): void => {
      const name = { size: level.name, start, group }
      const key = part === HEADER_PART ? headerKey(name) : contentKey('content', name, part)
      removed.push({ key, value: null })
      cache.delete(level.index, start, group, part)
      if (part === HEADER_PART) roster.remove(group)
    }
    for (const window of table.takeBefore(level, bound)) {
      contents.forget(window)
      const { start, group } = window
      for (let chunk = 0; chunk < window.storedChunks; chunk++) gone(start, group, chunk)
      gone(start, group, HEADER_PART)
    }
    const rows = cache.before(level.index, bound, limits.purgedRowsPerCommitMax)
    for (const row of rows) gone(row.start, row.group, row.part)
    if (rows.length < limits.purgedRowsPerCommitMax) this.clean[level.index] = bound
  }
}
