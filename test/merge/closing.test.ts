import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../../src/core/limits.ts'
import { DAY, HOUR, MergerRun, MINUTE, WAIT } from './merger-run.ts'

const START = Date.UTC(2026, 0, 1)

const named = (results: ReturnType<MergerRun['commit']>) =>
  results.map(
    ({ key, record }) => `${key.replace('2026-01-01T', '').replace(':00Z', '')} ${record.status}`
  )

test('windows close by end, then size, then group', () => {
  const task = new MergerRun({ sizes: ['1m', '5m'], provisional: 'never' })
  for (const minute of [4, 3]) {
    for (const group of ['["b"]', 'null', '["a"]']) {
      task.partial({ at: START + minute * MINUTE, users: [1], group })
    }
  }
  task.mark(START + HOUR + WAIT)
  assert.deepEqual(named(task.commit()), [
    '1m|00:03|["a"] final',
    '1m|00:03|["b"] final',
    '1m|00:03|null final',
    '1m|00:04|["a"] final',
    '1m|00:04|["b"] final',
    '1m|00:04|null final',
    '5m|00:00|["a"] final',
    '5m|00:00|["b"] final',
    '5m|00:00|null final'
  ])
})

test('a commit closes no more than its budget, the next ones go on where it stopped', () => {
  const task = new MergerRun({ sizes: ['1m'], provisional: 'never' })
  const users = Array.from({ length: 20_000 }, (_, i) => i)
  const minutes = 40
  for (let minute = 0; minute < minutes; minute++) {
    task.partial({ at: START + minute * MINUTE, users })
  }
  task.mark(START + HOUR + WAIT)
  const closed: string[] = []
  let commits = 0
  for (let more = true; more; commits++) {
    const commit = task.commitOnce()!
    more = commit.more
    assert.ok(commit.results.length > 0)
    assert.ok(commit.results.length < minutes)
    closed.push(...commit.results.map(({ record }) => record.start))
  }
  assert.ok(commits > 2, `${commits} commits of ${limits.closingBytesPerCommitMax} bytes`)
  assert.equal(closed.length, minutes)
  assert.deepEqual(closed, [...closed].sort())
})

test('whoever takes over in between closes the rest', () => {
  const task = new MergerRun({ sizes: ['1m', '1h'], provisional: 'never', memoryBytes: 1 })
  const users = Array.from({ length: 20_000 }, (_, i) => i)
  const minutes = 20
  for (let minute = 0; minute < minutes; minute++) {
    task.partial({ at: START + minute * MINUTE, users })
  }
  task.mark(START + HOUR + WAIT)
  assert.equal(task.commitOnce()?.more, true)
  task.restart()
  task.commit()
  assert.equal(task.latest.size, minutes + 1)
  for (const { status, revision } of task.latest.values()) {
    assert.deepEqual([status, revision], ['final', 1])
  }
})

test('nothing is purged while windows wait for room to close', () => {
  const keep = { '1m': HOUR + 10_000 }
  const task = new MergerRun({ sizes: ['1m', '1h'], keep, provisional: 'never' })
  const users = Array.from({ length: 20_000 }, (_, i) => i)
  for (let minute = 0; minute < 40; minute++) task.partial({ at: START + minute * MINUTE, users })
  task.mark(START + DAY + WAIT)
  const first = task.commitOnce()!
  assert.equal(first.more, true)
  assert.equal(task.stored('w|1m').length > 30, true, 'the hour is still made of them')
  const hour = task.commit().find(({ record }) => record.window === '1h')
  assert.deepEqual([hour?.record.uniques, hour?.record.frames], [20_000, 800_000])
  assert.deepEqual(task.stored('w|1m'), [])
})

test('of a sliding size only the window that ends next is said before it closes', () => {
  const task = new MergerRun({ sizes: ['30m/10m'] })
  task.partial({ at: START, users: [1, 2] })
  assert.deepEqual(
    task.commit().map(({ key, record }) => `${key} ${record.status}`),
    ['30m/10m|2025-12-31T23:40:00Z|null provisional']
  )
  task.mark(START + 10 * MINUTE + WAIT)
  assert.deepEqual(
    task.commit().map(({ key, record }) => `${key} ${record.status} ${record.uniques}`),
    ['30m/10m|2025-12-31T23:40:00Z|null final 2', '30m/10m|2025-12-31T23:50:00Z|null provisional 2']
  )
  task.merger.end()
  assert.deepEqual(
    task.commit().map(({ record }) => [record.start, record.status]),
    [
      ['2025-12-31T23:50:00Z', 'final'],
      ['2026-01-01T00:00:00Z', 'final']
    ]
  )
})

test('closed means stored as closed: what comes before that commit is in the final result', () => {
  const task = new MergerRun({ sizes: ['1m'], provisional: 'never' })
  task.partial({ at: START, users: [1] })
  task.mark(START + HOUR)
  task.partial({ at: START, users: [2], late: 1 })
  assert.deepEqual(
    task.commit().map(({ record }) => [record.status, record.uniques, record.late]),
    [['final', 2, 1]]
  )
})
