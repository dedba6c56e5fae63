import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ResultRecord } from '../../src/result/result-record.ts'
import { resultKey } from '../../src/result/result-record.ts'
import { PipelineTestDriver } from '../../src/testing/pipeline-test-driver.ts'
import { countsOf, type OracleFrame, sortedEntries, trueCounts } from '../testing/oracle.ts'

const SIZES = { '1m': 60, '5m': 300, '1h': 3_600, '1d': 86_400 }
const START = 1_468_244_384

/** What happens to the pipeline, step by step. */
type Step =
  | { readonly kind: 'frame'; readonly partition: number; readonly frame: OracleFrame }
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
  uid: fc.nat(30).map(user => `u${user}`)
})

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('frame' as const),
      partition: fc.nat(2),
      frame
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

function play(steps: readonly Step[], sketch: 'adaptive' | 'exact'): PipelineTestDriver {
  const driver = new PipelineTestDriver({
    key: 'uid',
    time: 'ts',
    windows: Object.keys(SIZES),
    partitions: 3,
    sketch
  })
  for (const action of steps) {
    if (action.kind === 'frame') driver.pipe([action.frame], action.partition)
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
        const driver = play(steps, sketch)
        const frames = steps.flatMap(action => (action.kind === 'frame' ? [action.frame] : []))
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

/** provisional* → final → corrected*; revisions rise, except when a result is said again. */
function checkHistory(results: readonly ResultRecord[]): void {
  const last = new Map<string, ResultRecord>()
  for (const result of results) {
    const before = last.get(resultKey(result))
    if (before?.revision === result.revision) {
      const { emittedAt: _, ...said } = before
      const { emittedAt: __, ...again } = result
      assert.deepEqual(again, said, 'said again, it is the same')
    } else if (before) {
      assert.ok(result.revision > before.revision, 'revisions rise')
      if (before.status !== 'provisional') assert.equal(result.status, 'corrected')
    } else assert.notEqual(result.status, 'corrected')
    assert.ok(result.low <= result.uniques && result.uniques <= result.high)
    last.set(resultKey(result), result)
  }
}
