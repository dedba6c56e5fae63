import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { firstDayOfMonth, longestMonths, monthOfDay } from '../../src/window/civil-month.ts'
import { DAY } from '../../src/window/size.ts'

test('months are those of the proleptic Gregorian calendar, over all event times', () => {
  const days = fc.integer({ min: -Math.floor(2 ** 47 / DAY), max: Math.floor(2 ** 47 / DAY) })
  fc.assert(
    fc.property(days, day => {
      const date = new Date(day * DAY)
      const month = date.getUTCFullYear() * 12 + date.getUTCMonth()
      assert.equal(monthOfDay(day), month)
      assert.equal(firstDayOfMonth(month), day - date.getUTCDate() + 1)
    }),
    { numRuns: 2_000 }
  )
})

test('the longest span of months in a row has every leap day there can be', () => {
  assert.equal(longestMonths(1, 1), 31)
  assert.equal(longestMonths(2, 1), 62)
  assert.equal(longestMonths(3, 3), 92)
  assert.equal(longestMonths(12, 12), 366)
  assert.equal(longestMonths(48, 12), 4 * 365 + 1)
})
