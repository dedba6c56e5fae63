import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { crc32c } from '@node-rs/crc32'
import * as K from '@platformatic/kafka'
import fc from 'fast-check'
import {
  BatchEncoder,
  type RecordHeader,
  sequenceAfter,
  stampBatch
} from '../../src/kafka/batch/batch-encoder.ts'
import { finished, noIdentity } from './finished-batch.ts'

interface Sample {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly timeMs: number
  readonly headers: readonly RecordHeader[]
}

const plain = { ...noIdentity, codec: 'none', transactional: false } as const
const block = fc.uint8Array({ maxLength: 300 })
const optional = fc.option(block)
const sample: fc.Arbitrary<Sample> = fc.record({
  key: optional,
  value: optional,
  timeMs: fc.integer({ min: 0, max: 2 ** 51 }),
  headers: fc.array(fc.record({ key: block, value: optional }), { maxLength: 3 })
})

function encode(samples: readonly Sample[]): BatchEncoder {
  const encoder = new BatchEncoder({ capacity: 64 })
  for (const { key, value, timeMs, headers } of samples) {
    encoder.append(key, value, timeMs, headers)
  }
  return encoder
}

/** The library's reader, written by others, is the oracle. */
function read(bytes: Buffer): K.RecordsBatch {
  const [batch] = K.readRecordsBatches(K.Reader.from(Buffer.from(bytes)))
  assert.ok(batch !== undefined)
  return batch
}

function assertSame(batch: K.RecordsBatch, samples: readonly Sample[]): void {
  assert.equal(batch.records.length, samples.length)
  for (const [i, { key, value, timeMs, headers }] of samples.entries()) {
    const found = batch.records[i]!
    assert.equal(Number(found.offsetDelta), i)
    assert.equal(Number(batch.firstTimestamp) + Number(found.timestampDelta), timeMs)
    assert.deepEqual(found.key && [...found.key], key && [...key])
    assert.deepEqual(found.value && [...found.value], value && [...value])
    assert.equal(found.headers.length, headers.length)
    for (const [j, header] of headers.entries()) {
      const [headerKey, headerValue] = found.headers[j]! as unknown as [Buffer, Buffer | null]
      assert.deepEqual([...headerKey], [...header.key])
      assert.deepEqual(headerValue && [...headerValue], header.value && [...header.value])
    }
  }
}

describe('the batch encoder', () => {
  it('writes what another reader reads, for any records', () => {
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 20 }), samples => {
        const encoder = encode(samples)
        const { size } = encoder
        const bytes = finished(encoder, plain)
        assert.equal(bytes.length, size, 'the size is known before')
        const batch = read(bytes)
        assertSame(batch, samples)
        assert.equal(Number(batch.maxTimestamp), Math.max(...samples.map(each => each.timeMs)))
        assert.equal(batch.lastOffsetDelta, samples.length - 1)
        assert.equal(bytes.readUInt32BE(17), crc32c(bytes.subarray(21)))
        assert.equal(encoder.count, 0, 'the encoder is empty again')
      })
    )
  })

  it('never adds more than it announces for a record', () => {
    fc.assert(
      fc.property(sample, fc.integer({ min: 0, max: 2 ** 51 }), (each, firstMs) => {
        const encoder = new BatchEncoder()
        encoder.append(null, null, firstMs)
        const before = encoder.size
        encoder.append(each.key, each.value, each.timeMs, each.headers)
        const announced = BatchEncoder.recordSize(each.key, each.value, each.headers)
        assert.ok(encoder.size - before <= announced)
      })
    )
  })

  for (const codec of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
    it(`compresses with ${codec}, and the header says so`, () => {
      const value = Buffer.from('a frame like the one before it, '.repeat(40))
      const samples = [1, 2, 3].map(timeMs => ({ key: null, value, timeMs, headers: [] }))
      const bytes = finished(encode(samples), { ...plain, codec })
      assert.ok(bytes.length < value.length)
      assert.equal(bytes.readInt16BE(21) & 7, K.compressionsAlgorithms[codec].bitmask)
      assertSame(read(bytes), samples)
    })
  }

  it('leaves records that do not compress as they are', () => {
    const samples = [{ key: null, value: Buffer.from('x'), timeMs: 5, headers: [] }]
    const bytes = finished(encode(samples), { ...plain, codec: 'gzip' })
    assert.equal(bytes.readInt16BE(21), 0)
    assertSame(read(bytes), samples)
  })

  it('carries identity and the transactional bit', () => {
    const bytes = finished(encode([{ key: null, value: null, timeMs: 0, headers: [] }]), {
      codec: 'none',
      producerId: 2n ** 40n,
      epoch: 32_767,
      sequence: 2 ** 31 - 1,
      transactional: true
    })
    const batch = read(bytes)
    assert.equal(batch.producerId, 2n ** 40n)
    assert.equal(batch.producerEpoch, 32_767)
    assert.equal(batch.firstSequence, 2 ** 31 - 1)
    assert.equal(batch.attributes, 0x10)
  })

  it('can be stamped with another identity, with a checksum that is right again', () => {
    const samples = [{ key: null, value: Buffer.from('v'), timeMs: 1, headers: [] }]
    const bytes = finished(encode(samples), plain)
    stampBatch(bytes, { producerId: 7n, epoch: 1, sequence: 42 })
    const batch = read(bytes)
    assert.deepEqual([batch.producerId, batch.producerEpoch, batch.firstSequence], [7n, 1, 42])
    assert.equal(bytes.readUInt32BE(17), crc32c(bytes.subarray(21)))
    assertSame(batch, samples)
  })

  it('hands over bytes that the next batch does not touch', () => {
    for (const codec of ['none', 'lz4'] as const) {
      const encoder = new BatchEncoder()
      encoder.append(null, Buffer.from('first'), 1)
      const first = finished(encoder, { ...plain, codec })
      const kept = Buffer.from(first)
      encoder.append(null, Buffer.from('other'), 2)
      finished(encoder, { ...plain, codec })
      assert.deepEqual(first, kept)
    }
  })

  it('refuses times that are no time', () => {
    const encoder = new BatchEncoder()
    for (const timeMs of [-1, 2 ** 51 + 1, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => encoder.append(null, null, timeMs), /broken invariant/)
    }
  })
})

describe('sequences', () => {
  it('go on behind a batch and wrap at 2^31', () => {
    assert.equal(sequenceAfter(0, 10), 10)
    assert.equal(sequenceAfter(2 ** 31 - 1, 1), 0)
    assert.equal(sequenceAfter(2 ** 31 - 5, 10), 5)
  })
})
