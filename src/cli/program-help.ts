import type { CommandGroup } from './command.ts'
import type { Terminal } from './terminal.ts'

interface Named {
  readonly name: string
  readonly summary: string
}

/** `headcount --help`: made without loading any command. */
export function programHelp(commands: readonly Named[], terminal: Terminal): string {
  const options = [
    { name: '-h, --help', summary: 'show this help; after a command its options and examples' },
    { name: '-V, --version', summary: 'print the version' }
  ]
  return [
    'Usage: headcount <command> [options]',
    'Distinct counts from Kafka streams: unique users per minute, hour and day of event time.',
    section('Commands:', commands, terminal),
    section('Options:', options, terminal),
    `${terminal.style('bold', 'Examples:')}
  headcount count --topic events --key uid --time ts --window 1m,1h,1d
  zcat events.jsonl.gz | headcount count --key uid --time ts --window 1m
  headcount broker up\n`
  ].join('\n\n')
}

export function groupHelp(group: CommandGroup, terminal: Terminal): string {
  const path = `headcount ${group.name}`
  return [
    `Usage: ${path} <command> [options]`,
    group.summary,
    section('Commands:', group.commands, terminal),
    `Options and examples of a command: ${path} <command> --help\n`
  ].join('\n\n')
}

function section(title: string, rows: readonly Named[], terminal: Terminal): string {
  const width = Math.max(...rows.map(row => row.name.length)) + 2
  const lines = rows.map(row => `  ${row.name.padEnd(width)}${row.summary}`)
  return [terminal.style('bold', title), ...lines].join('\n')
}
