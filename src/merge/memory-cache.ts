import type { StateCache, StateRow } from '../port/state-cache.ts'

/** What a row costs beside its value: a typed array and its slots in two lists. */
const ROW_BYTES = 128
/** An entry of a map with its text and lists. */
const ENTRY_BYTES = 256

/** The rows of one window, by part. There are one to four of them, except in large exact sets. */
interface WindowRows {
  readonly parts: number[]
  readonly values: Uint8Array[]
}

/** The windows of one level: by start, then by group. */
interface LevelRows {
  readonly starts: Map<number, Map<string, WindowRows>>
  /** The starts in ascending order; undefined until somebody asks again. */
  ascending: number[] | undefined
}

/**
 * The state cache of small runs, of tests and of simulations: plain maps, and nothing is made
 * before the first row.
 */
export class MemoryCache implements StateCache {
  private levels: (LevelRows | undefined)[] = []
  private held = 0

  get bytes(): number {
    return this.held
  }

  get(level: number, start: number, group: string, part: number): Uint8Array | undefined {
    const rows = this.levels[level]?.starts.get(start)?.get(group)
    if (rows === undefined) return undefined
    const value = rows.values[rows.parts.indexOf(part)]
    return value && new Uint8Array(value)
  }

  put(level: number, start: number, group: string, part: number, value: Uint8Array): void {
    const rows = this.rowsFor(level, start, group)
    // Not slice(): a Buffer's is a view.
    const copy = new Uint8Array(value)
    let at = rows.parts.length
    while (at > 0 && rows.parts[at - 1]! > part) at--
    if (at > 0 && rows.parts[at - 1] === part) {
      this.held += value.length - rows.values[at - 1]!.length
      rows.values[at - 1] = copy
      return
    }
    rows.parts.splice(at, 0, part)
    rows.values.splice(at, 0, copy)
    this.held += ROW_BYTES + value.length
  }

  delete(level: number, start: number, group: string, part: number): void {
    const levelRows = this.levels[level]
    const groups = levelRows?.starts.get(start)
    const rows = groups?.get(group)
    if (!levelRows || !groups || !rows) return
    const at = rows.parts.indexOf(part)
    if (at < 0) return
    this.held -= ROW_BYTES + rows.values[at]!.length
    rows.parts.splice(at, 1)
    rows.values.splice(at, 1)
    if (rows.parts.length > 0) return
    groups.delete(group)
    this.held -= ENTRY_BYTES
    if (groups.size > 0) return
    levelRows.starts.delete(start)
    if (levelRows.ascending?.[0] === start) levelRows.ascending.shift()
    else levelRows.ascending = undefined
  }

  before(
    level: number,
    before: number,
    max: number
  ): { start: number; group: string; part: number }[] {
    const found: { start: number; group: string; part: number }[] = []
    const levelRows = this.levels[level]
    if (!levelRows) return found
    for (const start of ascending(levelRows)) {
      if (!(start < before)) break
      for (const [group, { parts }] of byGroup(levelRows.starts.get(start)!)) {
        for (const part of parts) {
          if (found.length >= max) return found
          found.push({ start, group, part })
        }
      }
    }
    return found
  }

  // The lists are copied: whoever reads may put and delete.
  *rows(): Iterable<StateRow & { readonly value: Uint8Array }> {
    for (const [level, levelRows] of [...this.levels].entries()) {
      if (!levelRows) continue
      for (const start of [...ascending(levelRows)]) {
        for (const [group, { parts }] of byGroup(levelRows.starts.get(start) ?? new Map())) {
          for (const part of [...parts]) {
            const value = this.get(level, start, group, part)
            if (value) yield { level, start, group, part, value }
          }
        }
      }
    }
  }

  commit(): void {}

  close(): void {
    this.levels = []
    this.held = 0
  }

  private rowsFor(level: number, start: number, group: string): WindowRows {
    let levelRows = this.levels[level]
    if (!levelRows) {
      levelRows = { starts: new Map(), ascending: undefined }
      this.levels[level] = levelRows
    }
    let groups = levelRows.starts.get(start)
    if (!groups) {
      groups = new Map()
      levelRows.starts.set(start, groups)
      if (start > (levelRows.ascending?.at(-1) ?? Infinity)) levelRows.ascending?.push(start)
      else levelRows.ascending = undefined
    }
    let rows = groups.get(group)
    if (!rows) {
      rows = { parts: [], values: [] }
      groups.set(group, rows)
      this.held += ENTRY_BYTES
    }
    return rows
  }
}

/** Windows come at the end and go from the front, which keeps the order; else it is made again. */
function ascending(level: LevelRows): readonly number[] {
  level.ascending ??= [...level.starts.keys()].sort((left, right) => left - right)
  return level.ascending
}

function byGroup(groups: ReadonlyMap<string, WindowRows>): [string, WindowRows][] {
  return [...groups].sort((left, right) => codePointOrder(left[0], right[0]))
}

/** The order of the UTF-8 bytes: UTF-16 code units with the surrogates moved above the rest. */
function codePointOrder(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let at = 0; at < length; at++) {
    const a = left.charCodeAt(at)
    const b = right.charCodeAt(at)
    if (a !== b) return a >= 0xd800 && b >= 0xd800 ? rank(a) - rank(b) : a - b
  }
  return left.length - right.length
}

function rank(unit: number): number {
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}
