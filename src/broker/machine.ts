/**
 * The process that this code runs in, as far as it is needed here: Node's `process` fits. It is a
 * parameter because only the command line owns the real one.
 */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly pid: number
  /** Signal 0 only asks whether the process exists. Throws ESRCH when it doesn't. */
  kill(pid: number, signal: NodeJS.Signals | 0): unknown
}

/** True when a process with this number exists, also when it belongs to another user. */
export function isAlive(machine: Machine, pid: number): boolean {
  // To the system, 0 and negative numbers mean whole groups of processes.
  if (pid <= 0) return false
  try {
    machine.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Sends a signal; a process that is gone already is what the caller wanted. */
export function signalProcess(machine: Machine, pid: number, signal: NodeJS.Signals): void {
  if (pid <= 0) return
  try {
    machine.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
