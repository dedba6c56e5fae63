import type { Command } from './command.ts'
import { parserOf } from './command-parser.ts'
import type { Terminal } from './terminal.ts'

/** The help of a command: usage, what it does, examples, options by area. */
export function commandHelp(path: string, command: Command, terminal: Terminal): string {
  const parser = parserOf(path, command)
  if (command.rest !== undefined) parser.usage(`[options] -- ${command.rest}`)
  parser.configureOutput({
    getOutHelpWidth: () => Math.min(terminal.width, 110),
    getOutHasColors: () => terminal.colour
  })
  parser.configureHelp({ styleTitle: title => terminal.style('bold', title) })
  const examples = command.examples.map(example => `  ${example}`).join('\n')
  return [
    parser.helpInformation().trimEnd(),
    `${terminal.style('bold', 'Examples:')}\n${examples}`,
    'Every option can also be set as HEADCOUNT_<NAME> in the environment or .env, or in\n' +
      'headcount.config.json; see what holds with: headcount config show --origin\n'
  ].join('\n\n')
}
