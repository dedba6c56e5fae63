import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { writeJsonText } from '../../src/extract/json-text.ts'
import { repairUtf8 } from '../../src/extract/utf8-repair.ts'

const piece = fc.oneof(
  fc.uint8Array({ maxLength: 4 }),
  fc.string({ unit: 'binary' }).map(text => Buffer.from(text)),
  fc
    .constantFrom('e282', 'f09f98', 'eda080', 'f4908080', 'c0af', 'e08080')
    .map(hex => Buffer.from(hex, 'hex'))
)

test('a string is spelled as JSON.stringify does', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(5), (text, from) => {
      const bytes = Buffer.from(text)
      const out = new Uint8Array(from + 2 + bytes.length * 6)
      const end = writeJsonText(bytes, 0, bytes.length, out, from)
      assert.equal(Buffer.from(out.subarray(from, end)).toString(), JSON.stringify(text))
      // Without room for all of it: what fits, and a position that says so.
      const short = new Uint8Array(end - 1)
      assert.ok(writeJsonText(bytes, 0, bytes.length, short, from) > short.length)
      assert.deepEqual(short, out.subarray(0, end - 1))
    })
  )
})

test('what is no UTF-8 becomes what every decoder makes of it', () => {
  fc.assert(
    fc.property(fc.array(piece), parts => {
      const bytes = Buffer.concat(parts)
      const out = new Uint8Array(bytes.length * 3)
      const expected = Buffer.from(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes))
      const length = repairUtf8(bytes, 0, bytes.length, out)
      assert.deepEqual(Buffer.from(out.subarray(0, length)), expected)
      const short = new Uint8Array(Math.max(expected.length - 1, 0))
      assert.equal(repairUtf8(bytes, 0, bytes.length, short), short.length)
      assert.deepEqual(Buffer.from(short), expected.subarray(0, short.length))
    }),
    { numRuns: 2_000 }
  )
})
