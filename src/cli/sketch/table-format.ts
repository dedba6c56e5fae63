import type { CommandContext } from '../command.ts'

/** `--format`, with `auto` decided: a table on a terminal, lines of JSON elsewhere. */
export function tableFormat({ options, stdout }: CommandContext): 'table' | 'jsonl' | 'csv' {
  const format = options.get('format')
  return format === 'auto' ? (stdout.isTerminal ? 'table' : 'jsonl') : format
}
