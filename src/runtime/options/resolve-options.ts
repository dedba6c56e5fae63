import { assert } from '../../core/assert.ts'
import { failure } from '../../core/errors.ts'
import { translateProperties } from './kafka-properties.ts'
import type { OptionLayer } from './option-layer.ts'
import {
  flagOf,
  type OptionName,
  type OptionReading,
  type OptionValue,
  optionRow
} from './option-table.ts'
import type { Origin, OriginKind, ResolvedOptions } from './resolved-options.ts'
import { expectedBy, parseValue } from './value-rules.ts'

interface Written extends Origin {
  readonly texts: readonly string[]
}

interface Resolved {
  readonly value: unknown
  readonly origin: Origin
}

/**
 * The values of the named options. The first layer that has a value wins, and inside a layer our own
 * name wins over a foreign one: flag > `-X` > environment > `.env` > project file > user file >
 * default. Every value is checked, also the ones that lose nothing to be wrong.
 */
export function resolveOptions(
  names: readonly OptionName[],
  layers: readonly OptionLayer[]
): ResolvedOptions {
  const wanted = new Set(names)
  const written = new Map<OptionName, Written>()
  for (const layer of layers) {
    for (const [name, found] of writtenIn(layer, wanted)) {
      if (!written.has(name)) written.set(name, found)
    }
  }
  const resolved = new Map<OptionName, Resolved>()
  for (const name of wanted) {
    const found = written.get(name) ?? defaultOf(name)
    if (found) resolved.set(name, { value: check(name, found), origin: found })
  }
  refuseConflicts(resolved)
  return new OptionValues(wanted, resolved)
}

/** What a layer says about the wanted options, under our names and then under foreign ones. */
function writtenIn(
  layer: OptionLayer,
  wanted: ReadonlySet<OptionName>
): ReadonlyMap<OptionName, Written> {
  const found = new Map<OptionName, Written>()
  for (const [name, texts] of layer.values) {
    if (wanted.has(name)) found.set(name, { texts, kind: layer.kind, label: layer.label(name) })
  }
  const property = wanted.has('property') ? found.get('property') : undefined
  if (!property) return found
  const fromFlag = layer.kind === 'flag'
  const kind: OriginKind = fromFlag ? 'property' : layer.kind
  const translated = translateProperties(check('property', property) as OptionValue<'property'>)
  // Backwards, so that of two values under foreign names the last one counts.
  for (const [name, text, foreign] of [...translated].reverse()) {
    if (found.has(name)) continue
    const label = fromFlag ? `-X ${foreign}` : `${property.label} (${foreign})`
    found.set(name, { texts: [text], kind, label })
  }
  return found
}

function defaultOf(name: OptionName): Written | undefined {
  const text = optionRow(name).default
  return text === undefined ? undefined : { texts: [text], kind: 'default', label: 'default' }
}

function check(name: OptionName, written: Written): unknown {
  const row = optionRow(name)
  const value = parseValue(row, written.texts)
  if (value !== undefined) return value
  const shown = row.kind === 'pairs' ? pairsShown(written.texts) : written.texts.join(',')
  const details = { value: shown || 'nothing', expected: expectedBy(row), example: row.example }
  switch (written.kind) {
    case 'environment':
    case 'dotenv':
      throw failure('environment-value', { variable: written.label, ...details })
    case 'project':
    case 'user':
      throw failure('config-file', {
        path: written.label,
        problem: `"${name}": ${details.value} is not ${details.expected}`
      })
    default:
      throw failure('option-value', { option: written.label, ...details })
  }
}

/** The first text without `=`, cut to what can be a name: the rest may be a password. */
function pairsShown(texts: readonly string[]): string {
  const wrong = texts.find(text => text.indexOf('=') < 1) ?? ''
  const name = /^[a-z]+(?:\.[a-z]+)*/.exec(wrong)?.[0] ?? ''
  return name === wrong ? name : `${name}…`
}

function refuseConflicts(resolved: ReadonlyMap<OptionName, Resolved>): void {
  const flagged = [...resolved].filter(([, { origin }]) => origin.kind === 'flag')
  for (const [name] of flagged) {
    const other = flagged.find(([candidate]) => optionRow(name).conflicts?.includes(candidate))
    if (other) throw failure('option-conflict', { option: flagOf(name), other: flagOf(other[0]) })
  }
}

class OptionValues implements ResolvedOptions {
  private readonly names: ReadonlySet<OptionName>
  private readonly resolved: ReadonlyMap<OptionName, Resolved>

  constructor(names: ReadonlySet<OptionName>, resolved: ReadonlyMap<OptionName, Resolved>) {
    this.names = names
    this.resolved = resolved
  }

  get<N extends OptionName>(name: N): OptionReading<N> {
    assert(this.names.has(name), `the command did not ask for the option ${name}`)
    // The row's rule made the value, and the row's type says what it is.
    return this.resolved.get(name)?.value as OptionReading<N>
  }

  need<N extends OptionName>(name: N, purpose: string): OptionValue<N> {
    const value = this.get(name)
    if (value !== undefined) return value as OptionValue<N>
    throw failure('option-missing', {
      option: flagOf(name),
      purpose,
      example: optionRow(name).example
    })
  }

  origin(name: OptionName): Origin | undefined {
    return this.resolved.get(name)?.origin
  }

  given(name: OptionName): boolean {
    const kind = this.origin(name)?.kind
    return kind !== undefined && kind !== 'default'
  }
}
