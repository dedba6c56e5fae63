import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeMark, encodeMark, type Mark, markStates } from '../../src/combine/mark.ts'
import { decodePartial, encodePartial, type Partial } from '../../src/combine/partial.ts'
import { isFailure } from '../../src/core/errors.ts'
import { limits } from '../../src/core/limits.ts'
import { encodeReject, rejectOf } from '../../src/core/reject.ts'
import { createSketch } from '../../src/sketch/create.ts'
import { mergeSketches } from '../../src/sketch/merge.ts'
import type { Sketch, SketchKind } from '../../src/sketch/sketch.ts'
import { accountings } from './accounting-arbitrary.ts'

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

const time = fc.oneof(
  fc.constant(Number.NEGATIVE_INFINITY),
  fc.integer({ min: -limits.eventTimeMsMax, max: limits.eventTimeMsMax })
)

const wholeMark: fc.Arbitrary<Mark> = fc.record({
  range,
  partitions: fc.nat(),
  state: fc.constantFrom(...markStates),
  clock: time,
  vouched: time,
  clockState: fc.uint8Array({ maxLength: 40 }),
  accounting: accountings
})
/** As it is; with the epoch that its batch says; and as the mark that restarts a source whose log was cut. */
const mark: fc.Arbitrary<Mark> = fc
  .tuple(wholeMark, fc.nat(), fc.constantFrom('plain', 'epoch', 'restart'))
  .map(([whole, leaderEpoch, kind]) => {
    if (kind === 'plain') return whole
    if (kind === 'epoch') return { ...whole, leaderEpoch }
    const { to } = whole.range
    const at = Math.min(to, Number.MAX_SAFE_INTEGER - 1)
    return { ...whole, range: { ...whole.range, from: at, to: at }, restart: at + 1 }
  })

const sketchOf = (kind: SketchKind) =>
  fc.array(fc.nat(), { maxLength: 20 }).map(hashes => setOf(kind, hashes))

const partial: fc.Arbitrary<Partial> = fc.record({
  range,
  start: fc.integer({ min: -1e9, max: 1e9 }).map(minute => minute * 60_000),
  group: fc.json(),
  mask: fc.nat(),
  frames: fc.maxSafeNat(),
  late: fc.maxSafeNat(),
  sketch: sketchOf('adaptive'),
  audit: fc.option(sketchOf('exact'), { nil: undefined })
})

function setOf(kind: SketchKind, hashes: readonly number[]): Sketch {
  const sketch = createSketch(kind, 14)
  for (const hash of hashes) sketch.add(hash, hash >> 3, Math.imul(hash, 77) >>> 0, hash)
  return sketch
}

/** Partials with their sketches as bytes, to compare. */
function bare({ sketch, audit, ...rest }: Partial): object {
  return { ...rest, sketch: sketch?.serialize(), audit: audit?.serialize() }
}

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
      const records = encodePartial(value)
      assert.equal(records.length, 1)
      assert.deepEqual(bare(decodePartial(records[0]!)), bare(value))
    })
  )
})

test('sets too large for a record are split; only the first record carries counters', () => {
  const hashes = Array.from({ length: 40_000 }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 0)
  const whole: Partial = {
    range: { source: 's', partition: 0, from: 0, to: 9 },
    start: 0,
    group: 'null',
    mask: 1,
    frames: 5,
    late: 2,
    sketch: setOf('exact', hashes.slice(0, 30)),
    audit: setOf('exact', hashes)
  }
  const encoded = encodePartial(whole)
  assert.ok(encoded.length > 1)
  for (const { length } of encoded) assert.ok(length < limits.recordBytesMax)
  const [first, ...rest] = encoded.map(decodePartial)
  assert.deepEqual([first?.frames, first?.late, first?.sketch?.entries], [5, 2, 30])
  for (const { frames, late, sketch } of rest) {
    assert.deepEqual([frames, late, sketch], [0, 0, undefined])
  }
  const together = rest.reduce((set, { audit }) => mergeSketches(set, audit!), first!.audit!)
  assert.deepEqual(together.serialize(), whole.audit?.serialize())
})

test('a partial with no set at all is refused', () => {
  const value = {
    range: { source: 's', partition: 0, from: 0, to: 1 },
    start: 0,
    group: 'null',
    mask: 1,
    frames: 1,
    late: 0,
    sketch: setOf('adaptive', []),
    audit: undefined
  }
  const [bytes] = encodePartial(value)
  const length = value.sketch.serialize().length
  // Cut off the one tagged sketch (tag, its length, its bytes) and say that there are none.
  const without = bytes!.slice(0, bytes!.length - length - 2)
  without[without.length - 1] = 0
  assert.throws(
    () => decodePartial(without),
    error => isFailure(error, 'format-damaged') && /no sketch/.test(error.message)
  )
})

test('damaged records are refused or read, never worse', () => {
  const bytesOf = fc.oneof(
    mark.map(value => encodeMark(value, true)),
    partial.map(value => encodePartial(value)[0]!)
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
