import { readFileSync } from 'node:fs'
import { failure } from '../core/errors.ts'
import { nearest } from '../core/nearest.ts'
import { type Command, type CommandGroup, isGroup } from './command.ts'
import { watchInterruption } from './interruption.ts'
import type { Program } from './program.ts'
import { groupHelp, programHelp } from './program-help.ts'
import { registry } from './registry.ts'
import { StatusLine } from './status-line.ts'
import { OutputClosed, terminalOf } from './terminal.ts'

/** Runs the command line of this process and ends the process with its exit status. */
export async function main(): Promise<void> {
  const status = new StatusLine(process.stderr)
  const program: Program = {
    stdout: terminalOf(process.stdout, process.env, status),
    stderr: terminalOf(process.stderr, process.env, status, true),
    signal: watchInterruption(),
    debug:
      process.argv.includes('--debug') || /^(1|true)$/i.test(process.env.HEADCOUNT_DEBUG ?? ''),
    secrets: []
  }
  const fail = (error: unknown) => void finish(program, error)
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)
  try {
    const exitStatus = await run(process.argv.slice(2), program)
    await end(program, exitStatus === 0 && program.signal.aborted ? 130 : exitStatus)
  } catch (error) {
    await finish(program, error)
  }
}

/** Exit status of a command line. Throws what the frame reports. */
async function run(argv: readonly string[], program: Program): Promise<number> {
  const words = argv[0] === '--debug' ? argv.slice(1) : argv
  const word = words[0]
  switch (word) {
    case undefined:
      await program.stderr.write(programHelp(registry, program.stderr))
      return 2
    case '-V':
    case '--version':
      await program.stdout.line(`headcount ${version()}`)
      return 0
    case 'help':
      if (words.length > 1) return runNamed([...words.slice(1), '--help'], program)
      break
    case '-h':
    case '--help':
      break
    default:
      return runNamed(words, program)
  }
  await program.stdout.write(programHelp(registry, program.stdout))
  return 0
}

async function runNamed(words: readonly string[], program: Program): Promise<number> {
  const word = words[0]!
  if (word.startsWith('-')) {
    const suggestion = 'options follow the command: headcount <command> [options]'
    throw failure('option-unknown', { option: word.split('=')[0]!, suggestion })
  }
  const row = registry.find(({ name }) => name === word)
  if (!row) throw unknownCommand(word, registry, 'headcount --help')
  const entry = await row.load()
  if (isGroup(entry)) return runInGroup(entry, words.slice(1), program)
  return runFound(`headcount ${entry.name}`, entry, words.slice(1), program)
}

async function runInGroup(
  group: CommandGroup,
  words: readonly string[],
  program: Program
): Promise<number> {
  const path = `headcount ${group.name}`
  const word = words[0]
  const asked = word === '--help' || word === '-h'
  if (word === undefined || asked) {
    const terminal = asked ? program.stdout : program.stderr
    await terminal.write(groupHelp(group, terminal))
    return asked ? 0 : 2
  }
  const command = group.commands.find(({ name }) => name === word)
  if (!command) throw unknownCommand(word, group.commands, `${path} --help`, `${group.name} `)
  return runFound(`${path} ${command.name}`, command, words.slice(1), program)
}

async function runFound(
  path: string,
  command: Command,
  words: readonly string[],
  program: Program
): Promise<number> {
  const { runCommand } = await import('./run-command.ts')
  return runCommand(path, command, words, program)
}

function unknownCommand(
  word: string,
  known: readonly { readonly name: string }[],
  help: string,
  prefix = ''
): Error {
  const near = nearest(
    word,
    known.map(({ name }) => name)
  )
  return failure('command-unknown', {
    command: prefix + word,
    suggestion: near ? `did you mean headcount ${prefix}${near}?` : `see: ${help}`
  })
}

/** Reports an error where people look, and ends the process. */
async function finish(program: Program, error: unknown): Promise<void> {
  // Nobody reads on, so there is nobody to tell: `| head` is how people use a pipe.
  if (error instanceof OutputClosed) return end(program, 0)
  const { reportError } = await import('./error-report.ts')
  const aborted = program.signal.aborted && (error as Error | null)?.name === 'AbortError'
  const cause: unknown = aborted ? program.signal.reason : error
  const report = reportError(cause, program.debug, program.secrets)
  program.stderr.status.clear()
  await program.stderr.write(report.text).catch(() => {})
  return end(program, report.exitStatus)
}

/** Ends the process when everything written has left it, whatever is still open. */
async function end(program: Program, exitStatus: number): Promise<void> {
  program.stderr.status.clear()
  await program.stdout.flush()
  await program.stderr.flush()
  process.exit(exitStatus)
}

function version(): string {
  const path = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
}
