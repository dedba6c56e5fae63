import { unreachable } from '../../core/assert.ts'
import { formatCount, parseBytes, parseDuration } from '../../core/units.ts'
import { normalAddress } from './address.ts'
import type { OptionRule, ValueOfKind } from './option-row.ts'
import { formatPosition, type Position, parsePosition } from './position.ts'

type AnyValue = ValueOfKind[keyof ValueOfKind]

/** The value that the written texts stand for, or undefined when the rule does not accept them. */
export function parseValue(rule: OptionRule, texts: readonly string[]): AnyValue | undefined {
  switch (rule.kind) {
    case 'list':
      return parts(texts).length > 0 ? parts(texts) : undefined
    case 'addresses':
      return all(parts(texts), normalAddress)
    case 'pairs':
      return all(texts, pair)
    default: {
      // Of a flag given twice the last one counts, so that a shell alias can be overruled.
      const text = texts.at(-1)
      return text === undefined ? undefined : parseOne(rule, text)
    }
  }
}

function parseOne(rule: OptionRule, text: string): AnyValue | undefined {
  switch (rule.kind) {
    case 'text':
    case 'secret':
    case 'path':
    case 'pem':
      return text === '' ? undefined : text
    case 'boolean':
      return boolean(text)
    case 'duration':
      return parseDuration(text)
    case 'bytes':
      return parseBytes(text)
    case 'position':
      return parsePosition(text)
    case 'integer':
      return within(rule, /^-?\d{1,16}$/.test(text.trim()) ? Number(text) : undefined)
    case 'number':
      return within(rule, numberPattern.test(text.trim()) ? Number(text) : undefined)
    case 'count':
      return within(rule, count(text))
    case 'choice':
      return rule.choices.find(choice => choice.toLowerCase() === text.trim().toLowerCase())
    case 'list':
    case 'addresses':
    case 'pairs':
      return undefined
    default:
      return unreachable(rule)
  }
}

/** What the rule accepts, as the end of the sentence "… is not …". */
export function expectedBy(rule: OptionRule): string {
  switch (rule.kind) {
    case 'choice':
      return `one of ${rule.choices.join(', ')}`
    case 'integer':
      return `a whole number${range(rule, String)}`
    case 'number':
      return `a number${range(rule, String)}`
    case 'count':
      return `a whole number${range(rule, formatCount)}`
    default:
      return expectations[rule.kind]
  }
}

const expectations = {
  text: 'a text',
  secret: 'a text',
  path: 'a path',
  pem: 'a PEM file',
  boolean: 'true or false',
  duration: 'a duration (a number with ms, s, m, h or d)',
  bytes: 'a size (a number with B, kB, KiB, MB, MiB …)',
  list: 'a list separated by commas',
  addresses: 'a list of addresses (host:port, separated by commas)',
  pairs: 'name=value',
  position: 'a position (earliest, latest, an offset, @time or @-15m)'
} as const

/** A parsed value as a person would write it. Secrets are the caller's to mask. */
export function showValue(rule: OptionRule, value: unknown): string {
  if (rule.kind === 'duration' && typeof value === 'number') return exactDuration(value)
  if (rule.kind === 'bytes') return `${String(value)}B`
  if (rule.kind === 'position') return formatPosition(value as Position)
  if (rule.kind === 'pairs' && Array.isArray(value)) {
    return (value as readonly (readonly [string, string])[])
      .map(entry => entry.join('='))
      .join(', ')
  }
  if (Array.isArray(value)) return value.join(',')
  return String(value)
}

/** 90000 → `90s`: the largest unit that leaves nothing over, so that it reads back as it was. */
function exactDuration(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000]
  ] as const
  const unit = ms > 0 ? units.find(([, length]) => ms % length === 0) : undefined
  return unit ? `${ms / unit[1]}${unit[0]}` : `${ms}ms`
}

const numberPattern = /^-?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i
const multiples: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9 }

function count(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([kmg]?)$/i.exec(text.trim())
  if (!match) return undefined
  const value = Number(match[1]) * multiples[match[2]!.toLowerCase()]!
  return Number.isSafeInteger(value) ? value : undefined
}

function within(
  rule: { readonly min: number; readonly max: number },
  value: number | undefined
): number | undefined {
  return value !== undefined && value >= rule.min && value <= rule.max ? value : undefined
}

function range(
  rule: { readonly min: number; readonly max: number },
  show: (value: number) => string
): string {
  return rule.max >= 1e9
    ? ` from ${show(rule.min)}`
    : ` from ${show(rule.min)} to ${show(rule.max)}`
}

function boolean(text: string): boolean | undefined {
  switch (text.trim().toLowerCase()) {
    case 'true':
    case 'yes':
    case 'on':
    case '1':
      return true
    case 'false':
    case 'no':
    case 'off':
    case '0':
      return false
    default:
      return undefined
  }
}

function parts(texts: readonly string[]): readonly string[] {
  return texts
    .flatMap(text => text.split(','))
    .map(part => part.trim())
    .filter(part => part !== '')
}

function pair(text: string): readonly [string, string] | undefined {
  const at = text.indexOf('=')
  return at < 1 ? undefined : [text.slice(0, at).trim(), text.slice(at + 1).trim()]
}

function all<T>(texts: readonly string[], parse: (text: string) => T | undefined): T[] | undefined {
  const values = texts.map(parse)
  return values.length > 0 && values.every(value => value !== undefined) ? values : undefined
}
