import type { ResultGroup } from '../result/result-group.ts'
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

/** A sketch with the additive counters of the same frames. */
export interface Content {
  sketch: Sketch
  frames: number
  late: number
}

/**
 * One pane (level 0) or window of one group, as long as it is in memory. Open ones always are; closed
 * ones come from the state cache when they are touched, and go back to it.
 *
 * The content of a pane or of a closed window is its own: in `content`, or in the cache. A larger
 * window in progress is the union of its children and of its own part; `content` then is a running
 * union, which may be dropped at any time.
 */
export class Window {
  readonly level: Level
  /** In ms, inclusive. */
  readonly start: number
  /** In ms, exclusive. */
  readonly end: number
  readonly group: string
  /** The group as results name it, once they did. */
  named: ResultGroup | undefined
  content: Content | undefined
  /** Of a larger window in progress: what no child of it holds. */
  own: Content | undefined
  /** Exact shadow set of an audited pane. */
  audit: Sketch | undefined
  header: WindowHeader = {
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
  /** The content differs from the changelog's. */
  dirty = false
  /** So do the own part and the audit's set. */
  ownDirty = false
  auditDirty = false
  /** The content, or the header, differs from the state cache's. */
  cacheStale = true
  cacheHeaderStale = true
  /** Wall clock of the last emission in ms; only paces provisional ones. */
  emittedAt = Number.NEGATIVE_INFINITY
  /** The turn of `Contents` in which it was touched last, apart for closed ones; −1 when it is not held. */
  touchedIn = -1
  /** Bytes in memory when last looked at; 0 while there is no live content. */
  weight = 0
  /** Envelopes in the changelog, and in the cache; those beyond the current number are removed. */
  storedChunks = 0
  cachedChunks = 0
  storedOwn = 0
  storedAudit = 0

  constructor(level: Level, start: number, group: string) {
    this.level = level
    this.start = start
    this.end = level.grid.endOf(start)
    this.group = group
  }

  /** True when the content stands on its own, false when the children hold it. */
  get isWhole(): boolean {
    return this.level.index === 0 || this.header.closed
  }
}
