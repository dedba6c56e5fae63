import fc from 'fast-check'
import type { Verdict } from '../../src/extract/columns.ts'

/** A member of a frame with what it is worth as key or time, known from how it was made. */
export interface Member {
  readonly name: string
  /** The name as JSON text. */
  readonly nameText: string
  /** The value as JSON text. */
  readonly text: string
  readonly hashed?: string
  readonly time?: number
  readonly verdict?: Verdict
}

const tricky = fc.constantFrom(
  '\\',
  '"',
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '"uid":"n"',
  '\\"ts":1',
  'é',
  '😀'
)
const word = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(tricky).map(parts => parts.join(''))
)

/** JSON text of a string, each character escaped or not as the bits say. */
export const spelled = (text: string, bits: number) =>
  `"${Array.from(text)
    .map((character, i) => {
      const plain = JSON.stringify(character).slice(1, -1)
      if (((bits >> (i % 31)) & 1) === 0) return plain
      const codes = Array.from({ length: character.length }, (_, j) => character.charCodeAt(j))
      return codes.map(code => `\\u${code.toString(16).padStart(4, '0')}`).join('')
    })
    .join('')}"`

const key = fc
  .tuple(fc.oneof(word, fc.constant('')), fc.nat())
  .map(([text, bits]) => ({ text: spelled(text, bits), ...worth(text) }))
const worth = (text: string) => (text === '' ? { verdict: 'no-key' as const } : { hashed: text })
const keyValue = fc.oneof(
  key,
  fc
    .oneof(fc.integer().map(String), fc.constantFrom('true', 'false', '-0', '1.50E+2'))
    .map(text => ({ text, hashed: text })),
  fc
    .jsonValue()
    .filter(value => typeof value === 'object' && value !== null)
    .map(value => ({ text: JSON.stringify(value), verdict: 'bad-key' as const })),
  fc.constant({ text: 'null', verdict: 'no-key' as const })
)
const timeValue = fc.oneof(
  fc.integer({ min: 1, max: 9_999_999_999 }).map(s => ({ text: String(s), time: s * 1_000 })),
  fc.integer({ min: 1e10, max: 9_999_999_999_999 }).map(ms => ({ text: String(ms), time: ms })),
  fc
    .date({ min: new Date(0), max: new Date('2286'), noInvalidDate: true })
    .map(date => ({ text: JSON.stringify(date), time: date.getTime() })),
  fc.constant({ text: 'null', verdict: 'no-time' as const }),
  fc.constant({ text: '"soon"', verdict: 'bad-time' as const })
)
const named = fc.nat().chain(bits =>
  fc.oneof(
    keyValue.map(value => ({ name: 'uid', nameText: spelled('uid', bits), ...value })),
    timeValue.map(value => ({ name: 'ts', nameText: spelled('ts', bits), ...value }))
  )
)
const nested = fc.object({ key: fc.oneof(fc.constantFrom('uid', 'ts'), word), maxDepth: 3 })
const other = fc
  .tuple(word, fc.nat(), fc.oneof(fc.jsonValue(), nested))
  .filter(([name]) => name !== 'uid' && name !== 'ts')
  .map(([name, bits, value]) => ({
    name,
    nameText: spelled(name, bits),
    text: JSON.stringify(value) ?? 'null'
  }))

/** Members of frames that are valid JSON, with duplicates, nested names, escapes. */
export const membersArbitrary: fc.Arbitrary<Member[]> = fc.array(
  fc.oneof({ arbitrary: named, weight: 2 }, { arbitrary: other, weight: 3 }),
  { maxLength: 8 }
)

export function frameOf(members: readonly Member[]): string {
  return `{${members.map(member => `${member.nameText}:${member.text}`).join(' , ')}}`
}

const fragment = fc.constantFrom(
  '{"ts":1468244384,"uid":"a"}',
  '{"uid":"\\u0041"',
  ',"ts":',
  '"uid":',
  '"uid',
  '\\',
  '"',
  '{',
  '}',
  '[',
  '1',
  '\r\n',
  '\n',
  '\n',
  ' ',
  '\ufeff',
  '\0'
)

/** Bytes of all kinds: random ones, and pieces of frames in any order. */
export const rawBytesArbitrary: fc.Arbitrary<Uint8Array> = fc
  .array(
    fc.oneof(
      { arbitrary: fragment.map(text => Buffer.from(text)), weight: 4 },
      { arbitrary: fc.uint8Array({ maxLength: 6 }).map(bytes => Buffer.from(bytes)), weight: 1 }
    ),
    { maxLength: 40 }
  )
  .map(parts => new Uint8Array(Buffer.concat(parts)))
