import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isFailure } from '../../src/core/errors.ts'
import {
  contentKey,
  decodeContent,
  decodeHeader,
  decodeKey,
  decodePosition,
  encodeContent,
  encodeHeader,
  encodePosition,
  headerKey,
  markKey,
  positionKey
} from '../../src/merge/state-record.ts'

const name = fc.record({
  size: fc.constantFrom('1m', '5m', '1h', '1d'),
  start: fc.integer({ min: -1e8, max: 1e8 }).map(minute => minute * 60_000),
  group: fc.oneof(fc.constant('null'), fc.json(), fc.string({ unit: 'grapheme' }))
})

const type = fc.constantFrom('content' as const, 'own' as const, 'audit' as const)

test('keys come back as they were, whatever the group holds', () => {
  fc.assert(
    fc.property(type, name, fc.nat(4_095), (of, window, chunk) => {
      assert.deepEqual(decodeKey(contentKey(of, window, chunk)), { type: of, chunk, ...window })
      assert.deepEqual(decodeKey(headerKey(window)), { type: 'header', ...window })
    })
  )
  assert.equal(decodeKey(markKey('topic|id', 3)).type, 'mark')
  assert.equal(decodeKey(positionKey).type, 'position')
})

test('values come back as they were', () => {
  const content = fc.record({
    chunks: fc.integer({ min: 1, max: 4_096 }),
    frames: fc.maxSafeNat(),
    late: fc.maxSafeNat(),
    envelope: fc.uint8Array()
  })
  const header = fc.record({
    status: fc.constantFrom(
      undefined,
      'provisional' as const,
      'final' as const,
      'corrected' as const
    ),
    closed: fc.boolean(),
    closedBy: fc.constantFrom(undefined, 'watermark' as const, 'idle' as const, 'end' as const),
    revision: fc.nat(),
    uniques: fc.maxSafeNat(),
    frames: fc.maxSafeNat(),
    commit: fc.nat()
  })
  const position = fc.record({
    position: fc.maxSafeNat(),
    commit: fc.nat(),
    watermark: fc.oneof(fc.constant(Number.NEGATIVE_INFINITY), fc.integer()),
    purgedBefore: fc
      .array(fc.tuple(fc.constantFrom('1m', '30d/1d', '1mo'), fc.integer()))
      .map(bounds => new Map(bounds.map(([size, minute]) => [size, minute * 60_000]))),
    losses: fc.array(
      fc.record(
        {
          source: fc.string({ unit: 'grapheme' }),
          partition: fc.nat(),
          frames: fc.maxSafeNat(),
          from: fc.oneof(fc.constant(Number.NEGATIVE_INFINITY), fc.integer()),
          until: fc.integer(),
          settled: fc.boolean()
        },
        { noNullPrototype: true }
      ),
      { maxLength: 3 }
    )
  })
  fc.assert(
    fc.property(content, header, position, (stored, head, place) => {
      assert.deepEqual(decodeContent(encodeContent(stored, true), 0), { ...stored })
      assert.deepEqual(decodeHeader(encodeHeader(head)), { ...head })
      assert.ok(encodeHeader(head).length <= 64)
      assert.deepEqual(decodePosition(encodePosition(place)), { ...place })
    })
  )
})

test('random bytes are refused with a typed error or read', () => {
  const decoders = [
    decodeKey,
    decodeHeader,
    decodePosition,
    (bytes: Uint8Array) => decodeContent(bytes, 0)
  ]
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), bytes => {
      for (const decode of decoders) {
        try {
          decode(bytes)
        } catch (error) {
          assert.ok(isFailure(error, 'format-damaged', 'format-version'), String(error))
        }
      }
    })
  )
})
