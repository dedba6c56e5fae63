import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, lstatSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { resultCode, SQLITE_BUSY } from './state-failure.ts'

const NAME = /^headcount-.*-[0-9a-f]{16}\.sqlite$/

/**
 * A new, empty file for one task in `folder`, readable by this user only. Its name is unique, so no
 * two processes ever share one, whatever their clocks and process numbers. Throws the system's error.
 */
export function makeStateFile(folder: string, task: string): string {
  makeFolder(resolve(folder))
  const label = task.replaceAll(/[^\w.-]/g, '_').slice(0, 100)
  const path = join(folder, `headcount-${label}-${randomBytes(8).toString('hex')}.sqlite`)
  closeSync(openSync(path, 'wx', 0o600))
  return path
}

/** Not mkdir's own recursion: below a folder that refuses with ENOENT, as /proc does, it never ends. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  mkdirSync(folder, { mode: 0o700 })
}

/**
 * Removes the state files that crashed processes have left in `folder`. Who lives holds SQLite's
 * lock on its file, and the system frees that lock with the process: it holds across containers too,
 * where process numbers say nothing. A file that is removed between its making and its lock still
 * serves its owner, without a name.
 */
export function removeDeadStateFiles(folder: string, Database: typeof DatabaseSync): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (NAME.test(name) && isFile(path) && !isHeld(path, Database)) removeIfAllowed(path)
  }
}

function removeIfAllowed(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // Another user's, in a folder that many share: theirs to remove.
  }
}

/** A link of that name is none of ours and leads anywhere. */
function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true
}

/** Asked through SQLite alone: closing any other handle of a file of this process frees its lock. */
function isHeld(path: string, Database: typeof DatabaseSync): boolean {
  let database: DatabaseSync | undefined
  try {
    database = new Database(path, { readOnly: true })
    database.prepare('SELECT count(*) FROM sqlite_schema').get()
    return false
  } catch (error) {
    return resultCode(error) === SQLITE_BUSY
  } finally {
    database?.close()
  }
}
