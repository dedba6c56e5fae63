import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RecordWalker } from '../../src/kafka/batch/record-walker.ts'
import { FetchPartition } from '../../src/kafka/fetch/fetch-partition.ts'
import type { FetchedPart } from '../../src/kafka/fetch/fetch-response.ts'
import type { InputLoss } from '../../src/port/input-loss.ts'
import { craftBatch } from './crafted-batch.ts'

const RUNS = Number(process.env.HEADCOUNT_RUNS ?? 300)
// Base offset, length and leader epoch are the broker's: no checksum covers them.
const UNCOVERED = 16

interface Made {
  readonly bytes: Buffer
  /** Where each batch lies, and its offsets. */
  readonly batches: readonly { start: number; size: number; base: number; next: number }[]
}

const section = fc
  .array(
    fc.record({
      values: fc.array(fc.string({ maxLength: 20 }), { minLength: 1, maxLength: 4 }),
      codec: fc.constantFrom('none', 'gzip', 'snappy', 'lz4', 'zstd')
    }),
    { minLength: 1, maxLength: 4 }
  )
  .map((parts): Made => {
    const batches: Made['batches'][number][] = []
    const all: Buffer[] = []
    let [start, base] = [0, 0]
    for (const { values, codec } of parts) {
      const batch = craftBatch({ base, values, codec })
      const next = base + values.length
      batches.push({ start, size: batch.length, base, next })
      all.push(batch)
      start += batch.length
      base = next
    }
    return { bytes: Buffer.concat(all), batches }
  })

interface Read {
  readonly offsets: readonly number[]
  readonly position: number
  readonly loss: InputLoss | undefined
}

/** What a reader has of one answer from `from` on. */
function read(
  bytes: Buffer,
  start: number,
  from: number,
  highWatermark: number,
  checkCrcs = true
): Read {
  const place = { slot: 0, topic: 'events', topicId: 'id', partition: 3 }
  const partition = new FetchPartition(place, from, { isolation: 'committed', checkCrcs })
  const part: FetchedPart = {
    topicId: 'id',
    partition: 3,
    error: 0,
    highWatermark,
    lastStable: highWatermark,
    logStart: 0,
    divergesAt: undefined,
    aborted: [],
    preferred: -1,
    start,
    end: bytes.length
  }
  const offsets: number[] = []
  let position = -1
  partition.work(bytes, part, partition.advance(bytes, part), {
    batch(_, batch, fromOffset) {
      const records = new RecordWalker(batch.records())
      for (let i = 0; i < batch.count; i++) {
        const offset = batch.baseOffset + records.next().offsetDelta
        if (offset >= fromOffset) offsets.push(offset)
      }
    },
    progress: (_, progress) => {
      position = progress.position
    }
  })
  return { offsets, position, loss: partition.loss }
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => from + i)

test('a flipped bit anywhere in a batch is named with its place; behind it reading goes on with the next whole batch', () => {
  fc.assert(
    fc.property(section, fc.nat(), fc.nat(), (made, which, where) => {
      const { batches } = made
      const bytes = Buffer.from(made.bytes)
      const victim = batches[which % batches.length]!
      const end = batches.at(-1)!.next
      const bit = where % ((victim.size - UNCOVERED) * 8)
      const at = victim.start + UNCOVERED + (bit >> 3)
      bytes[at]! ^= 1 << (bit & 7)
      const { offsets, position, loss } = read(bytes, 0, 0, end)
      assert.ok(loss, 'it is noticed')
      assert.equal(loss.kind, 'corrupt')
      assert.match(loss.error.message, new RegExp(`events partition 3 at offset ${victim.base}: `))
      // Whole batches before it are read, none of its records, and none behind it is given up.
      assert.deepEqual(offsets, range(0, victim.base))
      assert.deepEqual([position, loss.offset], [victim.base, victim.base])
      const next = batches.find(each => each.base >= loss.resumeAt)
      if (victim.next < end) assert.equal(loss.resumeAt, victim.next)
      else assert.ok(loss.resumeAt > victim.base && loss.resumeAt <= end)
      assert.equal(loss.lost, loss.resumeAt - victim.base)
      if (next === undefined) return
      const rest = read(bytes, next.start, loss.resumeAt, end)
      assert.deepEqual(rest.offsets, range(victim.next, end))
      assert.equal(rest.loss, undefined)
    }),
    { numRuns: RUNS }
  )
})

test('what the checksum does not cover is noticed where what follows shows it', () => {
  fc.assert(
    fc.property(section, fc.nat(), fc.nat(), (made, which, where) => {
      const { batches } = made
      const bytes = Buffer.from(made.bytes)
      const victim = batches[which % batches.length]!
      const end = batches.at(-1)!.next
      // The leader epoch, bytes 12 to 16, only tells who wrote the batch.
      const bit = where % (12 * 8)
      bytes[victim.start + (bit >> 3)]! ^= 1 << (bit & 7)
      const { position, loss } = read(bytes, 0, 0, end)
      // Alone at the end of an answer a batch may well be at a later offset: compaction leaves gaps.
      const isLength = bit >= 64
      // One that is too long may be cut off: the next Fetch begins with it.
      if (isLength) assert.ok(loss || position <= victim.base, 'it is not passed')
      else if (victim.next < end) assert.ok(loss, 'it is noticed')
      if (loss) assert.ok(loss.resumeAt > loss.offset)
    }),
    { numRuns: RUNS }
  )
})

test('any damage is gone on behind in a bounded number of steps', () => {
  const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), {
    minLength: 1,
    maxLength: 12
  })
  fc.assert(
    fc.property(section, changes, (made, list) => {
      const { batches } = made
      const bytes = Buffer.from(made.bytes)
      for (const [at, bits] of list) bytes[at % bytes.length]! ^= bits
      const end = batches.at(-1)!.next
      let from = 0
      // A reader that goes on asks again: the broker answers from the batch that has the offset.
      for (let steps = 0; from < end; steps++) {
        assert.ok(steps <= 4 * batches.length, 'it ends')
        const start = batches.find(each => each.next > from)!.start
        const { position, loss } = read(bytes, start, from, end)
        assert.ok((loss?.resumeAt ?? position) > from)
        from = loss?.resumeAt ?? position
      }
    }),
    { numRuns: RUNS }
  )
})

test('any bytes as batches, with checksums or without, end in records, a loss or a failure', () => {
  const header = fc.record({
    base: fc.nat(50),
    length: fc.integer({ min: 40, max: 300 }),
    attributes: fc.nat(0x3f),
    lastDelta: fc.nat(9),
    count: fc.nat(9)
  })
  const arbitrary = fc.uint8Array({ minLength: 61, maxLength: 300 })
  fc.assert(
    fc.property(arbitrary, fc.option(header), fc.boolean(), (random, plausible, checkCrcs) => {
      const bytes = Buffer.from(random)
      if (plausible) {
        bytes.writeBigInt64BE(BigInt(plausible.base), 0)
        bytes.writeInt32BE(Math.min(plausible.length, bytes.length - 12), 8)
        bytes[16] = 2
        bytes.writeInt16BE(plausible.attributes, 21)
        bytes.writeInt32BE(plausible.lastDelta, 23)
        bytes.writeInt32BE(plausible.count, 57)
      }
      try {
        const { position, loss } = read(bytes, 0, 0, 60, checkCrcs)
        assert.ok(position >= 0)
        if (loss) assert.ok(loss.resumeAt > loss.offset)
      } catch (error) {
        assert.ok(!checkCrcs, 'with checksums it is a loss')
        assert.ok(error instanceof Error && error.name === 'Error', String(error))
      }
    }),
    { numRuns: RUNS * 3 }
  )
})
