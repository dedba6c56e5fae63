import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '../../src/core/random.ts'
import { decompress } from '../../src/kafka/batch/codecs.ts'
import { type LogBatch, logBatches } from '../../src/kafka/batch/log-batches.ts'
import { RecordWalker } from '../../src/kafka/batch/record-walker.ts'

const HEADER_BYTES = 61
const LZ4 = 3
const TRANSACTIONAL = 0x10

/** Values of the records, in order. */
function valuesOf(batches: readonly LogBatch[]): string[] {
  return batches.flatMap(({ bytes, count }) => {
    const attributes = bytes.readInt16BE(21)
    assert.equal(attributes & TRANSACTIONAL, TRANSACTIONAL)
    const packed = bytes.subarray(HEADER_BYTES)
    const records = (attributes & 7) === LZ4 ? decompress('lz4', packed, 2 ** 26)! : packed
    const walker = new RecordWalker({ bytes: records, start: 0, end: records.length })
    return Array.from({ length: count }, () => walker.next().value!.toString('latin1'))
  })
}

/** Bytes that compress, or that don't. */
function value(size: number, compresses: boolean, seed: number): Buffer {
  if (compresses) return Buffer.alloc(size, `part ${seed} of it `)
  const random = new Random(seed)
  const words = Uint32Array.from({ length: Math.ceil(size / 4) }, () => random.uint32())
  return Buffer.from(words.buffer, 0, size)
}

test('records of a log come back in order, whether they compress, and from as many batches as they need', () => {
  const values = [0, 1, 2_000, 300_000, 700_000, 12, 1_500_000, 999_900, 5].flatMap((size, i) => [
    value(size, true, i),
    value(size, false, i)
  ])
  const batches = logBatches(
    values.map(each => ({ key: Buffer.from('k'), value: each })),
    1_000
  )
  assert.ok(batches.length > 4)
  assert.deepEqual(
    valuesOf(batches),
    values.map(each => each.toString('latin1'))
  )
  assert.deepEqual(logBatches([], 1_000), [])
})

test('batches keep their bytes while others are made', () => {
  for (const compresses of [true, false]) {
    const record = { key: null, value: value(50_000, compresses, 1) }
    const first = logBatches([record], 1_000)
    const before = first.map(({ bytes }) => Buffer.from(bytes))
    logBatches([{ key: null, value: value(60_000, compresses, 2) }], 2_000)
    assert.deepEqual(
      first.map(({ bytes }) => bytes),
      before
    )
  }
})
