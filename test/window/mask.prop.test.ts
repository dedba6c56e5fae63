import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Level, WindowPlan } from '../../src/window/plan.ts'
import { DAY, HOUR, MINUTE } from '../../src/window/size.ts'

const SIZES = ['1m', '90m', '1h', '1d', '1mo', '1h/5m', '30d/1d']
const WATERMARK = Date.parse('2026-03-29T01:30Z')

/** The definition, word for word: the last window that holds the frame ends after watermark − keep. */
function counts({ grid, keepMs }: Level, time: number, watermark: number): boolean {
  let last = grid.firstHolding(time)
  while (grid.after(last) <= time) last = grid.after(last)
  return grid.endOf(last) > watermark - keepMs
}

test('a frame counts for the sizes whose last window with it is still kept', () => {
  const keep = new Map([
    ['1m', 2 * HOUR],
    ['90m', 2 * HOUR],
    ['1h', 30 * HOUR],
    ['1d', 40 * DAY],
    ['1mo', 40 * DAY],
    ['1h/5m', 3 * HOUR],
    ['30d/1d', 41 * DAY]
  ])
  // Near the watermark, and near each bound of what is kept.
  const ages = fc.oneof(
    fc.integer({ min: -DAY, max: 100 * DAY }),
    fc
      .tuple(fc.constantFrom(...keep.values()), fc.integer({ min: -2 * HOUR, max: 32 * DAY }))
      .map(([kept, more]) => kept + more),
    fc
      .tuple(fc.constantFrom(...keep.values()), fc.integer({ min: -90, max: 90 }))
      .map(([kept, minutes]) => kept + minutes * MINUTE)
  )
  const zones = fc.constantFrom('UTC', 'Europe/Zurich', 'Australia/Lord_Howe')
  const seen = new Set<number>()
  fc.assert(
    fc.property(zones, ages, fc.nat({ max: 400 * DAY }), (zone, age, shift) => {
      const plan = new WindowPlan({ sizes: SIZES, keep, zone })
      const watermark = WATERMARK - shift
      const time = watermark - age
      let expected = 0
      for (const level of plan.asked) {
        if (counts(level, time, watermark)) expected += 2 ** level.bit
      }
      seen.add(expected)
      assert.equal(plan.maskFor(time, watermark), expected)
    }),
    { numRuns: 1_000 }
  )
  assert.ok(seen.has(0) && seen.has(127) && seen.size > 5, 'full, partly and not at all')
})

test('to the millisecond: the window that ends with what is kept no longer counts', () => {
  const plan = new WindowPlan({ sizes: ['1m', '1h'], keep: new Map([['1m', 2 * HOUR]]) })
  const minute = Date.parse('2026-01-01T00:00Z')
  const closes = minute + MINUTE + 2 * HOUR
  assert.equal(plan.maskFor(minute, closes - 1), 0b11)
  assert.equal(plan.maskFor(minute, closes), 0b10)
  assert.equal(plan.maskFor(minute + MINUTE - 1, closes), 0b10)
  assert.equal(plan.maskFor(minute + MINUTE, closes), 0b11)
})

test('before anything is known every frame counts for every size', () => {
  const plan = new WindowPlan({ sizes: SIZES, zone: 'Europe/Zurich' })
  for (const time of [-(2 ** 47), 0, 2 ** 47]) {
    assert.equal(plan.maskFor(time, Number.NEGATIVE_INFINITY), plan.mask)
  }
})
