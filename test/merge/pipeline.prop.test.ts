import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ResultRecord } from '../../src/result/result-record.ts'
import { type DriverOptions, PipelineTestDriver } from '../../src/testing/pipeline-test-driver.ts'
import { countsOf, type OracleFrame, sortedEntries, trueCounts } from '../testing/oracle.ts'

const SIZES = { '1m': 60, '5m': 300, '1h': 3_600, '1d': 86_400 }
const START = 1_468_244_384

const COUNTRIES = ['CH', 'DE', 'FR', 'IT']

interface Frame extends OracleFrame {
  readonly country: string
}

/** What happens to the pipeline, step by step. */
type Step =
  | { readonly kind: 'frames'; readonly partition: number; readonly frames: readonly Frame[] }
  | { readonly kind: 'flush'; readonly partition: number }
  | { readonly kind: 'commit' }
  | { readonly kind: 'restart' }
  | { readonly kind: 'wait'; readonly ms: number }

const frame = fc.record({
  // Mostly close together, sometimes hours or days away: panes open, close and are corrected.
  ts: fc
    .oneof(
      { weight: 6, arbitrary: fc.nat(200) },
      { weight: 2, arbitrary: fc.nat(8_000) },
      { weight: 1, arbitrary: fc.nat(200_000) }
    )
    .map(offset => START + offset),
  uid: fc.nat(30).map(user => `u${user}`),
  country: fc.constantFrom(...COUNTRIES)
})

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('frames' as const),
      partition: fc.nat(2),
      frames: fc.oneof(
        frame.map(one => [one]),
        // So many users at once move the clock: windows close.
        frame.map(one => Array.from({ length: 9 }, (_, i) => ({ ...one, uid: `c${i}` })))
      )
    })
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('flush' as const), partition: fc.nat(2) })
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'commit' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(90_000) }) }
)

function play(steps: readonly Step[], options: Partial<DriverOptions>): PipelineTestDriver {
  const driver = new PipelineTestDriver({
    key: 'uid',
    time: 'ts',
    windows: Object.keys(SIZES),
    // Frames far apart are meant here; what the clock makes of them is another test's matter.
    maxJump: '10000d',
    // Kept longer than frames are apart, so that every frame counts for every size.
    keep: { '1m': '7d' },
    partitions: 3,
    ...options
  })
  for (const action of steps) {
    if (action.kind === 'frames') driver.pipe(action.frames, action.partition)
    else if (action.kind === 'flush') driver.flush(action.partition)
    else if (action.kind === 'commit') driver.commit()
    else if (action.kind === 'wait') driver.clock.advance(action.ms)
    else {
      // Only what was committed survives a restart; the partials before it must be in it.
      driver.commit()
      driver.restart()
    }
  }
  for (const partition of [0, 1, 2]) driver.flush(partition)
  driver.commit()
  driver.end()
  return driver
}

for (const sketch of ['adaptive', 'exact'] as const) {
  test(`${sketch}: whatever the flushes, commits and restarts, the last results are the truth`, () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), steps => {
        const driver = play(steps, { sketch })
        const frames = framesOf(steps)
        assert.deepEqual(
          sortedEntries(countsOf(driver.latest)),
          sortedEntries(trueCounts(frames, SIZES))
        )
        checkHistory(driver.results)
      }),
      { numRuns: Number(process.env.HEADCOUNT_RUNS ?? 300) }
    )
  })
}

const grouped = { by: ['country'], total: true, tasks: 3 }

for (const maxGroups of [100, 1]) {
  test(`at most ${maxGroups} groups a task: each is the truth of its own, the total of all`, () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), steps => {
        const driver = play(steps, { ...grouped, maxGroups })
        const frames = framesOf(steps)
        const results = driver.latest.sorted()
        const total = results.filter(({ group }) => group === null)
        const apart = results.filter(({ group }) => group !== null)
        assert.deepEqual(
          total.map(figures).sort(),
          sortedEntries(trueCounts(frames, SIZES)).map(([key, { uniques, frames: count }]) =>
            [key, uniques, count].join(' ')
          )
        )
        for (const { window, start, frames: count } of total) {
          const parts = apart.filter(part => part.window === window && part.start === start)
          assert.equal(
            parts.reduce((sum, part) => sum + part.frames, 0),
            count,
            'none is lost'
          )
        }
        for (const country of maxGroups === 1 ? [] : COUNTRIES) {
          const own = apart.filter(({ group }) => group?.country === country)
          const truth = trueCounts(
            frames.filter(frame => frame.country === country),
            SIZES
          )
          assert.deepEqual(countsOfResults(own), sortedEntries(truth))
        }
        checkHistory(driver.results)
      }),
      { numRuns: Number(process.env.HEADCOUNT_RUNS ?? 100) }
    )
  })
}

function framesOf(steps: readonly Step[]): Frame[] {
  return steps.flatMap(action => (action.kind === 'frames' ? action.frames : []))
}

function figures({ window, start, uniques, frames }: ResultRecord): string {
  return `${window}|${start} ${uniques} ${frames}`
}

function countsOfResults(results: readonly ResultRecord[]) {
  return sortedEntries(
    new Map(
      results.map(({ window, start, uniques, frames }) => [
        `${window}|${start}`,
        { uniques, frames }
      ])
    )
  )
}

function keyOf({ window, start, group }: ResultRecord): string {
  return `${window}|${start}|${JSON.stringify(group)}`
}

/** provisional* → final → corrected*; revisions rise, each is said once. */
function checkHistory(results: readonly ResultRecord[]): void {
  const last = new Map<string, ResultRecord>()
  for (const result of results) {
    const before = last.get(keyOf(result))
    if (before) {
      assert.ok(result.revision > before.revision, 'revisions rise')
      if (before.status !== 'provisional') assert.equal(result.status, 'corrected')
    } else assert.notEqual(result.status, 'corrected')
    assert.ok(result.low <= result.uniques && result.uniques <= result.high)
    last.set(keyOf(result), result)
  }
}
