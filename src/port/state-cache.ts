/**
 * Where one row lies. A group is JSON: well-formed text without NUL; groups are ordered by code
 * points, as their UTF-8 is.
 */
export interface StateRow {
  /** Index of the level in the plan. */
  readonly level: number
  /** Start of the window, ms since 1970; negative before. */
  readonly start: number
  readonly group: string
  /** −1 the header, −2 the own part, ≥ 0 a chunk of the content. */
  readonly part: number
}

/**
 * What stage 2 keeps of its closed windows: a cache of the changelog topic, so it starts empty, is
 * never trusted and never has to survive a crash. Errors: `state-dir-failed`, `state-dir-full`;
 * after one of them only `close` may be called, and nothing is lost that isn't in the topic.
 */
export interface StateCache {
  /** A private copy, or undefined when there is no such row. */
  get(level: number, start: number, group: string, part: number): Uint8Array | undefined
  /** Copies `value`; replaces what was there. */
  put(level: number, start: number, group: string, part: number, value: Uint8Array): void
  /** A row that isn't there is no error. */
  delete(level: number, start: number, group: string, part: number): void
  /** Rows of `level` with start < `before`, by start, group, part; at most `max` of them. */
  before(
    level: number,
    before: number,
    max: number
  ): { start: number; group: string; part: number }[]
  /**
   * Every row, by level, start, group, part, for the pass after a restore. Rows may be put and
   * deleted meanwhile; those are seen or not.
   */
  rows(): Iterable<StateRow & { readonly value: Uint8Array }>
  /** One commit is over: what is buffered may go to disk. */
  commit(): void
  /** Bytes held, as of the last commit: of the file, or in memory. */
  readonly bytes: number
  close(): void
}

/** Opens the cache of one task, empty. `task` names it among those of the process. */
export type OpenStateCache = (task: string) => StateCache
