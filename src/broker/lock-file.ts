import { randomUUID } from 'node:crypto'
import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { assert } from '../core/assert.ts'
import type { Machine } from './machine.ts'
import { identify, isSameProcess, type ProcessIdentity } from './process-identity.ts'

export interface HeldLock {
  release(): Promise<void>
}

/**
 * Takes the lock file at `path`, or returns its living holder. A lock whose holder is gone is
 * taken over: no lock outlives the process that made it.
 *
 * Only who holds `<path>.takeover` may remove another's lock, and looks again before it does. So of
 * many that find a lock stale, none can remove the one that the fastest has put in its place.
 */
export async function takeLock(
  machine: Machine,
  path: string
): Promise<HeldLock | ProcessIdentity> {
  const self = await identify(machine, machine.pid)
  assert(self !== undefined, 'this process lives')
  // A link appears whole or not at all, so nobody ever reads a lock without its holder.
  const draft = `${path}.${randomUUID()}`
  await writeFile(draft, JSON.stringify(self), { mode: 0o600 })
  try {
    for (;;) {
      if (await placeLink(draft, path)) return { release: () => rm(path, { force: true }) }
      const found = await lookAt(machine, path)
      if (typeof found === 'object') return found
      if (found === 'stale') await takeOver(machine, draft, path)
    }
  } finally {
    await rm(draft, { force: true })
  }
}

/** Like `takeLock`, but waits for the holder; `onWait` hears of it once. */
export async function awaitLock(
  machine: Machine,
  path: string,
  onWait: (holder: ProcessIdentity) => void,
  signal?: AbortSignal
): Promise<HeldLock> {
  let told = false
  for (;;) {
    const lock = await takeLock(machine, path)
    if ('release' in lock) return lock
    if (!told) onWait(lock)
    told = true
    await delay(250, undefined, signal ? { signal } : {})
  }
}

async function placeLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Removes a stale lock, unless somebody else is at it. */
async function takeOver(machine: Machine, draft: string, path: string): Promise<void> {
  const takeover = `${path}.takeover`
  if (await placeLink(draft, takeover)) {
    if ((await lookAt(machine, path)) === 'stale') await rm(path, { force: true })
    await rm(takeover, { force: true })
  } else if ((await lookAt(machine, takeover)) === 'stale') {
    // Somebody was killed within the microseconds of a take-over.
    await rm(takeover, { force: true })
  }
}

/** The living holder; `stale` when it is gone, `free` when there is no lock. */
async function lookAt(machine: Machine, path: string): Promise<ProcessIdentity | 'stale' | 'free'> {
  const text = await readOrNothing(path)
  if (text === undefined) return 'free'
  const holder = parseHolder(text)
  return holder && (await isSameProcess(machine, holder)) ? holder : 'stale'
}

function parseHolder(text: string): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const { pid, started } = value as Partial<ProcessIdentity>
    return Number.isInteger(pid) && typeof started === 'string'
      ? { pid: pid as number, started }
      : undefined
  } catch {
    return undefined
  }
}

async function readOrNothing(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
