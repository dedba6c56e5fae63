import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../../src/core/limits.ts'
import { DAY, HOUR, MINUTE } from '../../src/window/size.ts'
import { Zone } from '../../src/window/zone.ts'

test('offsets with seconds are rounded to the minute, half of one away from zero', () => {
  // Liberia was 44:30 behind until 1972-01-07 00:44:30 UTC (IANA data).
  const monrovia = new Zone('Africa/Monrovia')
  const change = Date.parse('1972-01-07T00:45Z')
  assert.equal(monrovia.offsetAt(change - 1), -45 * MINUTE)
  assert.equal(monrovia.offsetAt(change), 0)
  // Zurich's mean time is 34:08 ahead.
  assert.equal(new Zone('Europe/Zurich').offsetAt(Date.parse('1850-01-01T00:00Z')), 34 * MINUTE)
})

test('a change of offset is found to the minute, at either end of a span', () => {
  const zone = new Zone('Europe/Zurich')
  const change = Date.parse('2026-03-29T01:00Z')
  assert.equal(zone.offsetAt(change - 1), HOUR)
  assert.equal(zone.offsetAt(change), 2 * HOUR)
  assert.equal(zone.changeWithin(change - 1, change), change)
  assert.equal(zone.changeWithin(change, change + DAY), Number.POSITIVE_INFINITY)
  assert.equal(zone.changeWithin(change - 60 * DAY, change - 1), Number.POSITIVE_INFINITY)
})

test('a change at midnight UTC belongs to the days on both sides of it', () => {
  const zone = new Zone('Europe/Lisbon')
  const change = Date.parse('1976-09-26T00:00Z')
  assert.notEqual(zone.offsetAt(change - 1), zone.offsetAt(change))
  assert.equal(zone.changeWithin(change - HOUR, change), change)
  assert.equal(zone.changeWithin(change, change + HOUR), Number.POSITIVE_INFINITY)
})

test('local time in a gap begins after it, repeated local time the first time', () => {
  const zone = new Zone('Europe/Zurich')
  const gap = Date.UTC(2026, 2, 29, 2, 30)
  assert.equal(zone.firstShowing(gap), Date.parse('2026-03-29T01:00Z'))
  const twice = Date.UTC(2026, 9, 25, 2, 30)
  assert.equal(zone.firstShowing(twice), Date.parse('2026-10-25T00:30Z'))
})

test('a zone that crossed the date line repeated or skipped a day', () => {
  const apia = new Zone('Pacific/Apia')
  const skipped = apia.firstShowing(Date.UTC(2011, 11, 30))
  assert.equal(skipped, apia.firstShowing(Date.UTC(2011, 11, 31)))
  assert.equal(skipped, Date.parse('2011-12-30T10:00Z'))
  const juneau = new Zone('America/Juneau')
  const repeated = juneau.firstShowing(Date.UTC(1867, 9, 18, 23))
  assert.ok(repeated < Date.parse('1867-10-19T00:00Z'))
})

test('offsets and names of fixed zones need no calendar', () => {
  for (const name of ['UTC', 'GMT', 'Etc/GMT+5', '+05:45', '-03:30']) {
    assert.ok(new Zone(name).fixed, name)
  }
  assert.equal(new Zone('Etc/GMT+5').offsetAt(0), -5 * HOUR)
  assert.equal(new Zone('+05:45').firstShowing(0), -(5 * HOUR + 45 * MINUTE))
  for (const name of ['Europe/London', 'Asia/Kathmandu', 'Africa/Abidjan']) {
    assert.ok(!new Zone(name).fixed, name)
  }
})

test('days that were forgotten come out the same again', () => {
  const zone = new Zone('Australia/Lord_Howe')
  const before = [zone.offsetAt(0), zone.changeWithin(0, 20_000 * DAY)]
  for (let day = 0; day <= limits.zoneDaysMax; day++) zone.offsetAt(day * DAY)
  assert.deepEqual([zone.offsetAt(0), zone.changeWithin(0, 20_000 * DAY)], before)
})
