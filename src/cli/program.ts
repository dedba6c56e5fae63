import type { Terminal } from './terminal.ts'

/** The process as its commands see it. `secrets` grows as options are read. */
export interface Program {
  readonly stdout: Terminal
  readonly stderr: Terminal
  readonly signal: AbortSignal
  debug: boolean
  secrets: readonly string[]
}
