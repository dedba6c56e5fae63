import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFailure } from '../../src/core/errors.ts'
import type { Codec } from '../../src/kafka/batch/codecs.ts'
import { BatchWalker, cutBefore, standingBehind } from '../../src/kafka/batch/record-batch.ts'
import { RecordWalker } from '../../src/kafka/batch/record-walker.ts'
import { craftBatch, sealBatch } from './crafted-batch.ts'

function walkerOf(bytes: Buffer, end = bytes.length): BatchWalker {
  const walker = new BatchWalker({ topic: 'events', partition: 3 })
  walker.begin(bytes, 0, end)
  return walker
}

function valuesOf(walker: BatchWalker): (string | null)[] {
  const records = new RecordWalker(walker.records())
  return Array.from({ length: walker.count }, () => records.next().value?.toString() ?? null)
}

test('a section is walked batch by batch, and the offset behind it comes from the headers', () => {
  const section = Buffer.concat([
    craftBatch({ base: 10, values: ['a', 'b', null] }),
    craftBatch({ base: 13, values: ['c'] })
  ])
  const walker = walkerOf(section)
  assert.ok(walker.next())
  walker.verify()
  assert.deepEqual([walker.baseOffset, walker.nextOffset, walker.count], [10, 13, 3])
  assert.deepEqual(valuesOf(walker), ['a', 'b', null])
  assert.ok(walker.next())
  assert.deepEqual(valuesOf(walker), ['c'])
  assert.equal(walker.next(), false)
  assert.equal(walker.cut, false)
  const from = { offset: 10, leaderEpoch: -1 }
  const behind = standingBehind(section, 0, section.length, from)
  assert.deepEqual(behind, { offset: 14, leaderEpoch: 3 })
})

test('a batch that compaction emptied moves the position behind its old last record', () => {
  const walker = walkerOf(craftBatch({ base: 5, values: [], lastDelta: 94 }))
  assert.ok(walker.next())
  assert.deepEqual([walker.count, walker.nextOffset], [0, 100])
})

test('a batch cut off at the end of a section is left for the next Fetch', () => {
  const whole = craftBatch({ base: 0, values: ['a'] })
  const section = Buffer.concat([whole, craftBatch({ base: 1, values: ['b'] })])
  for (let end = whole.length + 1; end < section.length; end++) {
    const walker = walkerOf(section, end)
    assert.ok(walker.next())
    assert.equal(walker.next(), false)
    assert.equal(walker.cut, true)
    const from = { offset: 0, leaderEpoch: -1 }
    assert.equal(standingBehind(section, 0, end, from).offset, 1)
  }
})

test('flags and times are read from the header', () => {
  const walker = walkerOf(
    craftBatch({ base: 0, values: ['a'], transactional: true, appendTime: true, producerId: 77 })
  )
  assert.ok(walker.next())
  assert.equal(walker.transactional, true)
  assert.equal(walker.control, false)
  assert.equal(walker.logAppendTime, true)
  assert.equal(walker.producerId, 77n)
  assert.equal(walker.baseTime, 1_700_000_000_000)
  assert.equal(walker.maxTime, 1_700_000_001_000)
})

for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const satisfies Codec[]) {
  test(`${codec}: the records come back as they were written`, () => {
    const values = Array.from({ length: 500 }, (_, i) => `{"ts":${i},"uid":"user-${i % 7}"}`)
    const walker = walkerOf(craftBatch({ base: 0, values, codec }))
    assert.ok(walker.next())
    walker.verify()
    assert.deepEqual(valuesOf(walker), values)
  })

  test(`${codec}: a changed byte is found by the checksum, and without it does no harm`, () => {
    const values = ['one', 'two', 'three']
    const clean = craftBatch({ base: 0, values, codec })
    for (let at = 21; at < clean.length; at++) {
      const damaged = Buffer.from(clean)
      damaged[at] = damaged[at]! ^ 0x41
      try {
        const walker = walkerOf(damaged)
        if (!walker.next()) continue
        assert.throws(() => walker.verify(), /checksum is wrong/)
        valuesOf(walker)
      } catch (error) {
        if (!(error instanceof Error) || error.name === 'AssertionError') throw error
      }
    }
  })
}

test('older and unknown message formats are refused by name', () => {
  for (const [magic, words] of [
    [0, /message format 0 is older than Kafka 0\.11/],
    [1, /message format 1 is older/],
    [3, /unknown message format 3/]
  ] as const) {
    const batch = craftBatch({ base: 8, values: ['a'] })
    batch[16] = magic
    assert.throws(
      () => walkerOf(batch).next(),
      error => isFailure(error, 'batch-corrupt') && words.test(error.message)
    )
  }
})

test('a corrupt batch is named with topic, partition and offset', () => {
  const batch = craftBatch({ base: 42, values: ['abc'] })
  batch[batch.length - 2] = 0
  const walker = walkerOf(batch)
  walker.next()
  assert.throws(() => walker.verify(), {
    message: 'corrupt record batch in events partition 3 at offset 42: its checksum is wrong'
  })
})

test('absurd header fields are refused', () => {
  const cases: [string, (batch: Buffer) => void][] = [
    ['length', batch => batch.writeInt32BE(10, 8)],
    ['last offset delta', batch => batch.writeInt32BE(-2, 23)],
    ['records', batch => batch.writeInt32BE(-1, 57)],
    ['offset', batch => batch.writeBigInt64BE(-1n, 0)],
    ['offset', batch => batch.writeBigInt64BE(2n ** 62n, 0)]
  ]
  for (const [field, change] of cases) {
    const batch = craftBatch({ base: 0, values: ['a'] })
    change(batch)
    assert.throws(
      () => walkerOf(sealBatch(batch)).next(),
      error => isFailure(error, 'batch-corrupt'),
      field
    )
  }
})

test('a count that the bytes cannot hold is refused before anybody sizes a table by it', () => {
  const batch = craftBatch({ base: 0, values: ['a'] })
  batch.writeInt32BE(2 ** 31 - 1, 57)
  const walker = walkerOf(sealBatch(batch))
  walker.next()
  assert.throws(() => walker.records(), /2147483647 records in \d+ bytes/)
})

test('a batch beyond the bound is refused before it has arrived', () => {
  const batch = craftBatch({ base: 7, values: ['a'] })
  batch.writeInt32BE(65 * 1_048_576, 8)
  assert.throws(
    () => walkerOf(batch).next(),
    error => isFailure(error, 'batch-oversize')
  )
})

test('a batch of a later leader before a known point shows where the log was cut', () => {
  const old = craftBatch({ base: 0, values: ['a', 'b'] })
  const anew = craftBatch({ base: 2, values: ['c', 'd'] })
  anew.writeInt32BE(4, 12)
  const section = Buffer.concat([old, anew])
  const cut = (offset: number, leaderEpoch: number) =>
    cutBefore(section, 0, section.length, { offset, leaderEpoch })
  assert.equal(cut(4, 3), 2)
  assert.equal(cut(3, 3), 2, 'the batch holds the point')
  assert.equal(cut(2, 3), undefined, 'a later leader wrote on behind the point')
  assert.equal(cut(4, 4), undefined)
  assert.equal(cutBefore(section, 0, 30, { offset: 4, leaderEpoch: 0 }), undefined)
})
