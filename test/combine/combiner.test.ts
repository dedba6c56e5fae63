import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Flush } from '../../src/combine/combiner.ts'
import { text } from '../../src/core/bytes.ts'
import {
  BAD_JSON,
  BAD_TIME,
  FILTERED,
  NO_KEY,
  TOMBSTONE,
  TOO_LATE
} from '../../src/extract/columns.ts'
import { CombinerRun, crowd, DAY, frameAt, HOUR, MINUTE, type Row, START } from './combiner-run.ts'

const none = Number.NEGATIVE_INFINITY

/** Start (minutes after START), group, mask, frames, late and users of each partial. */
function panes({ partials }: Flush): unknown[] {
  return partials.map(({ start, group, mask, frames, late, sketch }) => [
    (start - START) / MINUTE,
    group,
    mask,
    frames,
    late,
    sketch?.entries
  ])
}

/** A run whose clock knows START already. Its log goes on at offset 16. */
function warm(log: readonly Row[], options: ConstructorParameters<typeof CombinerRun>[1] = {}) {
  const run = new CombinerRun([...crowd(START), ...log], options)
  run.read(16).flush()
  return run
}

const raw = ({ rejects }: Flush) =>
  rejects.map(({ offset, reason, bytes }) => [offset, reason, text(bytes)])

test('a flush has one partial a pane, the range, the clock and raw rejects', () => {
  const log: Row[] = [
    ...crowd(START),
    { time: START + MINUTE, user: 1 },
    { time: Number.NaN, user: 0, verdict: BAD_JSON },
    { time: START + MINUTE, user: 1 },
    { time: Number.NaN, user: 0, verdict: TOMBSTONE }
  ]
  const flush = warm(log).read().flush()
  assert.deepEqual(panes(flush), [
    [0, 'null', 7, 16, 0, 16],
    [1, 'null', 7, 2, 0, 1]
  ])
  const { range, clock, vouched, accounting } = flush.mark
  assert.deepEqual([range.from, range.to, clock, vouched], [16, 36, START, none])
  assert.deepEqual([accounting.read, accounting.counted, accounting.rejected], [20, 18, 1])
  assert.equal(accounting.byVerdict[TOMBSTONE], 1)
  assert.deepEqual(raw(flush), [[33, 'bad-json', frameAt(33)]])
})

test('after a flush it remembers the clock and nothing else', () => {
  const run = new CombinerRun([...crowd(START + 10 * MINUTE), { time: START, user: 1 }])
  run.read(16).flush()
  assert.equal(run.combiner.hasNews('behind'), false)
  assert.equal(run.combiner.hasNews('idle'), true)
  const { partials, mark } = run.read().flush()
  assert.deepEqual([partials[0]?.frames, partials[0]?.late], [1, 1])
  assert.deepEqual([mark.range.from, mark.range.to, mark.accounting.late], [16, 17, 1])
})

test('groups have panes of their own, and the total counts every frame once more', () => {
  const log = crowd(START).map((row, i) => ({ ...row, group: i % 3 === 0 ? '["CH"]' : '["DE"]' }))
  const flush = warm(log, { total: true }).read().flush()
  assert.deepEqual(panes(flush), [
    [0, '["CH"]', 7, 6, 0, 6],
    [0, 'null', 7, 16, 0, 16],
    [0, '["DE"]', 7, 10, 0, 10]
  ])
  assert.deepEqual([flush.mark.accounting.read, flush.mark.accounting.counted], [16, 16])
})

test('group ids start again after a flush without a pane of the old ones left', () => {
  const row = (group: string) => ({ time: START, user: 1, group })
  const run = new CombinerRun([...crowd(START), row('["a"]'), row('["b"]')])
  run.read(17).flush()
  assert.deepEqual(panes(run.read().flush()), [[0, '["b"]', 7, 1, 0, 1]])
})

test('filtered frames move the clock and are not counted', () => {
  const log = crowd(START).map(row => ({ ...row, verdict: FILTERED }))
  const { partials, mark } = new CombinerRun([
    ...log,
    { time: Number.NaN, user: 0, verdict: FILTERED }
  ])
    .read()
    .flush()
  assert.deepEqual([partials.length, mark.clock], [0, START])
  const { read, counted, rejected, byVerdict } = mark.accounting
  assert.deepEqual([read, counted, rejected, byVerdict[FILTERED]], [17, 0, 0, 17])
})

test('a filtered frame whose time can not be is filtered, no reject', () => {
  const ahead = { time: START + 3 * HOUR, recordTime: START, user: 1, verdict: FILTERED }
  const { mark, rejects } = new CombinerRun([ahead]).read().flush()
  assert.deepEqual([mark.accounting.byVerdict[FILTERED], rejects.length], [1, 0])
})

test('a frame counts for the sizes that are still kept, and the smallest that is not is named', () => {
  const log = [
    { time: START - 3 * DAY, user: 1, group: '["a"]' },
    { time: START - 100 * DAY, user: 1, group: '["a"]' },
    { time: START - MINUTE, user: 1 }
  ]
  const flush = warm(log, { total: true }).read().flush()
  assert.deepEqual(panes(flush), [
    [-3 * 1_440, '["a"]', 6, 1, 1, 1],
    [-3 * 1_440, 'null', 6, 1, 1, 1],
    [-100 * 1_440, '["a"]', 4, 1, 1, 1],
    [-100 * 1_440, 'null', 4, 1, 1, 1],
    [-1, 'null', 7, 1, 1, 1],
    [-1, 'null', 7, 1, 1, 1]
  ])
  const { counted, late: lateFrames, tooLate } = flush.mark.accounting
  assert.deepEqual([counted, lateFrames, [...tooLate.slice(0, 4)]], [3, 3, [2, 0, 0, 0]])
})

test('a frame older than everything kept is a reject with its bytes', () => {
  const flush = new CombinerRun([...crowd(START), { time: START - 7 * 366 * DAY, user: 1 }])
    .read()
    .flush()
  assert.deepEqual(raw(flush), [[16, 'too-late', frameAt(16)]])
  const { byVerdict, counted, late } = flush.mark.accounting
  assert.deepEqual([byVerdict[TOO_LATE], counted, late], [1, 16, 0])
})

test('a suspended frame counts with its group once its neighbours confirm it, whatever was flushed', () => {
  const far = START + 5 * HOUR
  const log = [...crowd(START), { time: far, user: 7, group: '["far"]' }, ...crowd(far, 24)]
  const run = new CombinerRun(log, { total: true })
  const first = run.read(17).flush()
  assert.deepEqual([first.mark.accounting.suspended, run.combiner.suspendedCount], [1, 1])
  const second = run.read().flush()
  assert.equal(run.combiner.suspendedCount, 0)
  const own = second.partials.filter(({ group }) => group === '["far"]')
  assert.deepEqual(
    own.map(({ start, mask, frames, late }) => [start, mask, frames, late]),
    [[far, 7, 1, 0]]
  )
  const { read, counted, suspended } = second.mark.accounting
  assert.ok(suspended < 0)
  assert.equal(read, counted + suspended)
  assert.equal(raw(second).length, 0)
})

test('a suspended frame that nobody confirms is a bad-time reject with its bytes', () => {
  const log = [...crowd(START), { time: START + 400 * DAY, user: 7 }, ...crowd(START + 1_000, 64)]
  const run = new CombinerRun(log)
  run.read(17).flush()
  const flush = run.read().flush()
  assert.deepEqual(raw(flush), [[16, 'bad-time', frameAt(16)]])
  const { byVerdict, suspended } = flush.mark.accounting
  assert.deepEqual([byVerdict[BAD_TIME], suspended], [1, -1])
})

test('a suspended frame that --where leaves out stays filtered, whatever is decided', () => {
  const log = [
    ...crowd(START),
    { time: START + 400 * DAY, user: 7, verdict: FILTERED },
    ...crowd(START + 1_000, 64)
  ]
  const { mark, rejects } = new CombinerRun(log).read().flush()
  const { byVerdict, suspended } = mark.accounting
  assert.deepEqual([byVerdict[FILTERED], byVerdict[BAD_TIME], suspended], [1, 0, 0])
  assert.equal(rejects.length, 0)
})

test('the end of the input decides what is suspended', () => {
  const run = new CombinerRun([...crowd(START), { time: START + 5 * HOUR, user: 7 }]).read()
  assert.equal(run.combiner.suspendedCount, 1)
  run.combiner.end()
  const { partials, mark } = run.flush()
  assert.deepEqual([mark.accounting.counted, mark.accounting.suspended], [17, 0])
  assert.equal(partials.at(-1)?.start, START + 5 * HOUR)
})

test('after a hand-over a suspended frame that is gone counts as lost', () => {
  const log = [
    ...crowd(START),
    { time: START + 400 * DAY, user: 7 },
    { time: START + 400 * DAY, user: 8 },
    ...crowd(START + 1_000, 70)
  ]
  const { mark } = new CombinerRun(log).read(18).flush()
  const from = { position: 18, clockState: mark.clockState, gone: [16] }
  const run = new CombinerRun(log, {}, from)
  assert.deepEqual([run.combiner.readFrom, run.combiner.position], [16, 18])
  const flush = run.read(undefined, 3).flush()
  const { lost, suspended, byVerdict, read, counted } = flush.mark.accounting
  assert.deepEqual([lost, suspended, byVerdict[BAD_TIME], read, counted], [1, -2, 1, 70, 70])
  assert.deepEqual(raw(flush), [[17, 'bad-time', frameAt(17)]])
})

test('frames that were deleted before they were read are lost, and part of the range', () => {
  const run = warm([...crowd(START + MINUTE), ...crowd(START + 2 * MINUTE)])
  const gap = run.skip(32).flush()
  assert.deepEqual([gap.mark.range.from, gap.mark.range.to, gap.partials.length], [16, 32, 0])
  const { read, lost, counted } = gap.mark.accounting
  assert.deepEqual([read, lost, counted], [16, 16, 0])
  const { mark } = run.read().flush()
  assert.deepEqual([mark.range.from, mark.range.to, mark.accounting.counted], [32, 48, 16])
})

test('where only suspended frames were deleted, nothing else counts as lost', () => {
  const far = { time: START + 400 * DAY, user: 7 }
  const log = [...crowd(START), far, ...crowd(START + 1_000, 64)]
  const { mark } = new CombinerRun(log).read(20).flush()
  const from = { position: 20, clockState: mark.clockState, gone: [16] }
  const run = new CombinerRun(log, {}, from)
  assert.equal(run.combiner.readFrom, 16)
  const { range, accounting } = run.skip(18).read().flush().mark
  assert.deepEqual([range.from, range.to], [20, 81])
  assert.deepEqual([accounting.lost, accounting.suspended, accounting.counted], [1, -1, 61])
})

test('a log that was cut restarts the source: a mark alone, then the frames that lie there now', () => {
  const run = warm([...crowd(START + MINUTE), { time: START + 400 * DAY, user: 7 }])
  run.combiner.leaderEpoch = 3
  run.read().flush()
  const { mark, partials } = run.cut(24, crowd(START + 2 * MINUTE)).flush()
  assert.deepEqual([mark.range.from, mark.range.to, mark.restart], [24, 24, 33])
  assert.deepEqual([partials.length, mark.leaderEpoch], [0, undefined])
  // The suspended frame is not in the log any more: nobody will ever decide it.
  const { read, lost, suspended } = mark.accounting
  assert.deepEqual([read, lost, suspended], [0, 1, -1])
  assert.deepEqual(run.combiner.clock.suspendedOffsets(), [])
  const next = run.read().flush().mark
  assert.deepEqual([next.range.from, next.range.to, next.restart], [24, 40, undefined])
  assert.equal(next.accounting.counted, 16)
  assert.equal(next.clock, START + 2 * MINUTE)
})

test('what is suspended from before the cut is decided by the frames behind it', () => {
  const far = START + 5 * HOUR
  const run = warm([{ time: far, user: 7 }, ...crowd(START + 1_000)])
  run.read().flush()
  run.cut(20, crowd(far, 24)).flush()
  const { partials, mark } = run.read().flush()
  assert.equal(mark.accounting.suspended, -1)
  const there = partials.filter(({ start }) => start === far)
  assert.equal(
    there.reduce((sum, { frames }) => sum + frames, 0),
    25
  )
})

test('an owner that takes over after the cut goes on there', () => {
  const run = warm(crowd(START + MINUTE))
  run.read().flush()
  const { mark } = run.cut(24, crowd(START + 2 * MINUTE)).flush()
  const next = new CombinerRun([], {}, { position: 24, clockState: mark.clockState })
  assert.deepEqual([next.combiner.readFrom, next.combiner.clock.newest], [24, mark.clock])
})

test('until there is a clock the mark says the newest time that a record vouched for', () => {
  const vouched = { time: START, recordTime: START + 1_000, user: 1 }
  const older = { time: START - HOUR, recordTime: START + 2_000, user: 2 }
  const foreign = { time: START + MINUTE, user: 3, verdict: NO_KEY }
  const { mark } = new CombinerRun([vouched, older, foreign]).read().flush()
  assert.deepEqual([mark.clock, mark.vouched], [none, START])
  const distrusted = new CombinerRun([vouched, older], { trustRecordTime: false }).read().flush()
  assert.deepEqual([distrusted.mark.clock, distrusted.mark.vouched], [none, none])
})

test('the panes to audit are the same in every partition, and so is their share', () => {
  const log = Array.from({ length: 600 }, (_, i) => ({
    time: START + Math.floor(i / 3) * MINUTE,
    user: i,
    group: `["g${i % 3}"]`
  }))
  const audited = (rows: readonly Row[], partition: number): string[] => {
    const run = new CombinerRun(rows, { audit: 0.2, partition, maxJumpMs: 100 * DAY }).read()
    run.combiner.end()
    const { partials } = run.flush()
    for (const { sketch, audit } of partials) {
      if (audit) assert.deepEqual(audit.serialize(), sketch?.serialize())
    }
    return partials.filter(({ audit }) => audit).map(({ start, group }) => `${start}|${group}`)
  }
  const one = audited(log, 0)
  assert.deepEqual(audited([...log].reverse(), 1).sort(), [...one].sort())
  assert.ok(one.length > 60 && one.length < 180, `${one.length} of 600`)
})

test('a partition with mostly late frames is told, one with some is not', () => {
  const share = (lateOf4: number): number | undefined => {
    const log: Row[] = []
    for (let i = 0; i < 5_000; i++) {
      log.push({ time: START - (i % 4 < lateOf4 ? HOUR : 0), user: i })
    }
    return warm(log).read().combiner.lateShare
  }
  assert.equal(share(1), undefined)
  assert.ok(Math.abs(share(3)! - 0.75) < 0.01, `${share(3)}`)
})
