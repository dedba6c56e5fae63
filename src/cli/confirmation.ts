import { createInterface } from 'node:readline'
import { failure } from '../core/errors.ts'
import type { CommandContext } from './command.ts'

/** Asks before `what` is deleted. */
export function confirmDeletion(context: CommandContext, what: string): Promise<boolean> {
  return confirm(context, `Delete ${what}?`, `deleting ${what}`)
}

/** Asks before something that can't be taken back. Without a terminal nobody can answer: `--yes` must be said. */
export async function confirm(
  context: CommandContext,
  question: string,
  purpose: string
): Promise<boolean> {
  const { options, stdin, stderr, signal } = context
  if (options.get('yes')) return true
  if (!stdin.isTTY || !stderr.isTerminal) {
    throw failure('option-missing', { option: '--yes', purpose, example: '' })
  }
  await stderr.write(`${question} [y/N] `)
  const answer = await readAnswer(stdin, signal)
  return /^y(es)?$/i.test(answer.trim())
}

/** The first line, or nothing at the end of the input or when the signal aborts. */
function readAnswer(stdin: NodeJS.ReadStream, signal: AbortSignal): Promise<string> {
  // Not as a terminal: the line stays the system's to edit, and Ctrl-C stays a signal.
  const lines = createInterface({ input: stdin, terminal: false, signal })
  return new Promise(resolve => {
    lines.once('line', line => {
      resolve(line)
      lines.close()
    })
    lines.once('close', () => resolve(''))
  })
}
