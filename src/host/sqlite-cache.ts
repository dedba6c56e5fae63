import { rmSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { assert } from '../core/assert.ts'
import type { HeadcountError } from '../core/errors.ts'
import type { StateCache, StateRow } from '../port/state-cache.ts'
import { openStateDatabase, PAGE_BYTES } from './state-database.ts'
import { stateFailure } from './state-failure.ts'
import { StateStatements } from './state-statements.ts'
import { pack, unpack } from './state-value.ts'

/** Rows of one step of `rows`: 16 MB when they are the largest chunks. */
const ROWS_PER_STEP = 64

export interface SqliteCacheOptions {
  /** Made when it is missing. Without one the file has no name, and appears beyond 4 MB. */
  readonly folder?: string
  /** Whose state it is; a part of the file's name. */
  readonly task: string
  /** Where the file stops to grow, with `state-dir-full`. Default: with the disk. */
  readonly bytesMax?: number
  /** Runs what loads node:sqlite; Node calls it experimental, older ones with a warning. */
  readonly quietly?: (load: () => void) => void
}

/**
 * The state cache in a file of its own, deleted when it is closed and, after a crash, by the next
 * process that uses the folder. Nothing is ever read back by another process, so nothing is synced
 * or journaled, and the first error ends it: `state-dir-failed`, `state-dir-full`.
 */
export class SqliteCache implements StateCache {
  private readonly folder: string
  private readonly path: string | undefined
  private readonly database: DatabaseSync
  private readonly statements: StateStatements
  private held = 0
  private failed: HeadcountError | undefined

  constructor(options: SqliteCacheOptions) {
    this.folder = options.folder ?? 'a temporary file'
    try {
      const { path, database } = openStateDatabase(options)
      this.path = path
      this.database = database
      this.statements = new StateStatements(database)
      database.exec('BEGIN')
    } catch (error) {
      throw stateFailure(this.folder, error)
    }
  }

  /** Pages in use. Those that deleted rows have freed are filled again before the file grows. */
  get bytes(): number {
    return this.held
  }

  get(level: number, start: number, group: string, part: number): Uint8Array | undefined {
    return this.attempt(() => {
      const row = this.statements.get(level, start, group, part)
      return row && restored(row)
    })
  }

  put(level: number, start: number, group: string, part: number, value: Uint8Array): void {
    // Older Nodes end a text at its first NUL when they read it back.
    assert(!group.includes('\0'), 'a group is JSON, so it has no NUL')
    this.attempt(() => {
      const packed = pack(value)
      const stored = packed ?? value
      this.statements.put(level, start, group, part, packed ? value.length : 0, stored)
    })
  }

  delete(level: number, start: number, group: string, part: number): void {
    this.attempt(() => this.statements.delete(level, start, group, part))
  }

  before(
    level: number,
    before: number,
    max: number
  ): { start: number; group: string; part: number }[] {
    return this.attempt(() =>
      this.statements
        .before(level, before, max)
        .map(([start, group, part]) => ({ start, group, part }))
    )
  }

  *rows(): Iterable<StateRow & { readonly value: Uint8Array }> {
    for (let last: StateRow = { level: -Infinity, start: 0, group: '', part: 0 }; ; ) {
      const after = last
      const step = this.attempt(() =>
        this.statements
          .after(after.level, after.start, after.group, after.part, ROWS_PER_STEP)
          .map(([level, start, group, part, ...stored]) => {
            return { level, start, group, part, value: restored(stored) }
          })
      )
      yield* step
      const end = step.at(-1)
      if (!end) return
      last = end
    }
  }

  commit(): void {
    this.attempt(() => {
      this.database.exec('COMMIT; BEGIN')
      this.held = this.statements.pages() * PAGE_BYTES
    })
  }

  close(): void {
    if (this.database.isOpen) this.database.close()
    if (this.path !== undefined) rmSync(this.path, { force: true })
  }

  /** Without a journal a failed write may leave anything behind: there is no going on after one. */
  private attempt<T>(work: () => T): T {
    if (this.failed) throw this.failed
    try {
      return work()
    } catch (error) {
      this.failed = stateFailure(this.folder, error)
      throw this.failed
    }
  }
}

function restored([unpacked, stored]: [unpacked: number, stored: Uint8Array]): Uint8Array {
  return unpacked > 0 ? unpack(stored, unpacked) : stored
}
