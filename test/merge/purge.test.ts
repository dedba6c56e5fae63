import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFailure } from '../../src/core/errors.ts'
import { MemoryCache } from '../../src/merge/memory-cache.ts'
import { DAY, HOUR, MergerRun, MINUTE, type RunOptions, WAIT } from './merger-run.ts'

const START = Date.UTC(2026, 0, 1)
const group = '["a"]'

function run(options: Partial<RunOptions> = {}): MergerRun {
  return new MergerRun({
    sizes: ['1m', '1h'],
    keep: { '1m': 2 * HOUR, '1h': 4 * HOUR },
    provisional: 'never',
    ...options
  })
}

/** Partials of one user in these minutes, and a clock that passes the last of them. */
function minutes(task: MergerRun, ...at: number[]): void {
  for (const minute of at) task.partial({ at: START + minute * MINUTE, users: [minute], group })
}

test('what was kept long enough leaves changelog, cache and roster', () => {
  const task = run({ memoryBytes: 1 })
  minutes(task, 0)
  task.mark(START + HOUR + WAIT)
  task.commit()
  assert.equal(task.stored('').length, 6)
  assert.equal(task.merger.roster.size, 1)
  task.mark(START + 3 * HOUR + WAIT)
  task.commit()
  assert.deepEqual(task.stored('w|1m').concat(task.stored('h|1m')), [])
  task.mark(START + 6 * HOUR + WAIT)
  task.commit()
  assert.deepEqual(task.stored(''), ['m|0|s', 'p'])
  assert.equal(task.merger.roster.size, 0)
  assert.deepEqual([...task.cache.rows()], [])
})

test('a window that closes and is purged in one commit leaves nothing behind', () => {
  for (const memoryBytes of [1, 1e9]) {
    const task = run({ memoryBytes })
    minutes(task, 0)
    task.mark(START + DAY + WAIT)
    const said = task.commit()
    assert.deepEqual(
      said.map(({ record }) => [record.window, record.status]),
      [
        ['1m', 'final'],
        ['1h', 'final']
      ]
    )
    assert.deepEqual(task.stored(''), ['m|0|s', 'p'])
    task.restart()
    task.merger.end()
    assert.deepEqual(task.commit(), [], 'nothing purged is said again')
  }
})

test('what comes for a purged window is counted by size, and only larger ones take it', () => {
  const task = run()
  minutes(task, 0)
  task.mark(START + 3 * HOUR + WAIT)
  task.commit()
  task.partial({ at: START, users: [7, 8], group })
  const [corrected, ...others] = task.commit().map(({ record }) => record)
  assert.deepEqual(others, [])
  assert.deepEqual(
    [corrected?.window, corrected?.status, corrected?.uniques],
    ['1h', 'corrected', 3]
  )
  assert.deepEqual([...task.merger.purge.missedFrames], [['1m', 2]])
  task.mark(START + 6 * HOUR + WAIT)
  task.commit()
  task.partial({ at: START, users: [9], group })
  assert.deepEqual(task.commit(), [])
  assert.deepEqual(Object.fromEntries(task.merger.purge.missedFrames), { '1m': 3, '1h': 1 })
})

test('what is purged stays purged after a restart', () => {
  const task = run()
  minutes(task, 0)
  task.mark(START + 6 * HOUR + WAIT)
  task.commit()
  task.restart()
  task.partial({ at: START, users: [9], group })
  task.merger.end()
  assert.deepEqual(task.commit(), [])
  assert.deepEqual(Object.fromEntries(task.merger.purge.missedFrames), { '1m': 1, '1h': 1 })
})

test('a purge that ended between a header and its chunks does not bring the window back', () => {
  const task = run({ memoryBytes: 1 })
  minutes(task, 0, 1)
  task.mark(START + HOUR + WAIT)
  task.commit()
  const chunk = task.stored('w|1m')[0]!
  const kept = task.changelog.get(chunk)!
  task.mark(START + 3 * HOUR + WAIT)
  task.commit()
  // As the bound of one commit's purge can leave it.
  task.changelog.set(chunk, kept)
  task.restart()
  assert.deepEqual(
    task.commit().filter(({ record }) => record.window === '1m'),
    []
  )
  assert.deepEqual(task.stored('w|1m'), [])
})

/** A cache that says it holds so many bytes. */
class SizedCache extends MemoryCache {
  says = 0

  override get bytes(): number {
    return this.says
  }
}

test('a full state purges the finest, oldest windows, never those of a parent in progress', () => {
  const cache = new SizedCache()
  const task = run({ memoryBytes: 1, openCache: () => cache, maxStateBytes: 1_000 })
  minutes(task, 0, 61, 62)
  task.mark(START + 64 * MINUTE + WAIT)
  task.commit()
  assert.equal(task.stored('h|1m').length, 3)
  cache.says = 1_001
  task.mark(START + 65 * MINUTE + WAIT)
  task.commit()
  assert.equal(task.stored('h|1m').length, 2, 'the second hour is in progress')
  assert.deepEqual([...task.merger.purge.early], ['1m'])
  task.mark(START + 66 * MINUTE + WAIT)
  task.commit()
  assert.deepEqual(task.stored('h|1h'), [], 'then the next size')
  assert.deepEqual([...task.merger.purge.early], ['1m', '1h'])
  task.mark(START + 67 * MINUTE + WAIT)
  assert.throws(
    () => task.commit(),
    error => isFailure(error, 'state-full')
  )
})

test('windows that made room stay away: what comes for them is counted', () => {
  const cache = new SizedCache()
  const task = run({ memoryBytes: 1, openCache: () => cache, maxStateBytes: 1_000 })
  minutes(task, 0, 61)
  task.mark(START + 64 * MINUTE + WAIT)
  task.commit()
  cache.says = 1_001
  task.mark(START + 65 * MINUTE + WAIT)
  task.commit()
  cache.says = 0
  task.partial({ at: START, users: [5], group })
  const said = task
    .commit()
    .map(({ record }) => `${record.window} ${record.status} ${record.uniques}`)
  assert.deepEqual(said, ['1h corrected 2'])
  assert.deepEqual([...task.merger.purge.missedFrames], [['1m', 1]])
})
