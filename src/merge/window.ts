import type { ClosedBy, ResultStatus } from '../result/result-record.ts'
import type { Sketch } from '../sketch/sketch.ts'
import type { Level } from '../window/plan.ts'

/** What was last said about a window, and whether it is stored as closed. */
export interface WindowHeader {
  status: ResultStatus | undefined
  closed: boolean
  closedBy: ClosedBy | undefined
  /** 0 before the first emission. */
  revision: number
  uniques: number
  frames: number
  /** Number of the commit that wrote this header. */
  commit: number
}

/**
 * One pane (level 0) or window of one group. Its content is either live (`sketch`), packed
 * (`packed`: stored envelopes), or, for a window in progress, only in its children.
 */
export class Window {
  readonly level: Level
  /** In ms, inclusive. */
  readonly start: number
  readonly group: string
  sketch: Sketch | undefined
  packed: readonly Uint8Array[] | undefined
  frames = 0
  late = 0
  readonly header: WindowHeader = {
    status: undefined,
    closed: false,
    closedBy: undefined,
    revision: 0,
    uniques: 0,
    frames: 0,
    commit: 0
  }
  /** Differs from what was last emitted. */
  changed = false
  /** Differs from what is stored. */
  dirty = false
  /** The header was stored, but its emission may have been lost in a crash: say it again. */
  unsaid = false
  /** Wall clock of the last emission in ms; only paces provisional ones. */
  emittedAt = Number.NEGATIVE_INFINITY
  /** Envelopes stored so far; chunks beyond the current number become tombstones. */
  storedChunks = 0

  constructor(level: Level, start: number, group: string) {
    this.level = level
    this.start = start
    this.group = group
  }

  get end(): number {
    return this.start + this.level.length
  }
}
