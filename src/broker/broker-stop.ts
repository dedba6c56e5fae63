import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { failure } from '../core/errors.ts'
import { brokerFiles } from './broker-folder.ts'
import { takeLock } from './lock-file.ts'
import { type Machine, signalProcess } from './machine.ts'
import { isSameProcess, type ProcessIdentity } from './process-identity.ts'
import { livingNodes, readRun, removeRun } from './run-state.ts'

const STOP_MS_MAX = 20_000
const LOOK_EVERY_MS = 50

/** `killed`: it did not stop in 20 seconds. `dead`: its processes were gone already. */
export type Stopped = 'stopped' | 'killed' | 'dead' | 'not-running'

/** Stops the broker of a folder; the data stays. Throws `broker-running` while it is starting. */
export async function stopBroker(machine: Machine, folder: string): Promise<Stopped> {
  const at = resolve(folder)
  const run = await readRun(at)
  if (!run) return 'not-running'
  await mkdir(at, { recursive: true })
  const lock = await takeLock(machine, brokerFiles.lock(at))
  if (!('release' in lock)) {
    throw failure('broker-running', { folder: at, pid: lock.pid, address: 'starting or stopping' })
  }
  try {
    const nodes = await livingNodes(machine, run)
    const gentle = await stopProcesses(machine, nodes)
    await removeRun(at)
    return nodes.length === 0 ? 'dead' : gentle ? 'stopped' : 'killed'
  } finally {
    await lock.release()
  }
}

/** SIGTERM, then SIGKILL for what is left after 20 seconds; true when nothing had to be killed. */
export async function stopProcesses(
  machine: Machine,
  processes: readonly ProcessIdentity[]
): Promise<boolean> {
  for (const { pid } of processes) signalProcess(machine, pid, 'SIGTERM')
  const left = await awaitGone(machine, processes, STOP_MS_MAX)
  await killProcesses(machine, left)
  return left.length === 0
}

/** SIGKILL; resolves when they are gone. */
export async function killProcesses(
  machine: Machine,
  processes: readonly ProcessIdentity[]
): Promise<void> {
  for (const { pid } of processes) signalProcess(machine, pid, 'SIGKILL')
  await awaitGone(machine, processes, STOP_MS_MAX)
}

async function awaitGone(
  machine: Machine,
  processes: readonly ProcessIdentity[],
  msMax: number
): Promise<readonly ProcessIdentity[]> {
  const deadline = performance.now() + msMax
  for (;;) {
    const alive = await Promise.all(processes.map(each => isSameProcess(machine, each)))
    const left = processes.filter((_, i) => alive[i])
    if (left.length === 0 || performance.now() >= deadline) return left
    await delay(LOOK_EVERY_MS)
  }
}
