import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAY, HOUR, MergerRun, MINUTE, type RunOptions, WAIT } from './merger-run.ts'

const START = Date.UTC(2026, 0, 1)
/** Bits of the mask. */
const [M1, H1, D1] = [1, 2, 4]

function run(options: Partial<RunOptions> = {}): MergerRun {
  return new MergerRun({ sizes: ['1m', '1h', '1d'], provisional: 'never', ...options })
}

const said = (results: ReturnType<MergerRun['commit']>) =>
  results
    .map(({ record }) => [record.window, record.status, record.uniques, record.frames].join(' '))
    .sort()

test('a late partial to a closed minute corrects every closed window that holds it, in one commit', () => {
  for (const memoryBytes of [1, 1e9]) {
    const task = run({ memoryBytes })
    task.partial({ at: START, users: [1, 2] })
    task.mark(START + DAY + WAIT)
    assert.deepEqual(said(task.commit()), ['1d final 2 2', '1h final 2 2', '1m final 2 2'])
    task.partial({ at: START, users: [2, 3], late: 2 })
    const before = task.commits.length
    assert.deepEqual(said(task.commit()), [
      '1d corrected 3 4',
      '1h corrected 3 4',
      '1m corrected 3 4'
    ])
    assert.equal(task.commits.length, before + 1)
  }
})

test('windows in progress get a late partial through their children, and store nothing of it', () => {
  const task = run()
  task.partial({ at: START, users: [1] })
  task.mark(START + MINUTE + WAIT)
  task.commit()
  task.partial({ at: START, users: [2] })
  assert.deepEqual(said(task.commit()), ['1m corrected 2 2'])
  assert.deepEqual(
    task.stored('w|').map(key => key.split('|')[1]),
    ['1m']
  )
  assert.deepEqual(task.stored('o|'), [])
  task.merger.end()
  assert.deepEqual(said(task.commit()), ['1d final 2 2', '1h final 2 2'])
})

test('what the mask leaves out of the child is the own part of its parent, until that closes', () => {
  for (const restart of [false, true]) {
    const task = run({ memoryBytes: restart ? 1 : 1e9 })
    task.partial({ at: START, users: [1] })
    task.partial({ at: START, users: [1, 2], mask: H1 | D1 })
    task.partial({ at: START + 2 * HOUR, users: [3], mask: D1 })
    task.mark(START + MINUTE + WAIT)
    assert.deepEqual(said(task.commit()), ['1m final 1 1'])
    assert.deepEqual(
      task.stored('o|').map(key => key.split('|')[1]),
      ['1d', '1h']
    )
    if (restart) task.restart('reversed')
    task.mark(START + HOUR + WAIT)
    const hour = task.commit().filter(({ record }) => record.window === '1h')
    assert.deepEqual(said(hour), ['1h final 2 3'])
    assert.deepEqual(
      task.stored('o|').map(key => key.split('|')[1]),
      ['1d'],
      'dissolved in what was stored'
    )
    if (restart) task.restart()
    task.mark(START + DAY + WAIT)
    const day = task.commit().filter(({ record }) => record.window === '1d')
    assert.deepEqual(said(day), ['1d final 3 4'])
    assert.deepEqual(task.stored('o|'), [])
  }
})

test('a closed window that the mask leaves out stays as it is', () => {
  const task = run()
  task.partial({ at: START, users: [1] })
  task.mark(START + HOUR + WAIT)
  task.commit()
  task.partial({ at: START, users: [2], mask: H1 | D1 })
  assert.deepEqual(said(task.commit()), ['1h corrected 2 2'])
  task.partial({ at: START, users: [3], mask: M1 | H1 | D1 })
  assert.deepEqual(said(task.commit()), ['1h corrected 3 3', '1m corrected 2 2'])
})

test('a size kept only for larger ones holds nothing that one of them is too late for', () => {
  for (const restart of [false, true]) {
    const task = new MergerRun({ sizes: ['5m', '1h'], provisional: 'never' })
    task.partial({ at: START, users: [1, 2], mask: H1 })
    task.commit()
    if (restart) task.restart()
    task.merger.end()
    assert.deepEqual(said(task.commit()), ['1h final 2 2'])
  }
})

test('a late window that nobody knew is final first, and its closed parents are corrected', () => {
  const task = run()
  task.partial({ at: START, users: [1] })
  task.mark(START + HOUR + WAIT)
  task.commit()
  task.partial({ at: START + 5 * MINUTE, users: [2] })
  assert.deepEqual(said(task.commit()), ['1h corrected 2 2', '1m final 1 1'])
})
