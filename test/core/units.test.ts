import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  formatBytes,
  formatCount,
  formatDuration,
  parseBytes,
  parseDuration
} from '../../src/core/units.ts'

test('durations are read with their unit', () => {
  const cases: [string, number][] = [
    ['250ms', 250],
    ['5s', 5_000],
    ['1.5m', 90_000],
    ['2h', 7_200_000],
    ['7d', 604_800_000],
    [' 10 S ', 10_000]
  ]
  for (const [text, ms] of cases) assert.equal(parseDuration(text), ms, text)
})

test('what is no duration is undefined, never a guess', () => {
  for (const text of ['', '5', 's', '-5s', '5 w', '1e3s', '5s5', '5constructor', 'NaNs', '١s']) {
    assert.equal(parseDuration(text), undefined, text)
  }
})

test('sizes take decimal and binary units, or plain bytes', () => {
  const cases: [string, number][] = [
    ['512', 512],
    ['64MB', 64e6],
    ['1MiB', 1_048_576],
    ['1.5 kib', 1_536],
    ['2gb', 2e9],
    ['10b', 10]
  ]
  for (const [text, bytes] of cases) assert.equal(parseBytes(text), bytes, text)
  for (const text of ['', 'MB', '-1', '1.5', '1TB', '5constructor']) {
    assert.equal(parseBytes(text), undefined, text)
  }
})

test('counts are short', () => {
  const cases: [number, string][] = [
    [0, '0'],
    [999, '999'],
    [1_000, '1.0 k'],
    [45_300, '45 k'],
    [1_234_567, '1.2 M'],
    [7.8e9, '7.8 G']
  ]
  for (const [value, text] of cases) assert.equal(formatCount(value), text)
})

test('rounding up to the next unit uses that unit', () => {
  assert.equal(formatCount(999_999), '1.0 M')
  assert.equal(formatCount(9_999), '10 k')
  assert.equal(formatDuration(999.7), '1s')
})

test('bytes carry their unit', () => {
  assert.equal(formatBytes(12), '12 B')
  assert.equal(formatBytes(1_500_000), '1.5 MB')
})

test('durations are told in the two largest units', () => {
  const cases: [number, string][] = [
    [0, '0ms'],
    [250, '250ms'],
    [61_000, '1m 1s'],
    [3_600_000, '1h'],
    [90_061_000, '1d 1h'],
    [59_999, '1m']
  ]
  for (const [ms, text] of cases) assert.equal(formatDuration(ms), text)
})

test('any text is a number of milliseconds, finite and not negative, or undefined', () => {
  const unit = fc.constantFrom('', 'ms', 's', 'm', 'h', 'd', 'kb', 'constructor')
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.nat().map(String)), unit, (text, suffix) => {
      for (const value of [parseDuration(text + suffix), parseBytes(text + suffix)]) {
        assert.ok(value === undefined || (Number.isFinite(value) && value >= 0))
      }
    })
  )
})
