import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  DAMAGED,
  literalEnd,
  numberEnd,
  spaceEnd,
  textEnd,
  valueEnd
} from '../../src/extract/json-walk.ts'
import { rawBytesArbitrary } from './frame-arbitrary.ts'

const steps = { literalEnd, numberEnd, textEnd, valueEnd }

test('a step ends behind its start and within its bounds, or says damaged', () => {
  fc.assert(
    fc.property(rawBytesArbitrary, fc.nat(60), fc.nat(60), (bytes, from, length) => {
      const start = Math.min(from, bytes.length)
      const end = Math.min(start + length, bytes.length)
      for (const [name, step] of Object.entries(steps)) {
        const next = step(bytes, start, end)
        assert.ok(next === DAMAGED || (next > start && next <= end), name)
        // Bytes beyond its bounds make no difference.
        assert.equal(step(bytes.slice(0, end), start, end), next, name)
      }
      const space = spaceEnd(bytes, start, end)
      assert.ok(space >= start && space <= end)
    }),
    { numRuns: 5_000 }
  )
})

test('a quote just behind the bound does not end a string', () => {
  for (let length = 0; length < 20; length++) {
    const bytes = Buffer.from(`"${'x'.repeat(length)}"`)
    assert.equal(valueEnd(bytes, 0, bytes.length - 1), DAMAGED)
    assert.equal(valueEnd(bytes, 0, bytes.length), bytes.length)
  }
})

test('every value passes whole, whatever follows', () => {
  const follows = fc.constantFrom(',', '}', ']', ' ', '\n')
  fc.assert(
    fc.property(fc.jsonValue(), follows, (value, behind) => {
      const text = JSON.stringify(value)
      const bytes = Buffer.from(`:${text}${behind}"x"`)
      assert.equal(valueEnd(bytes, 1, bytes.length), bytes.length - 4)
      if (typeof value === 'string') assert.equal(textEnd(bytes, 1, bytes.length), bytes.length - 4)
      if (typeof value === 'number') {
        assert.equal(numberEnd(bytes, 1, bytes.length), bytes.length - 4)
      }
    }),
    { numRuns: 500 }
  )
})
