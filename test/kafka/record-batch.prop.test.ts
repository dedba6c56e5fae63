import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { HeadcountError } from '../../src/core/errors.ts'
import { CommittedFilter } from '../../src/kafka/batch/committed.ts'
import { BatchWalker, cutBefore, standingBehind } from '../../src/kafka/batch/record-batch.ts'
import { RecordWalker } from '../../src/kafka/batch/record-walker.ts'
import { readFetchResponse } from '../../src/kafka/fetch/fetch-response.ts'
import { craftBatch } from './crafted-batch.ts'

const RUNS = Number(process.env.HEADCOUNT_RUNS ?? 300)
const codec = fc.constantFrom('none', 'gzip', 'snappy', 'lz4', 'zstd')

const section = fc
  .array(
    fc.record({
      values: fc.array(fc.option(fc.string({ maxLength: 30 })), { minLength: 1, maxLength: 5 }),
      gap: fc.nat(20),
      codec
    }),
    { maxLength: 5 }
  )
  .map(batches => {
    let base = 0
    const bytes = batches.map(({ values, gap, codec: packed }) => {
      const batch = craftBatch({ base, values, lastDelta: values.length - 1 + gap, codec: packed })
      base += values.length + gap
      return batch
    })
    return { bytes: Buffer.concat(bytes), behind: base, count: batches.length }
  })

// Walks everything there is; the bound on rounds is the property that it ends.
function walkAll(bytes: Buffer, start: number, end: number): number {
  const walker = new BatchWalker({ topic: 't', partition: 0 })
  const filter = new CommittedFilter()
  walker.begin(bytes, start, end)
  let rounds = 0
  while (walker.next()) {
    assert.ok(++rounds <= bytes.length / 61, 'every round takes a header at least')
    if (filter.skips(walker)) continue
    const records = new RecordWalker(walker.records())
    for (let i = 0; i < walker.count; i++) records.next()
  }
  return rounds
}

test('every whole section is walked to its end', () => {
  fc.assert(
    fc.property(section, ({ bytes, behind, count }) => {
      assert.equal(walkAll(bytes, 0, bytes.length), count)
      const from = { offset: 0, leaderEpoch: -1 }
      assert.equal(standingBehind(bytes, 0, bytes.length, from).offset, behind)
    }),
    { numRuns: RUNS }
  )
})

test('changed bytes end in a failure or in records, never in a hang or a read out of bounds', () => {
  const change = fc.record({ at: fc.nat(), bits: fc.integer({ min: 1, max: 255 }) })
  fc.assert(
    fc.property(section, fc.array(change, { maxLength: 6 }), fc.nat(40), (made, changes, pad) => {
      // Garbage around the section shows a read beyond it.
      const bytes = Buffer.concat([Buffer.alloc(pad, 0xff), made.bytes, Buffer.alloc(pad, 0xff)])
      for (const { at, bits } of changes) {
        if (made.bytes.length > 0) bytes[pad + (at % made.bytes.length)]! ^= bits
      }
      const [start, end] = [pad, pad + made.bytes.length]
      const point = { offset: 5, leaderEpoch: 0 }
      standingBehind(bytes, start, end, point)
      cutBefore(bytes, start, end, point)
      try {
        walkAll(bytes, pad, pad + made.bytes.length)
      } catch (error) {
        assertExpected(error)
      }
    }),
    { numRuns: RUNS }
  )
})

test('a Fetch response of any bytes is an outline within its bounds, or an error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (random, plausible) => {
      const bytes = Buffer.from(random)
      // No throttling, no error, no session: the interesting part follows.
      if (plausible) bytes.fill(0, 0, Math.min(10, bytes.length))
      try {
        for (const part of readFetchResponse(bytes, 0, bytes.length)) {
          assert.ok(part.start <= part.end && part.end <= bytes.length)
        }
      } catch (error) {
        assertExpected(error)
      }
    }),
    { numRuns: RUNS * 5 }
  )
})

function assertExpected(error: unknown): void {
  assert.ok(error instanceof Error)
  assert.notEqual(error.name, 'AssertionError', error.message)
  assert.ok(!(error instanceof RangeError), `read out of bounds: ${error.message}`)
  assert.ok(!(error instanceof TypeError), `unexpected bytes met a bug: ${error.message}`)
  assert.ok(error instanceof HeadcountError || error.message.length > 0)
}
