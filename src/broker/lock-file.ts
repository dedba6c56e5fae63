import { randomUUID } from 'node:crypto'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { Machine } from './machine.ts'
import { identify, isSameProcess, type ProcessIdentity } from './process-identity.ts'

export interface HeldLock {
  release(): Promise<void>
}

/**
 * Takes the lock file at `path`, or returns its living holder. A lock whose holder is gone is
 * taken over: no lock outlives the process that made it.
 */
export async function takeLock(
  machine: Machine,
  path: string
): Promise<HeldLock | ProcessIdentity> {
  const self = await identify(machine, machine.pid)
  const text = JSON.stringify(self ?? { pid: machine.pid, started: '' })
  // A link appears whole or not at all, so nobody ever reads a lock without its holder.
  const draft = `${path}.${randomUUID()}`
  await writeFile(draft, text, { mode: 0o600 })
  try {
    for (;;) {
      try {
        await link(draft, path)
        return { release: () => rm(path, { force: true }) }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
      const holder = await livingHolder(machine, path)
      if (holder) return holder
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

/** Who holds the lock; undefined when it is free now, because it was stale or was released. */
async function livingHolder(machine: Machine, path: string): Promise<ProcessIdentity | undefined> {
  const text = await readOrNothing(path)
  if (text === undefined) return undefined
  const holder = parseHolder(text)
  if (holder && (await isSameProcess(machine, holder))) return holder
  // Two processes may find the lock stale at once. Moved aside, it can be looked at again: if it
  // is no longer the stale one, the other was faster and gets its lock back.
  const aside = `${path}.${randomUUID()}`
  try {
    await rename(path, aside)
  } catch {
    return undefined
  }
  const moved = await readOrNothing(aside)
  if (moved !== text) await link(aside, path).catch(() => undefined)
  await rm(aside, { force: true })
  return undefined
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
