import fc from 'fast-check'
import { murmur2 } from '../../src/core/murmur2.ts'
import type { ExtractOptions } from '../../src/extract/extractor.ts'
import { parseFieldPath } from '../../src/extract/field-path.ts'
import { parseTime } from '../../src/extract/text-time.ts'
import { spelled } from './frame-arbitrary.ts'

/** A frame as it was made: what an extractor should find in it needs no reading. */
export type Value =
  | { readonly kind: 'text'; readonly text: string; readonly bits: number }
  | { readonly kind: 'word'; readonly word: string }
  | { readonly kind: 'array'; readonly json: string }
  | { readonly kind: 'object'; readonly members: readonly ModelMember[] }

export interface ModelMember {
  readonly name: string
  readonly bits: number
  readonly value: Value
}

const texts = fc.oneof(
  fc.constantFrom('CH', 'DE', '', 'null', '1', '1.0', 'true', '{}', 'é', 'Zürich', '😀', '\ud83d'),
  fc.constantFrom('a"b', 'a\\b', '\u0000', '\u001f\n\t', '","', '2016-07-11', '1468244384'),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.integer({ min: 60, max: 300 }).map(length => 'é'.repeat(length))
)
const words = fc.constantFrom('null', 'true', 'false', '0', '1', '1.0', '-2e3', '1468244384')
const arbitraries = fc.letrec<{ value: Value; members: ModelMember[] }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.tuple(texts, fc.nat()).map(([text, bits]) => ({ kind: 'text' as const, text, bits })),
    words.map(word => ({ kind: 'word' as const, word })),
    fc.constantFrom('[]', '["CH",{"id":"x"}]').map(json => ({ kind: 'array' as const, json })),
    tie('members').map(members => ({ kind: 'object' as const, members }))
  ),
  members: fc.array(
    fc.record({
      name: fc.constantFrom('uid', 'ts', 'country', 'user', 'id', 'user.id', '@key', 'né', 'x"'),
      bits: fc.nat(),
      value: tie('value')
    }),
    { maxLength: 9 }
  )
}))

/** Members of a frame: few names, so that they meet what is wanted, and each other. */
export const modelArbitrary: fc.Arbitrary<ModelMember[]> = arbitraries.members

const field = fc.constantFrom(
  ...['uid', 'ts', 'country', 'user', 'user.id', 'user.uid', 'user\\.id', '\\@key', 'né', 'x"']
)

export const optionsArbitrary: fc.Arbitrary<ExtractOptions> = fc.record({
  key: fc.oneof(fc.constantFrom('uid', 'user.id'), fc.array(field, { minLength: 1, maxLength: 4 })),
  time: fc.constantFrom('ts', 'ts', 'user.ts', 'uid'),
  by: fc.array(field, { maxLength: 4 }),
  where: fc.array(
    fc.record({ field, value: fc.constantFrom('CH', 'null', '1', 'true', '', 'é', 'DE') }),
    { maxLength: 2 }
  ),
  groupPartitions: fc.constantFrom(1, 16)
})

export function textOf(members: readonly ModelMember[]): string {
  const inside = members.map(({ name, bits, value }) => `${spelled(name, bits)} :${json(value)}`)
  return `{${inside.join(' , ')}}`
}

function json(value: Value): string {
  if (value.kind === 'text') return spelled(value.text, value.bits)
  if (value.kind === 'word') return value.word
  return value.kind === 'array' ? value.json : textOf(value.members)
}

/** What the frame is worth: by the rules of `Extractor`, in the plainest words. */
export function worthOf(
  members: readonly ModelMember[],
  options: ExtractOptions
): { verdict: string; key?: string; time?: number; group: string; home: number } {
  const find = (path: string) => valueAt(members, path)
  const group = groupWorth((options.by ?? []).map(find), options.groupPartitions ?? 1)
  const key = keyWorth([options.key].flat().map(find))
  const time = timeWorth(find(options.time))
  const found = {
    ...('text' in key ? { key: key.text } : {}),
    ...('ms' in time ? { time: time.ms } : {}),
    ...group
  }
  const isWanted = (options.where ?? []).every(({ field: path, value }) => {
    const is = find(path)
    return is === undefined ? value === 'null' : plainText(is) === value
  })
  if (!isWanted) return { verdict: 'filtered', ...found }
  return { verdict: key.verdict ?? time.verdict ?? 'counted', ...found }
}

function valueAt(members: readonly ModelMember[], path: string): Value | undefined {
  const { name, below } = parseFieldPath(path)
  const value = members.find(member => member.name === name)?.value
  if (below === undefined) return value
  return value?.kind === 'object' ? valueAt(value.members, quoted(below)) : undefined
}

const quoted = (name: string) => name.replace(/[.@,=\\]/g, '\\$&')

/** The text of a value that has one; of half a surrogate pair U+FFFD. */
function plainText(value: Value): string | undefined {
  if (value.kind === 'text') return value.text.toWellFormed()
  return value.kind === 'word' ? value.word : undefined
}

function keyWorth(parts: readonly (Value | undefined)[]): { text?: string; verdict?: string } {
  const found: string[] = []
  for (const part of parts) {
    const isNothing = part === undefined || (part.kind === 'word' && part.word === 'null')
    const is = isNothing ? '' : plainText(part)
    if (is === undefined) return { verdict: 'bad-key' }
    if (is === '') return { verdict: 'no-key' }
    found.push(is)
  }
  return { text: found.length === 1 ? found[0]! : JSON.stringify(found) }
}

function timeWorth(value: Value | undefined): { ms?: number; verdict?: string } {
  const is = value === undefined ? 'null' : plainText(value)
  if (is === 'null' && value?.kind !== 'text') return { verdict: 'no-time' }
  const ms = is === undefined ? undefined : parseTime(is)
  return ms === undefined ? { verdict: 'bad-time' } : { ms }
}

function groupWorth(
  values: readonly (Value | undefined)[],
  partitions: number
): { group: string; home: number } {
  const parts = values.map(value => {
    if (value?.kind === 'array') return '[]'
    if (value?.kind === 'object') return '{}'
    return value?.kind === 'text'
      ? JSON.stringify(value.text.toWellFormed())
      : (value?.word ?? 'null')
  })
  const bytes = Buffer.from(parts.length === 0 ? 'null' : `[${parts.join(',')}]`)
  const home = homeOf(bytes.subarray(0, 256), partitions)
  const isNested = values.some(value => value?.kind === 'array' || value?.kind === 'object')
  const isOwn = !isNested && bytes.length <= 256
  return { group: isOwn ? bytes.toString() : `{"other":${home}}`, home }
}

export function homeOf(bytes: Uint8Array, partitions: number): number {
  return (murmur2(bytes) & 0x7fff_ffff) % partitions
}
