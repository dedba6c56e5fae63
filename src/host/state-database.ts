import { rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { DatabaseSync } from 'node:sqlite'
import { makeStateFile, removeDeadStateFiles } from './state-file.ts'

/** The largest there is: the fewest gaps behind values of kilobytes, and no slower. */
export const PAGE_BYTES = 65_536
/** SQLite's own, for each of up to 16 tasks; what doesn't fit lies in the system's page cache. */
const PAGE_CACHE_BYTES = 4_194_304
/** For a process that looks whether the file's owner lives. */
const BUSY_MS = 5_000

/*
 * A table with a row id puts values one behind the other and fills its overflow pages; a clustered
 * key leaves them half empty for values above a quarter of a page. Purging reads the index alone.
 * `unpacked` is the size of a value that is stored smaller, else 0.
 */
const SCHEMA = `
  CREATE TABLE state (
    id INTEGER PRIMARY KEY,
    level INTEGER NOT NULL,
    start INTEGER NOT NULL,
    grp TEXT NOT NULL,
    part INTEGER NOT NULL,
    unpacked INTEGER NOT NULL,
    value BLOB NOT NULL,
    UNIQUE (level, start, grp, part)
  )`

interface StateDatabase {
  /** Undefined when the file has no name. */
  readonly path: string | undefined
  readonly database: DatabaseSync
}

/** A new and empty database. Throws what SQLite or the file system throw. */
export function openStateDatabase(options: {
  readonly folder?: string
  readonly task: string
  readonly bytesMax?: number
  readonly quietly?: (load: () => void) => void
}): StateDatabase {
  const { folder, task, bytesMax } = options
  const Database = loadSqlite(options.quietly ?? (load => load()))
  const path = folder === undefined ? undefined : makeStateFile(folder, task)
  let database: DatabaseSync | undefined
  try {
    // Its defence against hostile SQL would keep the journal on; all the SQL is ours.
    database = new Database(path ?? '', { defensive: false, timeout: BUSY_MS })
    database.exec(`
      PRAGMA page_size = ${PAGE_BYTES};
      PRAGMA journal_mode = OFF;
      PRAGMA synchronous = OFF;
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA temp_store = MEMORY;
      PRAGMA cache_size = -${PAGE_CACHE_BYTES / 1_024};
    `)
    if (bytesMax !== undefined) {
      database.exec(`PRAGMA max_page_count = ${Math.ceil(bytesMax / PAGE_BYTES)}`)
    }
    database.exec(SCHEMA)
    if (folder !== undefined) removeDeadStateFiles(folder, Database)
    return { path, database }
  } catch (error) {
    database?.close()
    if (path !== undefined) rmSync(path, { force: true })
    throw error
  }
}

/** Not before a cache is made: a run without one, and `--help`, do without SQLite. */
function loadSqlite(quietly: (load: () => void) => void): typeof DatabaseSync {
  let sqlite: typeof import('node:sqlite') | undefined
  quietly(() => {
    sqlite = createRequire(import.meta.url)('node:sqlite') as typeof import('node:sqlite')
  })
  if (!sqlite) throw new Error('node:sqlite was not loaded')
  return sqlite.DatabaseSync
}
