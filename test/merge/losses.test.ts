import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Accounting } from '../../src/combine/accounting.ts'
import type { Mark } from '../../src/combine/mark.ts'
import { limits } from '../../src/core/limits.ts'
import { Losses } from '../../src/merge/losses.ts'
import { DAY, HOUR, MergerRun, MINUTE, setOf } from './merger-run.ts'

const CLOCK = { vouched: Number.NEGATIVE_INFINITY, clockState: new Uint8Array(0) }

/** A mark as stage 1 sends it; `lost` of its range were gone. */
function markOf(from: number, to: number, clock: number, lost = 0): Mark {
  const range = { source: 's', partition: 0, from, to }
  const accounting = new Accounting()
  Object.assign(accounting, { read: to - from, lost })
  return { range, partitions: 1, state: 'behind', clock, ...CLOCK, accounting }
}

/** A flush of one frame of each user, all in one minute. */
function flush({ merger }: MergerRun, from: number, at: number, users: readonly number[]): number {
  const to = from + users.length
  const range = { source: 's', partition: 0, from, to }
  const counted = { frames: users.length, late: 0, sketch: setOf(users), audit: undefined }
  merger.takePartial({ range, start: at, group: 'null', mask: 3, ...counted })
  merger.takeMark(markOf(from, to, at), 0)
  return to
}

const lostOf = (run: MergerRun, key: string) => run.latest.get(`${key}|null`)?.lost
const at = (ms: number): string => `${new Date(ms).toISOString().slice(0, -5)}Z`

test('every window that was open, or begins before event time had passed the loss, says what it lacks', () => {
  const run = new MergerRun({ sizes: ['1m', '1h'] })
  run.nowMs = 3 * DAY
  flush(run, 0, 0, [1, 2, 3, 4])
  run.merger.takeMark(markOf(4, 9, 0, 5), run.nowMs)
  run.commit(true)
  assert.deepEqual([lostOf(run, `1m|${at(0)}`), lostOf(run, `1h|${at(0)}`)], [5, 5])

  // The first frames behind the loss are of the next day: nothing after them can be missing.
  flush(run, 9, DAY, [5])
  flush(run, 10, DAY + 2 * HOUR, [6])
  run.commit(true)
  assert.deepEqual([lostOf(run, `1m|${at(DAY)}`), lostOf(run, `1h|${at(DAY)}`)], [5, 5])
  assert.equal(lostOf(run, `1h|${at(DAY + 2 * HOUR)}`), undefined)
  assert.equal(run.latest.get(`1h|${at(0)}|null`)?.status, 'final')
  assert.equal(lostOf(run, `1h|${at(0)}`), 5, 'final results say it too')
})

test('windows that were closed before the loss lack nothing', () => {
  const run = new MergerRun({ sizes: ['1m', '1h'] })
  run.nowMs = DAY
  flush(run, 0, 0, [1])
  flush(run, 1, 5 * MINUTE, [2])
  run.commit(true)
  run.merger.takeMark(markOf(2, 4, 5 * MINUTE, 2), run.nowMs)
  const said = run.commit(true).map(({ record }) => [record.window, record.lost])
  assert.deepEqual(said, [
    ['1h', 2],
    ['1m', 2]
  ])
  assert.equal(lostOf(run, `1m|${at(0)}`), undefined)
})

test('a restored task says the same', () => {
  const run = new MergerRun({ sizes: ['1m', '1h'] })
  run.nowMs = DAY
  flush(run, 0, 0, [1])
  run.merger.takeMark(markOf(1, 8, 0, 7), run.nowMs)
  run.commit()
  run.restart()
  flush(run, 8, HOUR, [2])
  flush(run, 9, 3 * HOUR, [3])
  run.commit(true)
  const hours = [0, HOUR, 3 * HOUR].map(start => lostOf(run, `1h|${at(start)}`))
  assert.deepEqual(hours, [7, 7, undefined])
})

test('a source whose log was cut goes back to where its mark says, if that knows where it stood', () => {
  const run = new MergerRun({ sizes: ['1m', '1h'] })
  run.nowMs = DAY
  flush(run, 0, 0, [1, 2, 3, 4, 5, 6])
  run.commit()
  const restart = (at: number, stood: number): void =>
    run.merger.takeMark({ ...markOf(at, at, 0), restart: stood }, run.nowMs)
  restart(3, 9)
  assert.deepEqual(
    run.merger.ranges.misfits.map(({ fit, stands }) => [fit, stands]),
    [['gap', 6]]
  )
  restart(3, 6)
  assert.deepEqual(run.merger.ranges.misfits, [])
  flush(run, 3, 0, [7, 8])
  run.commit(true)
  const { frames, uniques, lost } = run.latest.get(`1m|${at(0)}|null`)!
  assert.deepEqual([frames, uniques, lost], [8, 8, 3])
  run.restart()
  flush(run, 5, 0, [9])
  assert.deepEqual(run.merger.ranges.misfits, [], 'a restored task stands there too')
})

test('flushes that go on where the log was cut are refused without the mark that says so', () => {
  const run = new MergerRun({ sizes: ['1m', '1h'] })
  flush(run, 0, 0, [1, 2, 3, 4, 5, 6])
  flush(run, 3, 0, [7, 8, 9, 10])
  assert.equal(run.merger.ranges.misfits[0]?.fit, 'overlap')
})

test('losses are bounded: the oldest become one that covers them all', () => {
  const losses = new Losses()
  const count = limits.lossSpansMax + 9
  for (let i = 0; i < count; i++) {
    losses.take(markOf(2 * i, 2 * i + 1, i * HOUR, 1), i * HOUR, i * HOUR)
  }
  assert.equal(losses.spans.length, limits.lossSpansMax)
  assert.equal(losses.within(0, 1e12), count)
})
