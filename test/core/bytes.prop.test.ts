import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ByteReader, ByteWriter } from '../../src/core/bytes.ts'
import { isFailure } from '../../src/core/errors.ts'

type Item =
  | { type: 'u8' | 'u32' | 'f64' | 'varint' | 'signed'; value: number }
  | { type: 'block'; value: Uint8Array }
  | { type: 'text'; value: string }

const HALF = 2 ** 52 - 1

const item: fc.Arbitrary<Item> = fc.oneof(
  fc.record({ type: fc.constant('u8' as const), value: fc.nat(255) }),
  fc.record({ type: fc.constant('u32' as const), value: fc.nat(0xffff_ffff) }),
  fc.record({ type: fc.constant('f64' as const), value: fc.double() }),
  fc.record({ type: fc.constant('varint' as const), value: fc.maxSafeNat() }),
  fc.record({
    type: fc.constant('signed' as const),
    value: fc.integer({ min: -HALF, max: HALF })
  }),
  fc.record({ type: fc.constant('block' as const), value: fc.uint8Array() }),
  fc.record({ type: fc.constant('text' as const), value: fc.string({ unit: 'grapheme' }) })
)

function write(writer: ByteWriter, { type, value }: Item): void {
  if (type === 'block') writer.block(value)
  else if (type === 'text') writer.text(value)
  else writer[type](value)
}

function written(items: readonly Item[], capacity: number): Uint8Array {
  const writer = new ByteWriter(capacity)
  for (const each of items) write(writer, each)
  return writer.finish()
}

test('whatever is written is read back, and nothing is left', () => {
  fc.assert(
    fc.property(fc.array(item), fc.nat(64), (items, capacity) => {
      const reader = new ByteReader(written(items, capacity), 'thing')
      for (const { type, value } of items) assert.deepEqual(reader[type](), value)
      reader.finish()
    })
  )
})

test('every cut of what was written is refused, never misread to the end', () => {
  fc.assert(
    fc.property(fc.array(item, { minLength: 1 }), fc.double({ min: 0, max: 1 }), (items, at) => {
      const whole = written(items, 16)
      if (whole.length === 0) return
      const cut = whole.subarray(0, Math.min(whole.length - 1, Math.floor(at * whole.length)))
      const reader = new ByteReader(cut, 'thing')
      assert.throws(
        () => {
          for (const { type } of items) reader[type]()
        },
        error => isFailure(error, 'format-damaged')
      )
    })
  )
})

test('any bytes give values or format-damaged, and the reader stays inside', () => {
  const step = fc.constantFrom('u8', 'u32', 'f64', 'varint', 'signed', 'block', 'text')
  fc.assert(
    fc.property(fc.uint8Array(), fc.array(step, { maxLength: 20 }), (bytes, steps) => {
      const reader = new ByteReader(bytes, 'thing')
      try {
        for (const each of steps) reader[each]()
      } catch (error) {
        assert.ok(isFailure(error, 'format-damaged'))
      }
      assert.ok(reader.position <= bytes.length)
      assert.ok(reader.remaining >= 0)
    })
  )
})
