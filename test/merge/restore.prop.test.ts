import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ResultRecord } from '../../src/result/result-record.ts'
import {
  everyLevel,
  histories,
  innerLevels,
  playSteps,
  type Setup,
  type Step
} from './merger-history.ts'
import { type ChangelogOrder, MergerRun } from './merger-run.ts'

/** What a task holds after a commit, beside the windows' contents. */
interface Standing {
  readonly openWindows: number
  readonly groups: number
  readonly watermark: number
  readonly purgedBefore: ReadonlyMap<string, number>
  readonly changelog: readonly string[]
}

function play(
  setup: Setup,
  steps: readonly Step[],
  order?: ChangelogOrder
): { said: unknown[]; standings: Standing[] } {
  const { sizes, keep } = setup
  const memoryBytes = order ? 1 : 1e9
  const run = new MergerRun({ sizes, keep, memoryBytes, provisional: 'never' })
  const standings: Standing[] = []
  playSteps(run, {
    setup,
    steps: steps.filter(({ kind }) => kind !== 'restart'),
    onCommit: () => {
      if (order) run.restart(order)
      const { merger } = run
      standings.push({
        openWindows: merger.holdings.openWindows,
        groups: merger.roster.size,
        watermark: merger.watermark.value,
        purgedBefore: merger.purge.purgedBefore,
        changelog: run.stored('').filter(key => key !== 'p')
      })
    }
  })
  return { said: inOrder(run), standings }
}

/** All results. */
function inOrder({ commits }: MergerRun): unknown[] {
  return commits.flatMap(({ results }) =>
    results
      .map(({ key, record }) => [key, bare(record)])
      .sort((left, right) => (left[0]! < right[0]! ? -1 : 1))
  )
}

function bare(record: ResultRecord): object {
  return { ...record, emittedAt: '' }
}

for (const [name, setup] of Object.entries({ everyLevel, innerLevels })) {
  for (const order of ['compacted', 'reversed', 'whole'] as const) {
    test(`${name}, ${order} changelog: restored after every commit it goes on like one that ran on`, () => {
      fc.assert(
        fc.property(histories, steps => {
          assert.deepEqual(play(setup, steps, order), play(setup, steps))
        }),
        { numRuns: Number(process.env.HEADCOUNT_RUNS ?? 60) }
      )
    })
  }
}
