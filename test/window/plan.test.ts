import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ErrorCode, isFailure } from '../../src/core/errors.ts'
import { type PlanOptions, WindowPlan } from '../../src/window/plan.ts'
import { DAY, HOUR, MINUTE } from '../../src/window/size.ts'

const WAIT = 5_000
const SKEW = 6 * HOUR

/** Each level with what it is made from; asked ones marked. */
function shapeOf(sizes: string[]): string[] {
  const { levels } = new WindowPlan({ sizes })
  return levels.map(({ name, child, asked }) => {
    const from = child < 0 ? '' : ` from ${levels[child]!.name}`
    return `${asked ? '*' : ''}${name}${from}`
  })
}

test('whole hours and the day are made from hours, larger ones from days, sliding from their step', () => {
  assert.deepEqual(shapeOf(['1d', '5m']), ['1m', '*5m from 1m', '1h from 1m', '*1d from 1h'])
  assert.deepEqual(shapeOf(['90m']), ['1m', '*90m from 1m'])
  assert.deepEqual(shapeOf(['6h', '1h']), ['1m', '*1h from 1m', '*6h from 1h'])
  assert.deepEqual(shapeOf(['1y', '1w']), [
    '1m',
    '1h from 1m',
    '1d from 1h',
    '*1w from 1d',
    '*1y from 1d'
  ])
  assert.deepEqual(shapeOf(['30d/1d', '1h/5m', '12mo/1mo']), [
    '1m',
    '5m from 1m',
    '1h from 1m',
    '*1h/5m from 5m',
    '1d from 1h',
    '*30d/1d from 1d',
    '1mo from 1d',
    '*12mo/1mo from 1mo'
  ])
})

test('a child comes before its parents, however the sizes are ordered', () => {
  const sizes = ['1y', '12mo/1mo', '400h/1h', '1h/5m', '6h', '1q', '24h/1h', '1d', '30d/1d', '1w']
  for (const order of [sizes, sizes.toReversed()]) {
    const { levels } = new WindowPlan({ sizes: order })
    for (const { index, child } of levels) assert.ok(child < index)
    assert.equal(levels[0]!.name, '1m')
    assert.deepEqual(
      levels.map(({ index }) => index),
      levels.map((_, i) => i)
    )
  }
})

test('asked sizes have a bit each, smallest first, however they are spelt', () => {
  const plan = new WindowPlan({ sizes: ['1d', '60m', '1h', '5m'] })
  assert.deepEqual(
    plan.asked.map(({ name, bit }) => [name, bit]),
    [
      ['5m', 0],
      ['1h', 1],
      ['1d', 2]
    ]
  )
  assert.equal(plan.mask, 0b111)
  assert.deepEqual(
    plan.levels.filter(({ asked }) => !asked).map(({ name, bit }) => [name, bit]),
    [['1m', -1]]
  )
})

test('31 sizes fit in a mask, 32 are refused', () => {
  const sizes = Array.from({ length: 31 }, (_, i) => `${i + 2}m/1m`)
  const plan = new WindowPlan({ sizes })
  assert.equal(plan.mask, 2 ** 31 - 1)
  assert.equal(plan.maskFor(0, 100 * DAY), 0)
  assert.equal(plan.maskFor(0, -1), plan.mask)
  assert.throws(
    () => new WindowPlan({ sizes: [...sizes, '1d'] }),
    error => isFailure(error, 'window-size') && /at most 31/.test(error.message)
  )
})

test('windows are kept by size: minutes 2 days, then a week, 3 months, 6 years', () => {
  const { asked } = new WindowPlan({ sizes: ['1m', '5m', '1h', '12h', '1d', '1y'] })
  const days = asked.map(({ keepMs }) => keepMs / DAY)
  assert.deepEqual(days, [2, 7, 92, 92, 6 * 366, 6 * 366])
})

test('a level nobody asked for is kept until its longest parent has closed, lagging partitions included', () => {
  const { levels } = new WindowPlan({ sizes: ['6h', '1w', '30d/1d'] })
  const keep = Object.fromEntries(levels.map(({ name, keepMs }) => [name, keepMs]))
  assert.equal(keep['1m'], HOUR + WAIT + SKEW)
  assert.equal(keep['1h'], DAY + HOUR + WAIT + SKEW)
  assert.equal(keep['1d'], 30 * DAY + HOUR + WAIT + SKEW)
})

test('a default that is too short for a larger window is raised, and that is said', () => {
  const plan = new WindowPlan({ sizes: ['12h', '400h/1h', '210d/1d', '3600h/12h'] })
  assert.deepEqual(plan.raised, [{ size: '12h', keepMs: 3_600 * HOUR + WAIT + SKEW }])
  assert.equal(plan.asked[0]!.keepMs, plan.raised[0]!.keepMs)
  assert.deepEqual(new WindowPlan({ sizes: ['1m', '1h', '1d', '1w', '1mo', '1y'] }).raised, [])
})

test('what the user says about keeping holds, under any name of the size', () => {
  const keep = new Map([
    ['60m', 30 * HOUR],
    ['1m', 61 * MINUTE]
  ])
  const plan = new WindowPlan({ sizes: ['1m', '1h', '1d'], keep })
  assert.deepEqual(
    plan.asked.map(({ keepMs }) => keepMs),
    [61 * MINUTE, 30 * HOUR, 6 * 366 * DAY]
  )
})

const wrong: readonly [string, Partial<PlanOptions>, ErrorCode, RegExp][] = [
  ['no size', { sizes: [] }, 'window-size', /name one or more/],
  ['a misspelt zone', { zone: 'Europe/Zuerich' }, 'window-zone', /did you mean Europe\/Zurich/],
  ['a zone on another planet', { zone: 'Mars/Olympus' }, 'window-zone', /IANA/],
  ['no zone', { zone: '' }, 'window-zone', /IANA/],
  ['a day that starts at 24:00', { dayStart: '24:00' }, 'window-day-start', /05:00/],
  ['a day that starts at five', { dayStart: 'five' }, 'window-day-start', /05:00/],
  ['keep of a size not counted', { keep: new Map([['5m', DAY]]) }, 'window-keep', /--window.*1m/],
  ['keep of no size', { keep: new Map([['5x', DAY]]) }, 'window-size', /1m/],
  ['too short a keep', { keep: new Map([['1m', HOUR]]) }, 'window-keep', /2h or longer/],
  [
    'a keep too short for a day',
    { keep: new Map([['1h', DAY]]) },
    'window-keep',
    /2d.*or leave 1d/
  ],
  ['a negative keep', { keep: new Map([['1d', -1]]) }, 'window-wait', /zero or more/],
  ['a negative wait', { waitMs: -1 }, 'window-wait', /zero or more/],
  ['a wait that is no number', { waitMs: Number.NaN }, 'window-wait', /zero or more/],
  ['a negative skew', { maxSkewMs: -1 }, 'window-wait', /zero or more/]
]

for (const [what, options, code, cure] of wrong) {
  test(`${what} is refused before anything is read`, () => {
    assert.throws(
      () => new WindowPlan({ sizes: ['1m', '1h', '1d'], ...options }),
      error => {
        assert.ok(isFailure(error, code), String(error))
        assert.match(error.cure, cure)
        return error.message.length < 200
      }
    )
  })
}

test('a keep too short for a level nobody asked for has a cure that can be followed', () => {
  const keep = new Map([['1h', DAY]])
  assert.throws(
    () => new WindowPlan({ sizes: ['1h', '1y'], keep }),
    error => isFailure(error, 'window-keep') && error.cure === 'keep them for 2d or longer'
  )
  assert.doesNotThrow(
    () => new WindowPlan({ sizes: ['1h', '1y'], keep: new Map([['1h', 2 * DAY]]) })
  )
})

test('a week that starts on another day is refused', () => {
  // The types of the command line end here.
  const options = { sizes: ['1w'], weekStart: 'friday' } as unknown as PlanOptions
  assert.throws(
    () => new WindowPlan(options),
    error => isFailure(error, 'window-week-start')
  )
})

test('a zone has its own spelling, whatever case the user wrote', () => {
  const zoneOf = (zone?: string): string =>
    new WindowPlan(zone === undefined ? { sizes: ['1m'] } : { sizes: ['1m'], zone }).zone
  assert.equal(zoneOf(), 'UTC')
  assert.equal(zoneOf('europe/zurich'), 'Europe/Zurich')
  assert.equal(zoneOf('+05:45'), '+05:45')
})

test('a parent is kept at least as long as its child: a default gives way, a choice is refused', () => {
  const kept = (keep: [string, number][]): number[] =>
    new WindowPlan({ sizes: ['1m', '1h', '1d'], keep: new Map(keep) }).asked.map(
      ({ keepMs }) => keepMs / DAY
    )
  assert.deepEqual(kept([['1m', 200 * DAY]]), [200, 200, 2_196])
  assert.deepEqual(kept([['1h', 1.5 * DAY]]), [1.5, 1.5, 2_196])
  assert.throws(
    () =>
      kept([
        ['1m', 9 * DAY],
        ['1h', 8 * DAY]
      ]),
    error => isFailure(error, 'window-keep') && error.message.includes('kept for 9d')
  )
})
