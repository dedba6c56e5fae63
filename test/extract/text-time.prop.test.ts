import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { utf8 } from '../../src/core/bytes.ts'
import { createExtractor } from '../../src/extract/create.ts'
import { parseTime } from '../../src/extract/text-time.ts'

const inYears0To9999 = fc.date({
  min: new Date('0000-01-01T00:00:00Z'),
  max: new Date('6400-01-01T00:00:00Z'),
  noInvalidDate: true
})

test('reads ISO 8601 as Date does, in every zone', () => {
  fc.assert(
    fc.property(inYears0To9999, fc.integer({ min: -1_439, max: 1_439 }), (date, minutes) => {
      const iso = date.toISOString()
      assert.equal(parseTime(iso), date.getTime())
      assert.equal(parseTime(iso.slice(0, 10)), Date.parse(iso.slice(0, 10)))
      const clock = new Date(Math.abs(minutes) * 60_000).toISOString().slice(11, 16)
      const zoned = `${iso.slice(0, -1)}${minutes < 0 ? '-' : '+'}${clock}`
      assert.equal(parseTime(zoned), date.getTime() - minutes * 60_000)
    })
  )
})

test('reads a day exactly when the calendar has it', () => {
  fc.assert(
    fc.property(fc.nat(9_999), fc.nat(14), fc.nat(33), (year, month, day) => {
      const part = (value: number, width: number) => String(value).padStart(width, '0')
      const text = `${part(year, 4)}-${part(month, 2)}-${part(day, 2)}`
      const date = new Date(0)
      date.setUTCFullYear(year, month - 1, day)
      const exists = date.toISOString().startsWith(text) && date.getTime() <= 2 ** 47
      assert.equal(parseTime(text), exists ? date.getTime() : undefined)
    })
  )
})

test('reads integers by magnitude, exactly, towards the past', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.nat(19), (big, shift) => {
      const value = big / 10n ** BigInt(shift)
      const digits = String(value).replace('-', '').length
      const perMs = digits <= 13 ? 1n : digits <= 16 ? 1_000n : 1_000_000n
      const cut = value >= 0n ? value / perMs : -((perMs - 1n - value) / perMs)
      assert.equal(parseTime(String(value)), Number(digits <= 10 ? value * 1_000n : cut))
    })
  )
})

test('reads a decimal as the same digits without a point', () => {
  fc.assert(
    fc.property(fc.nat(1e9), fc.nat(999_999_999), (seconds, nanos) => {
      const fraction = String(nanos).padStart(9, '0')
      const expected = seconds * 1_000 + Number(fraction.slice(0, 3))
      assert.equal(parseTime(`${seconds}.${fraction}`), expected)
      const whole = `${seconds}${fraction}`
      assert.equal(
        parseTime(`${whole.slice(0, 1)}.${whole.slice(1)}e${String(seconds).length - 1}`),
        expected
      )
    })
  )
})

test('reads nothing else', () => {
  fc.assert(
    fc.property(fc.string(), text => {
      const time = parseTime(text)
      if (!/^-?\d/.test(text)) assert.equal(time, undefined)
      else assert.ok(time === undefined || Number.isInteger(time))
    })
  )
})

test('a time without a zone is read as local time, one with a zone is not', () => {
  const extractor = createExtractor({ key: 'u', time: 't', localTime: local => local - 7_200_000 })
  const read = (time: string): number => {
    const bytes = utf8(JSON.stringify({ u: 'a', t: time }))
    extractor.lines(bytes, 0, bytes.length, true)
    return extractor.columns.time[0]!
  }
  assert.equal(read('2026-07-01T10:00:00'), Date.UTC(2026, 6, 1, 8))
  assert.equal(read('2026-07-01'), Date.UTC(2026, 5, 30, 22))
  assert.equal(read('2026-07-01T10:00Z'), Date.UTC(2026, 6, 1, 10))
  assert.equal(read('2026-07-01T10:00+01:00'), Date.UTC(2026, 6, 1, 9))
})
