import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { isFailure } from '../../src/core/errors.ts'
import { jsonlSource } from '../../src/host/jsonl-source.ts'
import { drain, LineTaker } from './line-taker.ts'

const line = fc.string({
  unit: fc.constantFrom('a', 'ж', '{', '"', '\\', '\r', '語'),
  maxLength: 40
})

test('every read size and every piece size gives the same frames', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 30 }),
      fc.boolean(),
      fc.integer({ min: 1, max: 64 }),
      fc.integer({ min: 1, max: 64 }),
      async (lines, terminated, readBytes, pieceBytes) => {
        const text = lines.join('\n') + (terminated && lines.length > 0 ? '\n' : '')
        const bytes = Buffer.from(text)
        const pieces: Buffer[] = []
        for (let at = 0; at < bytes.length; at += pieceBytes) {
          pieces.push(bytes.subarray(at, at + pieceBytes))
        }
        const taker = new LineTaker()
        await drain(jsonlSource(pieces[Symbol.iterator](), { readBytes }), taker)
        const expected = text.split('\n')
        if (expected.at(-1) === '') expected.pop()
        assert.deepEqual(taker.frames, expected)
        assert.equal(taker.position, expected.length)
      }
    ),
    { numRuns: 150 }
  )
})

const frames = Array.from({ length: 40 }, (_, i) => `{"uid":"${(i * 7919) % 1_000}","ts":${i}}`)
const text = `${frames.join('\n')}\n`

for (const [name, packed] of [
  ['gzip', gzipSync(text)],
  ['gzip members', Buffer.concat([gzipSync(text.slice(0, 700)), gzipSync(text.slice(700))])],
  ['zstd', zstdCompressSync(text)],
  [
    'zstd frames',
    Buffer.concat([zstdCompressSync(text.slice(0, 700)), zstdCompressSync(text.slice(700))])
  ]
] as const) {
  test(`${name} cut at every position gives a prefix, then the error`, async () => {
    let framesMost = 0
    let undamaged = 0
    for (let cut = 5; cut < packed.length; cut++) {
      const taker = new LineTaker()
      try {
        await drain(jsonlSource(Readable.from([packed.subarray(0, cut)])), taker)
        undamaged++
        assert.equal(taker.frames.join('\n'), text.slice(0, 700))
      } catch (error) {
        assert.ok(isFailure(error, 'input-damaged'), String(error))
        assert.match(error.message, new RegExp(`after ${taker.frames.length} frames`))
        assert.deepEqual(taker.frames, frames.slice(0, taker.frames.length))
      }
      framesMost = Math.max(framesMost, taker.frames.length)
    }
    // A cut exactly between two members cannot be told from an end.
    assert.equal(undamaged, / (members|frames)$/.test(name) ? 1 : 0)
    // A deflate stream comes out byte by byte, a zstd block only whole.
    if (name.startsWith('gzip')) assert.ok(framesMost >= frames.length - 1)
  })
}

test('random damage inside gives an error or frames, never a hang', async () => {
  const packed = gzipSync(text)
  for (let at = 0; at < packed.length; at += 3) {
    const damaged = Buffer.from(packed)
    damaged[at]! ^= 0x10
    try {
      await drain(jsonlSource(Readable.from([damaged])), new LineTaker())
    } catch (error) {
      assert.ok(isFailure(error, 'input-damaged'), String(error))
    }
  }
})
