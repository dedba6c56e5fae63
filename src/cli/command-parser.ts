import { CommanderError, Option, Command as Parser } from 'commander'
import { failure } from '../core/errors.ts'
import { nearest } from '../core/nearest.ts'
import type { OptionKind, OptionRow } from '../runtime/options/option-row.ts'
import { flagOf, type OptionName, optionNames, optionRow } from '../runtime/options/option-table.ts'
import { expectedBy } from '../runtime/options/value-rules.ts'
import type { Command } from './command.ts'

/** Taken by every command, without being listed by it. */
export const generalOptions = ['config', 'debug'] as const satisfies readonly OptionName[]

export interface ParsedLine {
  readonly flags: ReadonlyMap<OptionName, readonly string[]>
  readonly args: readonly string[]
  readonly rest: readonly string[]
  readonly help: boolean
}

export function optionsOf(command: Command): readonly OptionName[] {
  return [...new Set([...command.options, ...generalOptions])]
}

/** Splits what follows the command's own words. Values are kept as written. */
export function parseCommandLine(
  path: string,
  command: Command,
  argv: readonly string[]
): ParsedLine {
  const end = argv.indexOf('--')
  const before = (end < 0 ? argv : argv.slice(0, end)).map(word => switchOf(command, word))
  const after = end < 0 ? [] : argv.slice(end + 1)
  const flags = new Map<OptionName, string[]>()
  let help = false
  const parser = parserOf(path, command, (name, text) => {
    const texts = flags.get(name)
    if (texts) texts.push(text)
    else flags.set(name, [text])
  })
  parser.on('option:help', () => {
    help = true
  })
  const { operands, unknown } = split(parser, command, before)
  if (!help && unknown.length > 0) throw unknownOption(path, command, unknown[0]!)
  const rest = command.rest === undefined ? [] : after
  const args = command.rest === undefined ? [...operands, ...after] : operands
  if (!help) checkArguments(path, command, args)
  return { flags, args, rest, help }
}

/** `--check-crcs=false` as it is written without a value: `--no-check-crcs`; other words as they are. */
function switchOf(command: Command, word: string): string {
  const [, flag, value] = /^(--[\w-]+)=(true|false)$/.exec(word) ?? []
  const isSwitch = (name: OptionName) => flagOf(name) === flag && optionRow(name).kind === 'boolean'
  if (flag === undefined || !optionsOf(command).some(isSwitch)) return word
  return value === 'true' ? flag : flag.replace('--', '--no-')
}

/** The commander parser of a command: splits arguments and lays out the help, nothing else. */
export function parserOf(
  path: string,
  command: Command,
  take: (name: OptionName, text: string) => void = () => {}
): Parser {
  const parser = new Parser(path).exitOverride().helpOption(false).description(command.summary)
  parser.configureOutput({ writeErr: () => {} })
  for (const { name, description, required, variadic } of command.arguments ?? []) {
    const word = variadic ? `${name}...` : name
    parser.argument(required ? `<${word}>` : `[${word}]`, description)
  }
  for (const name of optionsOf(command)) addOption(parser, command, name, take)
  return parser.addOption(new Option('-h, --help', 'show this help').helpGroup('General:'))
}

function addOption(
  parser: Parser,
  command: Command,
  name: OptionName,
  take: (name: OptionName, text: string) => void
): void {
  const row = optionRow(name)
  const flag = flagOf(name)
  const short = row.short ? `-${row.short}, ` : ''
  const group = `${row.area}:`
  if (row.kind !== 'boolean') {
    const option = new Option(`${short}${flag} <${placeholderOf(row)}>`, describe(row))
    parser.addOption(option.helpGroup(group)).on(`option:${option.name()}`, (text: string) => {
      refuseSwallowedFlag(command, name, text)
      take(name, text)
    })
    return
  }
  const on = new Option(`${short}${flag}`, describe(row)).helpGroup(group)
  const off = new Option(flag.replace('--', '--no-'), describe(row)).helpGroup(group)
  // The one that changes the default is the one worth reading about.
  const quiet = row.default === 'true' ? on : off
  quiet.hideHelp()
  parser.addOption(on).on(`option:${on.name()}`, () => take(name, 'true'))
  parser.addOption(off).on(`option:${off.name()}`, () => take(name, 'false'))
}

function describe(row: OptionRow): string {
  const choices = row.kind === 'choice' ? ` (${row.choices.join(', ')})` : ''
  const shown = row.kind !== 'boolean' && row.default !== undefined
  return `${row.description}${choices}${shown ? ` (default: ${row.default})` : ''}`
}

const placeholders: Partial<Record<OptionKind, string>> = {
  boolean: '',
  path: 'file',
  pem: 'file',
  integer: 'number',
  count: 'number',
  bytes: 'size',
  addresses: 'host:port,…',
  list: 'a,b,…',
  pairs: 'name=value',
  choice: 'word'
}

function placeholderOf(row: OptionRow): string {
  return placeholders[row.kind] ?? row.kind
}

/** `--topic --key uid`: the value was forgotten, and the next flag must not stand in for it. */
function refuseSwallowedFlag(command: Command, name: OptionName, text: string): void {
  const known = optionsOf(command).some(option => flagOf(option) === text.split('=')[0])
  if (known) throw bare(name)
}

function bare(name: OptionName): Error {
  const row = optionRow(name)
  const details = { option: flagOf(name), expected: expectedBy(row), example: row.example }
  return failure('option-bare', details)
}

function split(parser: Parser, command: Command, argv: readonly string[]) {
  try {
    return parser.parseOptions([...argv])
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    const flag = /--[\w-]+/.exec(error.message)?.[0]
    const name = optionsOf(command).find(option => flagOf(option) === flag)
    throw name ? bare(name) : error
  }
}

function unknownOption(path: string, command: Command, word: string): Error {
  const option = word.split('=')[0]!
  const known = optionsOf(command)
  const flags = known.flatMap(name => {
    const flag = flagOf(name)
    return optionRow(name).kind === 'boolean' ? [flag, flag.replace('--', '--no-')] : [flag]
  })
  const elsewhere = optionNames.some(name => flagOf(name) === option)
  const near = option.startsWith('--') ? nearest(option, [...flags, '--help']) : undefined
  const page = `see: ${path} --help`
  const hint = near ? `did you mean ${near}?` : page
  const suggestion = elsewhere ? `it belongs to another command; ${page}` : hint
  return failure('option-unknown', { option, suggestion })
}

function checkArguments(path: string, command: Command, args: readonly string[]): void {
  const known = command.arguments ?? []
  const missing = known.find((argument, i) => argument.required && args.length <= i)
  if (missing) {
    throw failure('argument-missing', {
      command: path,
      argument: `<${missing.name}>: ${missing.description}`,
      example: command.examples[0] ?? `${path} --help`
    })
  }
  if (known.at(-1)?.variadic || args.length <= known.length) return
  throw failure('argument-extra', { command: path, argument: `"${args[known.length]!}"` })
}
