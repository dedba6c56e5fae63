import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LineWalker } from '../../src/produce/line-walker.ts'

/** Walks the bytes in pieces, carrying the unfinished line as a source does. */
function walk(bytes: Uint8Array, piece: number, frameBytesMax: number): string[] {
  const walker = new LineWalker(frameBytesMax)
  const lines: string[] = []
  let start = 0
  for (let end = 0; ; ) {
    end = Math.min(end + piece, bytes.length)
    const last = end === bytes.length
    start += walker.walk(bytes, start, end, last, (from, to, tooLong) => {
      lines.push(`${tooLong ? '!' : ''}${Buffer.from(bytes.subarray(from, to)).toString('latin1')}`)
    })
    if (last) break
  }
  assert.equal(start, bytes.length)
  return lines
}

test('every way of cutting the bytes gives the same lines', () => {
  const byte = fc.constantFrom(0x61, 0x0a, 0x0d, 0x7b)
  fc.assert(
    fc.property(
      fc.array(byte, { maxLength: 80 }),
      fc.integer({ min: 1, max: 30 }),
      (codes, piece) => {
        const bytes = Uint8Array.from(codes)
        const whole = Buffer.from(bytes).toString('latin1').split('\n')
        if (whole.at(-1) === '') whole.pop()
        const expected = whole.map(line => {
          if (line.length > 12) return `!${line.slice(0, 12)}`
          return line.endsWith('\r') ? line.slice(0, -1) : line
        })
        assert.deepEqual(walk(bytes, piece, 12), expected)
      }
    ),
    { numRuns: 500 }
  )
})
