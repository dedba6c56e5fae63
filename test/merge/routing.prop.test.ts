import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatTime, type ResultRecord } from '../../src/result/result-record.ts'
import {
  everyLevel,
  histories,
  innerLevels,
  playSteps,
  type Setup,
  type Step
} from './merger-history.ts'
import { MergerRun, type RunOptions } from './merger-run.ts'

/** What each window must end with: a map of sets. */
class Oracle {
  readonly windows = new Map<string, { users: Set<number>; frames: number }>()
  private readonly setup: Setup
  private readonly purgedBefore: number[]

  constructor(setup: Setup) {
    this.setup = setup
    this.purgedBefore = setup.sizes.map(() => Number.NEGATIVE_INFINITY)
  }

  take(at: number, group: string, mask: number, users: readonly number[]): void {
    const { sizes, lengths, steps } = this.setup
    for (const [bit, size] of sizes.entries()) {
      if (((mask >>> bit) & 1) === 0) continue
      const newest = Math.floor(at / steps[bit]!) * steps[bit]!
      for (let start = newest; start > newest - lengths[bit]!; start -= steps[bit]!) {
        if (start >= this.purgedBefore[bit]!)
          this.add(`${size}|${formatTime(start)}|${group}`, users)
      }
    }
  }

  /** A commit with the watermark here. */
  purge(watermark: number): void {
    const { sizes, keep, lengths, steps } = this.setup
    for (const [bit, size] of sizes.entries()) {
      const kept = watermark - keep[size]!
      const bound = Math.floor(kept / steps[bit]!) * steps[bit]! - lengths[bit]! + steps[bit]!
      this.purgedBefore[bit] = Math.max(this.purgedBefore[bit]!, bound)
    }
  }

  private add(key: string, users: readonly number[]): void {
    const window = this.windows.get(key) ?? { users: new Set<number>(), frames: 0 }
    for (const user of users) window.users.add(user)
    window.frames += users.length
    this.windows.set(key, window)
  }
}

function play(
  setup: Setup,
  steps: readonly Step[],
  options: Partial<RunOptions>
): { run: MergerRun; oracle: Oracle } {
  const run = new MergerRun({ sizes: setup.sizes, keep: setup.keep, ...options })
  const oracle = new Oracle(setup)
  playSteps(run, {
    setup,
    steps,
    onPartial: (...partial) => oracle.take(...partial),
    onCommit: () => oracle.purge(run.merger.watermark.value)
  })
  return { run, oracle }
}

const figures = (latest: ReadonlyMap<string, ResultRecord>) =>
  [...latest].map(([key, { uniques, frames }]) => [key, uniques, frames] as const).sort(byKey)
const byKey = (left: readonly [string, ...unknown[]], right: readonly [string, ...unknown[]]) =>
  left[0] < right[0] ? -1 : 1

for (const [name, setup] of Object.entries({ everyLevel, innerLevels })) {
  for (const memoryBytes of [1, 1e9]) {
    test(`${name}, ${memoryBytes} bytes: every window allowed holds each partial exactly once`, () => {
      const runs = Number(process.env.HEADCOUNT_RUNS ?? 150)
      fc.assert(
        fc.property(histories, steps => {
          const { run, oracle } = play(setup, steps, { memoryBytes })
          const wanted = [...oracle.windows]
            .map(([key, { users, frames }]) => [key, users.size, frames] as const)
            .sort(byKey)
          assert.deepEqual(figures(run.latest), wanted)
          checkCommits(run)
        }),
        { numRuns: runs }
      )
    })
  }
}

/** provisional* → final → corrected*, rising revisions, no audit that differs, nothing purged comes back. */
function checkCommits(run: MergerRun): void {
  const last = new Map<string, ResultRecord>()
  for (const { results } of run.commits) {
    for (const { key, record } of results) {
      const before = last.get(key)
      if (before && before.status !== 'provisional')
        assert.notEqual(record.status, 'provisional', key)
      if (before && record.revision === before.revision) {
        assert.deepEqual(said(record), said(before), 'said again, it is the same')
      } else if (before) assert.ok(record.revision > before.revision, `${key} went back`)
      if (record.status === 'corrected') assert.ok(before, `${key} is corrected before it is final`)
      if (record.audit) assert.equal(record.audit.exact, record.uniques, key)
      last.set(key, record)
    }
  }
}

function said(record: ResultRecord): object {
  // An audit ends with the commit that closes its pane.
  return { ...record, emittedAt: '', audit: undefined }
}
