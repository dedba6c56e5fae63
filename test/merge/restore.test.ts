import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '../../src/core/bytes.ts'
import { isFailure } from '../../src/core/errors.ts'
import { contentKey, headerKey, positionKey } from '../../src/merge/state-record.ts'
import { HOUR, MergerRun, MINUTE, type RunOptions, setOf, WAIT } from './merger-run.ts'

const START = Date.UTC(2026, 0, 1)

function run(options: Partial<RunOptions> = {}): MergerRun {
  return new MergerRun({ sizes: ['1m', '1h', '1d'], provisional: 'never', ...options })
}

const said = (results: ReturnType<MergerRun['commit']>) =>
  results.map(({ record }) =>
    [record.window, record.status, record.revision, record.uniques].join(' ')
  )

test('windows in progress are made again from what is stored below them', () => {
  const task = run({ provisional: 'paced' })
  task.partial({ at: START, users: [1, 2] })
  task.partial({ at: START + MINUTE, users: [2, 3] })
  task.mark(START + MINUTE + WAIT)
  task.commit()
  assert.deepEqual(
    task.stored('w|').map(key => key.split('|')[1]),
    ['1m', '1m'],
    'an hour and a day in progress are not stored'
  )
  task.restart()
  assert.equal(task.merger.holdings.openWindows, 3)
  assert.equal(task.merger.watermark.value, START + MINUTE)
  task.nowMs += 60_000
  assert.deepEqual(said(task.commit()).sort(), [
    '1d provisional 2 3',
    '1h provisional 2 3',
    '1m provisional 2 2'
  ])
})

test('audits go on over a restart, and end with the closing of their pane', () => {
  const task = run()
  const users = Array.from({ length: 40_000 }, (_, i) => i)
  task.partial({ at: START, users, audit: true })
  task.mark(START + WAIT)
  task.commit()
  assert.ok(task.stored('a|1m').length > 1)
  task.restart('reversed')
  task.partial({ at: START, users: [7, 50_000], audit: true })
  task.mark(START + MINUTE + WAIT)
  const [final] = task.commit()
  assert.deepEqual([final?.record.uniques, final?.record.audit], [40_001, { exact: 40_001 }])
  assert.deepEqual(task.stored('a|'), [])
  const { panes, within, worstError } = task.merger.audits
  assert.deepEqual([panes, within, worstError], [1, 1, 0])
})

test('what gathers in other is not audited: only some of its groups bring a set', () => {
  const task = run({ maxGroups: 1 })
  task.partial({ at: START, users: [1], group: '["a"]' })
  task.partial({ at: START, users: [2], group: '["b"]', audit: true })
  task.partial({ at: START, users: [3], group: '["c"]' })
  task.mark(START + MINUTE + WAIT)
  for (const { record } of task.commit()) assert.equal(record.audit, undefined)
  assert.equal(task.merger.audits.panes, 0)
})

test('a set that outgrew its bound is compared with nothing', () => {
  const task = run()
  const { merger } = task
  merger.takePartial({
    range: { source: 's', partition: 0, from: 0, to: 1 },
    start: START,
    group: 'null',
    mask: 7,
    frames: 1,
    late: 0,
    sketch: setOf([1]),
    // What an exact set turns into; registers know no number of entries.
    audit: setOf([1], 'hll')
  })
  task.mark(START + MINUTE + WAIT)
  const [final] = task.commit()
  assert.deepEqual([final?.record.status, final?.record.audit], ['final', undefined])
  assert.equal(merger.audits.panes, 0)
})

test('a pane that does not take a partial does not take its audit either', () => {
  const task = run()
  task.partial({ at: START, users: [1], audit: true })
  task.partial({ at: START, users: [2], mask: 6, audit: true })
  task.mark(START + MINUTE + WAIT)
  const [final] = task.commit()
  assert.deepEqual([final?.record.uniques, final?.record.audit], [1, { exact: 1 }])
})

test('the newest vouched time of a partition without a clock outlives both stages', () => {
  const task = run()
  const none = Number.NEGATIVE_INFINITY
  task.partial({ at: START, users: [1] })
  task.mark(none, 'behind', 0, 1, START + 10_000)
  task.commit()
  // A new owner of the partition has seen nothing vouched; then stage 2 starts again, too.
  task.mark(none, 'behind')
  task.commit()
  task.restart()
  task.mark(none, 'idle')
  task.commit()
  assert.equal(task.merger.watermark.value, START + 10_000 - WAIT)
  task.nowMs += MINUTE
  task.mark(none, 'idle')
  assert.deepEqual(said(task.commit()), ['1m final 1 1'])
})

test('marks come back: the source stands where it stood, its idle lease must be said again', () => {
  const task = run()
  task.mark(START + WAIT, 'idle')
  task.commit()
  task.restart()
  assert.equal(task.merger.mark('s', 0)?.range.to, 1)
  task.nowMs += HOUR
  task.commit()
  assert.equal(task.merger.watermark.value, START)
})

test('keys of other plans, and starts that can not be, are refused by name', () => {
  const name = { start: START, group: 'null' }
  const keys = [
    contentKey('content', { ...name, size: '5m' }, 0),
    headerKey({ ...name, size: '1w' }),
    headerKey({ size: '1m', start: 2 ** 50, group: 'null' }),
    utf8('x|1m|0|null')
  ]
  for (const key of keys) {
    assert.throws(
      () => run().merger.restore().take(key, Uint8Array.of(1)),
      error => isFailure(error, 'format-damaged')
    )
  }
  assert.throws(
    () => run().merger.restore().take(positionKey, Uint8Array.of(9)),
    error => isFailure(error, 'format-version')
  )
})

test('an empty changelog is a new task', () => {
  const task = run()
  task.restart()
  assert.deepEqual(task.commit(), [])
  assert.equal(task.merger.watermark.value, Number.NEGATIVE_INFINITY)
})
