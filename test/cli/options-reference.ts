import { type Command, isGroup } from '../../src/cli/command.ts'
import { optionsOf } from '../../src/cli/command-parser.ts'
import { registry } from '../../src/cli/registry.ts'
import type { OptionRow } from '../../src/runtime/options/option-row.ts'
import {
  environmentNameOf,
  flagOf,
  type OptionName,
  optionNames,
  optionRow
} from '../../src/runtime/options/option-table.ts'

export interface NamedCommand {
  /** `headcount topic create`. */
  readonly path: string
  readonly command: Command
}

/** Every command that runs, those in groups too. */
export async function allCommands(): Promise<readonly NamedCommand[]> {
  const entries = await Promise.all(registry.map(row => row.load()))
  return entries.flatMap(entry => {
    const path = `headcount ${entry.name}`
    return isGroup(entry)
      ? entry.commands.map(command => ({ path: `${path} ${command.name}`, command }))
      : [{ path, command: entry }]
  })
}

/** The page `docs/guides/options.md`: the options table for people. */
export function optionsReference(commands: readonly NamedCommand[]): string {
  const areas = [...new Set(optionNames.map(name => optionRow(name).area))]
  return [
    '# Options',
    'Made from the options table by `UPDATE_DOCS=1 node --test test/cli/commands.test.ts`.\nHow the values are found: [configuration](configuration.md).',
    'A key in a configuration file is the name in the first column. **State** marks what shapes an app’s state: another value needs another app.',
    ...areas.map(area => areaSection(area, commands))
  ]
    .join('\n\n')
    .concat('\n')
}

function areaSection(area: string, commands: readonly NamedCommand[]): string {
  const names = optionNames.filter(name => optionRow(name).area === area)
  const head = '| name | flag | value | default | environment | meaning | commands |'
  const rows = names.map(name => optionLine(name, optionRow(name), commands))
  return [`## ${area}`, '', head, '|---|---|---|---|---|---|---|', ...rows].join('\n')
}

function optionLine(name: OptionName, row: OptionRow, commands: readonly NamedCommand[]): string {
  const users = commands.filter(({ command }) => optionsOf(command).includes(name))
  const taken =
    users.length === commands.length
      ? 'all'
      : users.map(({ path }) => path.replace('headcount ', '')).join(', ')
  const flag = `${row.short ? `\`-${row.short}\` ` : ''}\`${flagOf(name)}\``
  return `| ${[
    `\`${name}\``,
    flag,
    `${writtenAs(row)}, as \`${row.example}\``,
    row.default === undefined ? '' : `\`${row.default}\``,
    `\`${environmentNameOf(name)}\``,
    `${row.description}${row.shapesState ? '. **State**' : ''}`.replace(/[|<]/g, '\\$&'),
    taken
  ].join(' | ')} |`
}

function writtenAs(row: OptionRow): string {
  switch (row.kind) {
    case 'choice':
      return row.choices.map(choice => `\`${choice}\``).join(' ')
    case 'integer':
    case 'count':
    case 'number':
      return row.max >= 1e9
        ? `${row.kind} from ${row.min}`
        : `${row.kind} from ${row.min} to ${row.max}`
    default:
      return row.kind
  }
}
