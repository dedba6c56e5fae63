import { failure } from '../../core/errors.ts'
import { nearest } from '../../core/nearest.ts'
import {
  environmentNameOf,
  flagOf,
  isOptionName,
  type OptionName,
  optionNames,
  optionRow
} from './option-table.ts'
import type { OriginKind } from './resolved-options.ts'

/** What one place says, as written and not yet checked. */
export interface OptionLayer {
  readonly kind: Exclude<OriginKind, 'default' | 'property'>
  readonly values: ReadonlyMap<OptionName, readonly string[]>
  /** Where exactly, for people. */
  label(name: OptionName): string
}

export function flagLayer(values: ReadonlyMap<OptionName, readonly string[]>): OptionLayer {
  return { kind: 'flag', values, label: flagOf }
}

const nameByVariable = new Map(optionNames.map(name => [environmentNameOf(name), name]))

/** The `HEADCOUNT_…` variables. An empty one is as good as none. */
export function environmentLayer(
  kind: 'environment' | 'dotenv',
  variables: Readonly<Record<string, string | undefined>>
): OptionLayer {
  const values = new Map<OptionName, readonly string[]>()
  for (const [variable, text] of Object.entries(variables)) {
    const name = nameByVariable.get(variable)
    // Pairs may hold commas and semicolons, so here they are one a line.
    if (name && text) values.set(name, isPairs(name) ? linesOf(text) : [text])
  }
  const suffix = kind === 'dotenv' ? ' in .env' : ''
  return { kind, values, label: name => environmentNameOf(name) + suffix }
}

/** Variables that look like a slip: `HEADCOUNT_BROKER`. Others may belong to something else. */
export function misspeltVariables(
  variables: Readonly<Record<string, string | undefined>>
): readonly (readonly [variable: string, meant: string])[] {
  const prefix = 'HEADCOUNT_'
  const slips: [string, string][] = []
  for (const variable of Object.keys(variables)) {
    if (!variable.startsWith(prefix) || nameByVariable.has(variable)) continue
    const suffixes = [...nameByVariable.keys()].map(name => name.slice(prefix.length))
    const near = nearest(variable.slice(prefix.length), suffixes)
    if (near) slips.push([variable, prefix + near])
  }
  return slips
}

/** A configuration file: one JSON object, option names as keys. */
export function fileLayer(kind: 'project' | 'user', path: string, json: string): OptionLayer {
  const values = new Map<OptionName, readonly string[]>()
  for (const [name, value] of Object.entries(parseObject(path, json))) {
    if (!isOptionName(name)) {
      const near = nearest(name, optionNames)
      const problem = `unknown option "${name}"${near ? `, did you mean "${near}"?` : ''}`
      throw failure('config-file', { path, problem })
    }
    values.set(name, textsOf(path, name, value))
  }
  return { kind, values, label: () => path }
}

function parseObject(path: string, json: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (error) {
    // The parser's own words quote the file, and the file may hold a password.
    const where = /\(line \d+ column \d+\)/.exec(String(error))?.[0]
    throw failure('config-file', { path, problem: `it is not JSON${where ? ` ${where}` : ''}` })
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw failure('config-file', { path, problem: 'it is not one JSON object' })
}

/** Text, number, boolean, a list of them, or for pairs an object. */
function textsOf(path: string, name: OptionName, value: unknown): readonly string[] {
  if (isScalar(value)) return [String(value)]
  if (Array.isArray(value) && value.length > 0 && value.every(isScalar)) return value.map(String)
  if (isPairs(name) && typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const entries = Object.entries(value)
    if (entries.every(([, part]) => isScalar(part))) {
      return entries.map(([part, text]) => `${part}=${String(text)}`)
    }
  }
  throw failure('config-file', {
    path,
    problem: `"${name}" must be a text, a number, true, false, or a list of them`
  })
}

function isPairs(name: OptionName): boolean {
  return optionRow(name).kind === 'pairs'
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
}
