import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dueProvisional } from '../../src/merge/pacing.ts'
import { Window } from '../../src/merge/window.ts'
import { WindowPlan } from '../../src/window/plan.ts'
import { HOUR, MINUTE } from './merger-run.ts'

const plan = new WindowPlan({ sizes: ['1m', '1h', '1d'] })

/** A changed window that was last said so long before `now`. */
function window(size: string, silent: number, group = 'null'): Window {
  const level = plan.levels.find(({ name }) => name === size)!
  const one = new Window(level, 0, group)
  one.changed = true
  one.emittedAt = now - silent
  return one
}

const now = 10 * HOUR

test('minutes are said at every commit, hours every 10 s, days every minute', () => {
  const windows = [
    window('1m', 0),
    window('1h', 9_999),
    window('1h', 10_000),
    window('1d', MINUTE - 1),
    window('1d', MINUTE)
  ]
  assert.deepEqual(dueProvisional(windows, now, false), [windows[4], windows[2], windows[0]])
  assert.equal(dueProvisional(windows, now, true).length, 5)
})

test('what has not changed is not said, nor what nobody asked for', () => {
  const same = window('1m', HOUR)
  same.changed = false
  const inner = new Window(new WindowPlan({ sizes: ['1h'] }).levels[0]!, 0, 'null')
  inner.changed = true
  assert.deepEqual(dueProvisional([same, inner], now, true), [])
})

test('one commit says about 1 MB, what has been silent longest first, and a stop says all', () => {
  const group = JSON.stringify(['x'.repeat(250)])
  const windows = Array.from({ length: 3_000 }, (_, i) => window('1m', i, `${group}${i}`))
  const due = dueProvisional(windows, now, false)
  assert.ok(due.length > 1_000 && due.length < 1_300, `${due.length}`)
  assert.deepEqual(due, windows.toReversed().slice(0, due.length))
  assert.equal(dueProvisional(windows, now, true).length, 3_000)
})
