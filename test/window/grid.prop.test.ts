import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Grid } from '../../src/window/grid.ts'
import { type Level, WindowPlan } from '../../src/window/plan.ts'
import { HOUR, MINUTE } from '../../src/window/size.ts'

/** Zones whose clocks do odd things, more often than chance would bring them. */
const ODD = [
  'UTC',
  '+05:45',
  'Europe/Zurich',
  'America/New_York',
  'America/St_Johns',
  'America/Sao_Paulo',
  'Asia/Beirut',
  'Asia/Kathmandu',
  'Asia/Gaza',
  'Africa/Monrovia',
  'Africa/Casablanca',
  'Africa/Freetown',
  'Antarctica/Troll',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Kwajalein'
]
const zones = fc.oneof(
  fc.constantFrom(...ODD),
  fc.constantFrom(...Intl.supportedValuesOf('timeZone'))
)
const TUMBLING = ['5m', '15m', '90m', '1h', '4h', '6h', '12h', '1d', '1w', '1mo', '2mo', '1q', '1y']
const SLIDING = ['1h/5m', '24h/1h', '30d/1d', '4w/1w', '12mo/1mo']
const clock = (minutes: number): string =>
  `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`
const plans = fc
  .record({
    sizes: fc.subarray([...TUMBLING, ...SLIDING], { minLength: 1, maxLength: 4 }),
    zone: zones,
    weekStart: fc.constantFrom('monday' as const, 'sunday' as const),
    dayStart: fc.oneof(fc.constant('00:00'), fc.nat({ max: 1_439 }).map(clock))
  })
  .map(options => ({ options, plan: new WindowPlan(options) }))
const times = fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2100, 0, 1) })
/** All that may be an event time. */
const farTimes = fc.integer({ min: -(2 ** 47), max: 2 ** 47 })

function inOneWindow(grid: Grid, time: number): void {
  const start = grid.firstHolding(time)
  const end = grid.endOf(start)
  assert.ok(start <= time && time < end)
  assert.equal(grid.after(start), end)
  assert.equal(grid.firstHolding(start), start)
  assert.equal(grid.firstHolding(end - 1), start)
  assert.equal(grid.firstHolding(end), end)
  assert.ok(start % MINUTE === 0 && end % MINUTE === 0)
}

function inAllSteps(level: Level, step: Grid, steps: number, time: number): void {
  const holding: number[] = []
  for (let start = level.grid.firstHolding(time); start <= time; start = level.grid.after(start)) {
    assert.equal(step.firstHolding(start), start)
    assert.ok(time < level.grid.endOf(start))
    holding.push(start)
  }
  assert.equal(holding.length, steps)
  const before = step.firstHolding(holding[0]! - 1)
  assert.ok(level.grid.endOf(before) <= time, 'an earlier window does not hold it')
}

function checkLevels(plan: WindowPlan, time: number): void {
  for (const level of plan.levels) {
    if (!level.sliding) inOneWindow(level.grid, time)
    else {
      const [size, step] = level.name.split('/').map(part => Number.parseInt(part, 10))
      const unit = level.name.startsWith('1h/') ? 60 : 1
      inAllSteps(level, plan.levels[level.child]!.grid, (size! * unit) / step!, time)
    }
  }
}

test('every time lies in one window of a tumbling size and in size/step of a sliding one', () => {
  fc.assert(
    fc.property(plans, times, ({ plan }, time) => checkLevels(plan, time)),
    { numRuns: 400 }
  )
})

test('so it is at the far ends of what may be an event time', () => {
  fc.assert(
    fc.property(plans, farTimes, ({ plan }, time) => checkLevels(plan, time)),
    { numRuns: 150 }
  )
  const plan = new WindowPlan({ sizes: [...TUMBLING, ...SLIDING], zone: 'Europe/Zurich' })
  for (const time of [-(2 ** 47), 2 ** 47, 0, -1]) checkLevels(plan, time)
})

test('every child lies in one parent, and the children of a window fill it without a gap', () => {
  fc.assert(
    fc.property(plans, times, ({ plan }, time) => {
      for (const parent of plan.levels) {
        if (parent.child < 0) continue
        const child = plan.levels[parent.child]!.grid
        const start = parent.grid.firstHolding(time)
        const end = parent.grid.endOf(start)
        let at = start
        while (at < end) {
          if (!parent.sliding) assert.equal(parent.grid.firstHolding(at), start)
          assert.equal(child.firstHolding(at), at)
          at = child.endOf(at)
        }
        assert.equal(at, end)
      }
    }),
    { numRuns: 200 }
  )
})

test('the order in which a grid is asked changes nothing', () => {
  fc.assert(
    fc.property(plans, fc.array(times, { minLength: 2, maxLength: 8 }), ({ options }, asked) => {
      const bounds = (plan: WindowPlan, time: number): number[] =>
        plan.levels.flatMap(({ grid }) => {
          const start = grid.firstHolding(time)
          return [start, grid.endOf(start), grid.after(start)]
        })
      const used = new WindowPlan(options)
      for (const time of asked) bounds(used, time)
      for (const time of asked) {
        assert.deepEqual(bounds(used, time), bounds(new WindowPlan(options), time))
      }
    }),
    { numRuns: 50 }
  )
})

test('no window is longer than its level says, in zones whose clocks move by an hour', () => {
  const usual = fc.constantFrom('UTC', 'Europe/Zurich', 'America/New_York', 'Australia/Lord_Howe')
  const recent = fc.integer({ min: Date.UTC(1970, 0, 1), max: Date.UTC(2100, 0, 1) })
  const sizes = [...TUMBLING, ...SLIDING]
  fc.assert(
    fc.property(usual, recent, (zone, time) => {
      for (const { grid, length } of new WindowPlan({ sizes, zone }).levels) {
        const start = grid.firstHolding(time)
        assert.ok(grid.endOf(start) - start <= length)
      }
    }),
    { numRuns: 60 }
  )
  const { levels } = new WindowPlan({ sizes: ['1d'], zone: 'Europe/Zurich' })
  const day = levels.at(-1)!
  const longest = day.grid.firstHolding(Date.parse('2026-10-25T12:00Z'))
  assert.equal(day.grid.endOf(longest) - longest, day.length)
  assert.equal(day.length, 25 * HOUR)
})
