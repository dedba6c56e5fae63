import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Accounting } from '../../src/combine/accounting.ts'
import { ByteReader, ByteWriter } from '../../src/core/bytes.ts'
import { isFailure } from '../../src/core/errors.ts'
import { COUNTED, FILTERED, TOMBSTONE, TOO_LATE, verdicts } from '../../src/extract/columns.ts'
import { accountings } from './accounting-arbitrary.ts'

function bytesOf(accounting: Accounting): Uint8Array {
  const writer = new ByteWriter()
  accounting.write(writer)
  return writer.finish()
}

const readBack = (bytes: Uint8Array) => Accounting.read(new ByteReader(bytes, 'accounting'))

test('what is written comes back, and nothing takes no room', () => {
  fc.assert(fc.property(accountings, value => assert.deepEqual(readBack(bytesOf(value)), value)))
  assert.deepEqual(bytesOf(new Accounting()), Uint8Array.of(0))
})

test('a sum of accountings is the accounting of the sum', () => {
  fc.assert(
    fc.property(fc.array(accountings, { maxLength: 4 }), parts => {
      const sum = new Accounting()
      for (const part of parts) sum.add(part)
      const total = (figure: (each: Accounting) => number) =>
        parts.reduce((all, part) => all + figure(part), 0)
      assert.equal(
        sum.read,
        total(({ read }) => read)
      )
      assert.equal(
        sum.suspended,
        total(({ suspended }) => suspended)
      )
      assert.equal(
        sum.lost,
        total(({ lost }) => lost)
      )
      assert.equal(
        sum.counted,
        total(({ counted }) => counted)
      )
      assert.equal(
        sum.rejected,
        total(({ rejected }) => rejected)
      )
      assert.equal(
        sum.tooLate[30],
        total(({ tooLate }) => tooLate[30]!)
      )
    })
  )
})

test('tombstones and filtered frames are no rejects, frames that came too late are', () => {
  const accounting = new Accounting()
  accounting.byVerdict[COUNTED] = 5
  accounting.byVerdict[TOMBSTONE] = 7
  accounting.byVerdict[FILTERED] = 11
  assert.equal(accounting.rejected, 0)
  accounting.byVerdict[TOO_LATE] = 2
  assert.equal(accounting.rejected, 2)
  assert.deepEqual(accounting.reasons(), [{ reason: 'too-late', frames: 2 }])
})

test('only the change of the suspended may be negative', () => {
  const entry = (tag: number, count: number) =>
    new ByteWriter().varint(1).varint(tag).signed(count).finish()
  const suspended = 66
  assert.equal(readBack(entry(suspended, -3)).suspended, -3)
  for (const tag of [0, verdicts.length - 1, 64, 65, 67, 96, 126]) {
    assert.throws(
      () => readBack(entry(tag, -1)),
      error => isFailure(error, 'format-damaged'),
      `${tag}`
    )
  }
})

test('a tag of a later version is passed over', () => {
  const bytes = new ByteWriter().varint(2).varint(95).signed(9).varint(67).signed(4).finish()
  const accounting = readBack(bytes)
  assert.deepEqual(accounting, Object.assign(new Accounting(), { read: 4 }))
})
