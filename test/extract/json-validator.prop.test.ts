import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isJsonObject } from '../../src/extract/json-validator.ts'

/** JSON.parse as the oracle. */
function parses(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

function agree(text: string): void {
  const bytes = Buffer.from(`x${text}}`)
  assert.equal(isJsonObject(bytes, 1, bytes.length - 1), parses(text), JSON.stringify(text))
}

const space = fc.constantFrom('', '', ' ', '\n\t', '\r', '\f', '\u00a0')
const piece = fc.constantFrom(
  ...['{', '}', '[', ']', ',', ':', '"a"', '"\\u00e9"', '"\\x"', '"\t"', '"\\"', '"', '\\', '1'],
  ...['-0', '01', '1.', '.5', '-', '1e5', '1E+', '2e-3', 'true', 'false', 'null', 'nul', 'NaN']
)

test('agrees with JSON.parse on valid objects, cut anywhere and with one byte changed', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.nat(),
      fc.nat(127),
      (value, at, byte) => {
        const text = JSON.stringify(value, undefined, at % 3)
        const place = at % text.length
        agree(text)
        agree(text.slice(0, place))
        agree(text.slice(0, place) + String.fromCharCode(byte) + text.slice(place + 1))
      }
    ),
    { numRuns: 500 }
  )
})

test('agrees with JSON.parse on tokens in any order', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(piece, space), { maxLength: 9 }), parts => {
      const text = parts.map(([token, blank]) => token + blank).join('')
      agree(text)
      agree(`{"a":${text}}`)
      agree(`{"a":[${text}],"b":{}}`)
    }),
    { numRuns: 2_000 }
  )
})
