import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { isAlive, type Machine } from './machine.ts'

/**
 * A process that can be recognised later. The number alone is not enough: after a crash or a
 * reboot the system gives it to another program, which must be neither trusted nor killed.
 */
export interface ProcessIdentity {
  readonly pid: number
  /** When it started, in whatever form the system tells; compared, never read. */
  readonly started: string
}

const GONE = new Set(['ENOENT', 'ESRCH'])

/** The identity of a living process; undefined when it is gone. */
export async function identify(
  machine: Machine,
  pid: number
): Promise<ProcessIdentity | undefined> {
  if (!isAlive(machine, pid)) return undefined
  const started = (await startFromProc(pid)) ?? (await startFromPs(pid))
  return started === undefined ? undefined : { pid, started }
}

/** True while exactly this process lives. */
export async function isSameProcess(machine: Machine, known: ProcessIdentity): Promise<boolean> {
  const found = await identify(machine, known.pid)
  return found !== undefined && found.started === known.started
}

/**
 * Linux: field 22 of /proc/<pid>/stat, clock ticks since boot, made unique by the boot's id.
 * A zombie (state Z) has ended: it only waits for its parent to notice.
 */
async function startFromProc(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1')
    // The name in parentheses may hold spaces and parentheses itself: count from the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'latin1')
    return `${boot.trim()}/${fields[19]}`
  } catch (error) {
    // Anything else (no file handles left, say) must not make a living process look dead.
    if (!GONE.has((error as NodeJS.ErrnoException).code ?? '')) throw error
    return undefined
  }
}

/** Other Unix systems: `ps` tells the start to the second. */
async function startFromPs(pid: number): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'state=,lstart=', '-p', String(pid)])
    const line = stdout.trim()
    return line === '' || line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '')
  } catch {
    return undefined
  }
}
