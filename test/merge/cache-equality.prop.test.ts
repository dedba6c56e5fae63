import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SqliteCache } from '../../src/host/sqlite-cache.ts'
import type { StateCache } from '../../src/port/state-cache.ts'
import { everyLevel, histories, playSteps, type Step } from './merger-history.ts'
import { MergerRun } from './merger-run.ts'

function commitsOf(steps: readonly Step[], openCache?: () => StateCache) {
  const { sizes, keep } = everyLevel
  const run = new MergerRun({ sizes, keep, memoryBytes: 1, ...(openCache && { openCache }) })
  try {
    playSteps(run, { setup: everyLevel, steps })
    return run.commits
  } finally {
    run.cache.close()
  }
}

test('whether the state cache is a file or in memory, the commits are the same', () => {
  fc.assert(
    fc.property(histories, steps => {
      const wallClock = (key: string, value: unknown) => (key === 'emittedAt' ? 0 : value)
      const [inMemory, inFile] = [
        commitsOf(steps),
        commitsOf(steps, () => new SqliteCache({ task: 'app-0' }))
      ].map(commits => JSON.stringify(commits, wallClock))
      assert.equal(inFile, inMemory)
    }),
    { numRuns: Number(process.env.HEADCOUNT_RUNS ?? 40) }
  )
})
