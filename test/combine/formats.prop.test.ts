import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Accounting } from '../../src/combine/accounting.ts'
import { decodeMark, encodeMark, type Mark, markStates } from '../../src/combine/mark.ts'
import { decodePartial, encodePartial, type Partial } from '../../src/combine/partial.ts'
import { isFailure } from '../../src/core/errors.ts'
import { limits } from '../../src/core/limits.ts'
import { encodeReject, rejectOf } from '../../src/core/reject.ts'
import { createSketch } from '../../src/sketch/create.ts'

const offsets = fc
  .tuple(fc.maxSafeNat(), fc.nat())
  .filter(([from, more]) => Number.isSafeInteger(from + more))
const range = fc
  .record({ source: fc.string({ unit: 'grapheme' }), partition: fc.nat(), offsets })
  .map(({ source, partition, offsets: [from, more] }) => ({
    source,
    partition,
    from,
    to: from + more
  }))

const accounting = fc.array(fc.nat(), { minLength: 9, maxLength: 9 }).map(counts => {
  const result = new Accounting()
  for (const [code, count] of counts.entries()) result.byVerdict[code] = count
  result.late = counts[0]! % 7
  return result
})

const mark: fc.Arbitrary<Mark> = fc.record({
  range,
  partitions: fc.nat(),
  state: fc.constantFrom(...markStates),
  clock: fc.oneof(
    fc.constant(Number.NEGATIVE_INFINITY),
    fc.integer({ min: -limits.eventTimeMsMax, max: limits.eventTimeMsMax })
  ),
  clockState: fc.uint8Array({ maxLength: 40 }),
  accounting
})

const partial: fc.Arbitrary<Partial> = fc.record({
  range,
  start: fc.integer({ min: -1e9, max: 1e9 }).map(minute => minute * 60_000),
  group: fc.json(),
  mask: fc.nat(),
  frames: fc.maxSafeNat(),
  late: fc.maxSafeNat(),
  sketch: fc.array(fc.nat(), { maxLength: 20 }).map(hashes => {
    const sketch = createSketch('adaptive', 14)
    for (const hash of hashes) sketch.add(hash, hash >> 3, Math.imul(hash, 77) >>> 0, hash)
    return sketch
  })
})

test('marks come back as they were', () => {
  fc.assert(
    fc.property(mark, value => {
      assert.deepEqual(decodeMark(encodeMark(value, true)), { ...value })
      assert.equal(decodeMark(encodeMark(value, false)).clockState.length, 0)
    })
  )
})

test('partials come back as they were', () => {
  fc.assert(
    fc.property(partial, value => {
      const [bytes] = encodePartial(value, [value.sketch.serialize()])
      const { sketch, ...rest } = decodePartial(bytes!)
      const { sketch: wanted, ...others } = value
      assert.deepEqual(rest, others)
      assert.deepEqual(sketch.serialize(), wanted.serialize())
    })
  )
})

test('only the first record of a split partial carries counters', () => {
  const sketch = createSketch('exact', 14)
  const whole: Partial = {
    range: { source: 's', partition: 0, from: 0, to: 9 },
    start: 0,
    group: 'null',
    mask: 1,
    frames: 5,
    late: 2,
    sketch
  }
  const envelope = sketch.serialize()
  const records = encodePartial(whole, [envelope, envelope]).map(decodePartial)
  assert.deepEqual(
    records.map(({ frames, late }) => [frames, late]),
    [
      [5, 2],
      [0, 0]
    ]
  )
})

test('damaged records are refused or read, never worse', () => {
  const bytesOf = fc.oneof(
    mark.map(value => encodeMark(value, true)),
    partial.map(value => encodePartial(value, [value.sketch.serialize()])[0]!)
  )
  fc.assert(
    fc.property(bytesOf, fc.nat(), fc.nat(255), fc.nat(), (bytes, at, byte, length) => {
      const damaged = bytes.slice(0, Math.max(1, length % (bytes.length + 1)))
      damaged[at % damaged.length] = byte
      for (const decode of [decodeMark, decodePartial]) {
        try {
          decode(damaged)
        } catch (error) {
          assert.ok(isFailure(error, 'format-damaged', 'format-version'), String(error))
        }
      }
    })
  )
})

test('rejects keep raw bytes: text as text, anything else as base64, cut at the limit', () => {
  const line = new TextEncoder().encode('{"a":"ü"')
  const asText = JSON.parse(encodeReject(rejectOf('s', 1, 7, 'bad-json', line)))
  assert.deepEqual(asText, {
    source: 's',
    partition: 1,
    offset: 7,
    reason: 'bad-json',
    frame: '{"a":"ü"'
  })
  const asBytes = JSON.parse(encodeReject(rejectOf('s', 1, 7, 'bad-json', Uint8Array.of(0xff, 0))))
  assert.equal(asBytes.frameBase64, '/wA=')
  const long = rejectOf('s', 0, 0, 'too-long', new Uint8Array(limits.rejectBytesMax + 1))
  assert.equal(long.bytes.length, limits.rejectBytesMax)
  assert.equal(JSON.parse(encodeReject(long)).size, limits.rejectBytesMax + 1)
})
