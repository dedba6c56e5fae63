import type { Clock } from '../port/clock.ts'
import type { OptionLayer } from '../runtime/options/option-layer.ts'
import type { OptionName } from '../runtime/options/option-table.ts'
import type { ResolvedOptions } from '../runtime/options/resolved-options.ts'
import type { Terminal } from './terminal.ts'

/** What a command gets to work with. It touches `process` and `console` through this only. */
export interface CommandContext {
  readonly options: ResolvedOptions
  /** What each place says, strongest first: for commands about the configuration itself. */
  readonly layers: readonly OptionLayer[]
  readonly args: readonly string[]
  /** What follows `--`, untouched. */
  readonly rest: readonly string[]
  readonly stdin: NodeJS.ReadStream
  readonly stdout: Terminal
  readonly stderr: Terminal
  /** Aborts at the first SIGINT or SIGTERM, with the failure `interrupted` as its reason. */
  readonly signal: AbortSignal
  readonly env: NodeJS.ProcessEnv
  /** Folder that relative paths start from. */
  readonly folder: string
  readonly clock: Clock
}

export interface CommandArgument {
  readonly name: string
  readonly description: string
  readonly required?: boolean
  readonly variadic?: boolean
}

/** A command that runs. Options that every command takes are added by the frame. */
export interface Command {
  readonly name: string
  /** One line, lower case, no full stop. */
  readonly summary: string
  readonly options: readonly OptionName[]
  readonly arguments?: readonly CommandArgument[]
  /** What follows `--` is, in help: `<kafka tool> [its options]`. Without it `--` is refused. */
  readonly rest?: string
  /** Whole command lines that can be copied. */
  readonly examples: readonly string[]
  /**
   * Resolves with the exit status. It throws failures instead of printing them. After an abort it
   * finishes what must be finished; the frame turns its 0 into 130.
   */
  run(context: CommandContext): Promise<number>
}

/** A word with commands below it: `headcount topic create`. */
export interface CommandGroup {
  readonly name: string
  readonly summary: string
  readonly commands: readonly Command[]
}

export type CommandEntry = Command | CommandGroup

export function isGroup(entry: CommandEntry): entry is CommandGroup {
  return 'commands' in entry
}
