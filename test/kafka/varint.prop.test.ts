import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { varintSize, writeVarint } from '../../src/kafka/batch/varint.ts'

const MAX = 2 ** 52 - 1

/** Reads a varint as the format describes it, with exact integers. */
function readVarint(bytes: Uint8Array, length: number): bigint {
  let zigzag = 0n
  for (let i = 0; i < length; i++) zigzag |= BigInt(bytes[i]! & 127) << BigInt(7 * i)
  return (zigzag >> 1n) ^ -(zigzag & 1n)
}

function check(value: number): void {
  const bytes = new Uint8Array(16)
  const end = writeVarint(bytes, 0, value)
  assert.equal(end, varintSize(value), `size of ${value}`)
  assert.equal(readVarint(bytes, end), BigInt(value))
  assert.ok(bytes[end - 1]! < 128, 'the last byte ends the number')
}

describe('varints', () => {
  it('are right on both sides of every size', () => {
    for (let bits = 0; bits < 52; bits++) {
      for (const near of [-1, 0, 1]) {
        check(2 ** bits + near)
        check(-(2 ** bits) + near)
      }
    }
    for (const value of [0, -1, MAX, -MAX]) check(value)
  })

  it('are right for any exact number', () => {
    fc.assert(fc.property(fc.integer({ min: -MAX, max: MAX }), check))
  })

  it('refuse what is not exact any more', () => {
    assert.throws(() => varintSize(2 ** 52), /broken invariant/)
  })
})
