import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { type Codec, compress, decompress } from '../../src/kafka/batch/codecs.ts'
import { lz4Extent } from '../../src/kafka/batch/lz4-frame.ts'
import { snappyLength } from '../../src/kafka/batch/snappy-frame.ts'

const MB = 1_048_576
const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const satisfies Codec[]
const text = Buffer.from('{"ts":1468244384,"uid":"dcba57","nested":{"uid":1}}\n'.repeat(20_000))

for (const codec of codecs) {
  test(`${codec}: what was compressed comes back`, () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from('x'), text]) {
      assert.deepEqual(decompress(codec, compress(codec, bytes), 8 * MB), bytes)
    }
  })

  test(`${codec}: more than the bound is refused, not unpacked`, () => {
    const bomb = compress(codec, Buffer.alloc(4 * MB))
    assert.equal(decompress(codec, bomb, MB), undefined)
    assert.equal(decompress(codec, bomb, 4 * MB)?.length, 4 * MB)
  })
}

for (const codec of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
  test(`${codec}: damaged and cut bytes are an error, and the next batch is fine`, () => {
    const packed = compress(codec, text)
    assert.throws(() => decompress(codec, Buffer.from('this is no such stream at all'), MB * 8))
    assert.throws(() => decompress(codec, packed.subarray(0, packed.length >> 1), MB * 8))
    assert.throws(() => decompress(codec, Buffer.alloc(0), MB * 8))
    assert.deepEqual(decompress(codec, packed, MB * 8), text)
  })
}

test('snappy in the dress of the Java client is read', () => {
  const half = text.length >> 1
  const blocks = [text.subarray(0, half), text.subarray(half)].flatMap(part => {
    const packed = compress('snappy', part)
    const size = Buffer.alloc(4)
    size.writeUInt32BE(packed.length)
    return [size, packed]
  })
  const header = Buffer.from('82534e415050590000000001000000 01'.replace(' ', ''), 'hex')
  const framed = Buffer.concat([header, ...blocks])
  assert.equal(snappyLength(framed), text.length)
  assert.deepEqual(decompress('snappy', framed, 8 * MB), text)
  assert.equal(decompress('snappy', framed, text.length - 1), undefined)
})

test('a snappy length that lies is an error', () => {
  const packed = compress('snappy', Buffer.from('hello hello hello hello'))
  packed[0] = 5
  assert.throws(() => decompress('snappy', packed, MB), /not decodable/)
})

test('the outline of an lz4 frame bounds what it unpacks to', () => {
  const packed = compress('lz4', text)
  const extent = lz4Extent(packed)
  assert.equal(extent.end, packed.length)
  assert.ok(extent.bytesMax >= text.length)
  // Bytes behind the first frame are not the batch's.
  const more = Buffer.concat([packed, Buffer.from('rest')])
  assert.deepEqual(decompress('lz4', more, 8 * MB), text)
})

test('gzip of several members is read whole', () => {
  const two = Buffer.concat([gzipSync('one'), gzipSync('two')])
  assert.equal(decompress('gzip', two, MB)?.toString(), 'onetwo')
})
