import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ByteReader, ByteWriter, text, utf8 } from '../../src/core/bytes.ts'
import { isFailure } from '../../src/core/errors.ts'

const damaged = (error: unknown): boolean => isFailure(error, 'format-damaged')

function reader(...bytes: number[]): ByteReader {
  return new ByteReader(Uint8Array.from(bytes), 'thing')
}

test('values are laid out little-endian, numbers as LEB128', () => {
  const bytes = new ByteWriter(1)
    .u8(0xab)
    .u32(0x0102_0304)
    .f64(1)
    .varint(300)
    .signed(-2)
    .text('é')
    .finish()
  assert.deepEqual(
    [...bytes],
    [0xab, 4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0xac, 0x02, 3, 2, 0xc3, 0xa9]
  )
})

test('finish gives a copy: writing on does not change it', () => {
  const writer = new ByteWriter()
  const first = writer.u8(1).finish()
  writer.u8(2)
  assert.deepEqual([...first], [1])
  assert.equal(writer.length, 2)
})

test('a closed writer leaves its memory to the next, and what it wrote to its owner', () => {
  const first = new ByteWriter(8).varint(1).block(new ByteWriter(8).u8(2).close()).close()
  const inside = new ByteWriter(8).u8(7)
  const second = new ByteWriter(8).u8(8).close()
  assert.deepEqual([...first], [1, 1, 2])
  assert.deepEqual([...inside.u8(9).close()], [7, 9])
  assert.deepEqual([...second], [8])
  const closed = new ByteWriter(8)
  closed.u8(3).close()
  const next = new ByteWriter(8).u8(4)
  closed.u8(5)
  assert.deepEqual([...next.close(), ...closed.finish()], [4, 5])
})

test('a reader of a part does not see what lies around it', () => {
  const whole = Uint8Array.from([9, 9, 1, 2, 9, 9])
  const part = new ByteReader(whole, 'thing', 2, 4)
  assert.equal(part.remaining, 2)
  assert.equal(part.u8(), 1)
  assert.equal(part.position, 3)
  assert.equal(part.u8(), 2)
  assert.throws(() => part.u8(), damaged)
})

test('a reader over a view inside a larger buffer reads the view', () => {
  const view = Uint8Array.from([9, 9, 1, 0, 0, 0, 9]).subarray(2, 6)
  assert.equal(new ByteReader(view, 'thing').u32(), 1)
})

test('what ends too early is damage, and the error names the format', () => {
  assert.throws(() => reader(1, 2, 3).u32(), {
    code: 'format-damaged',
    message: 'damaged thing: it ends too early'
  })
  assert.throws(() => reader(1, 2, 3, 4, 5, 6, 7).f64(), damaged)
  assert.throws(() => reader(128).varint(), damaged)
  assert.throws(() => reader(5, 1, 2).block(), damaged)
})

test('a length beyond any memory is refused before anything is read', () => {
  const absurd = new ByteWriter().varint(Number.MAX_SAFE_INTEGER).u8(1).finish()
  assert.throws(() => new ByteReader(absurd, 'thing').block(), damaged)
  assert.throws(() => new ByteReader(absurd, 'thing').text(), damaged)
})

test('a number beyond 2^53 − 1 is damage, not a rounded value', () => {
  assert.throws(() => reader(255, 255, 255, 255, 255, 255, 255, 31).varint(), damaged)
  assert.throws(() => reader(128, 128, 128, 128, 128, 128, 128, 128, 1).varint(), damaged)
})

test('bytes left over are damage', () => {
  const rest = reader(1, 2)
  rest.u8()
  assert.throws(() => rest.finish(), /1 bytes too many/)
  rest.u8()
  rest.finish()
})

test('invalid UTF-8 decodes to replacement characters, a BOM stays', () => {
  assert.equal(text(Uint8Array.from([0x61, 0xff, 0x62])), 'a\ufffdb')
  assert.equal(text(utf8('\ufeffa')), '\ufeffa')
})
