import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ResultRecord } from '../../src/result/result-record.ts'
import { countSettings } from '../../src/runtime/count.ts'
import type { CountRun } from '../../src/runtime/count-run.ts'
import {
  allResults,
  createDurable,
  type Durable,
  passTime,
  startInstance
} from './simulated-app.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const EVENING = Date.UTC(2026, 2, 3, 23, 50)
const MIDNIGHT = Date.UTC(2026, 2, 4)
/** Idle after 30 s, a wait of 5 s, a flush, a commit, and the steps of the simulated time. */
const CLOSES_WITHIN = 38 * SECOND

const settings = countSettings({ key: 'uid', windows: ['1m', '1d'], sketch: 'exact' })

/** Frames of five users, one a second, up to and including `lastMs`, each when it happens. */
async function playUntil(durable: Durable, script: string[][], lastMs: number): Promise<void> {
  const { clock } = durable
  let next = clock.now()
  await passTime(clock, 100, () => {
    for (; next <= Math.min(clock.now(), lastMs); next += SECOND) {
      const turn = Math.floor(next / SECOND)
      script[turn % script.length]!.push(JSON.stringify({ ts: next, uid: `u${turn % 5}` }))
    }
    // A little more, for the last one to be read.
    return clock.now() > lastMs + SECOND / 2
  })
}

/** Waits for a final result that starts at `start`; it and the simulated time when it was there. */
async function closing(
  { topics, clock }: Durable,
  window: string,
  start: number
): Promise<{ result: ResultRecord; atMs: number }> {
  const limit = clock.now() + 86_400 * SECOND
  const { records } = topics.partition('counts', 0)
  let looked = 0
  let result: ResultRecord | undefined
  await passTime(clock, 100, () => {
    if (records.length > looked) {
      looked = records.length
      result = allResults(topics).find(
        each =>
          each.window === window && Date.parse(each.start) === start && each.status === 'final'
      )
    }
    return result !== undefined || clock.now() > limit
  })
  assert.ok(result, `${window} of ${new Date(start).toISOString()} never closed`)
  return { result, atMs: clock.now() }
}

async function stopped(run: CountRun, { clock }: Durable): Promise<void> {
  let ended = false
  run.stop()
  const drained = (async () => {
    for await (const _ of run);
  })().finally(() => {
    ended = true
  })
  await passTime(clock, 100, () => ended)
  await drained
}

for (const [last, partitions] of [
  [0, 1],
  [29, 3],
  [59, 1]
] as const) {
  test(`silence after second ${last} of a minute, ${partitions} partitions: it closes by idling in time, then the day`, async () => {
    const durable = createDurable(EVENING)
    const script: string[][] = Array.from({ length: partitions }, () => [])
    const run = await startInstance(durable, { script, settings })
    const minute = EVENING + 3 * MINUTE
    await playUntil(durable, script, minute + last * SECOND)
    const closed = await closing(durable, '1m', minute)
    assert.equal(closed.result.closedBy, 'idle')
    assert.deepEqual([closed.result.frames, closed.result.late], [last + 1, 0])
    assert.ok(closed.atMs <= minute + MINUTE + CLOSES_WITHIN, new Date(closed.atMs).toISOString())
    const before = allResults(durable.topics).find(
      ({ start }) => Date.parse(start) === minute - MINUTE
    )
    assert.equal(before?.window, '1m')
    const days = () => allResults(durable.topics).filter(({ window }) => window === '1d')
    assert.ok(days().every(({ status }) => status === 'provisional'))
    // Nobody comes any more: the day ends when it ends.
    const day = await closing(durable, '1d', MIDNIGHT - 1_440 * MINUTE)
    assert.equal(day.result.closedBy, 'idle')
    assert.deepEqual([day.result.frames, day.result.uniques], [180 + last + 1, 5])
    assert.ok(day.atMs >= MIDNIGHT && day.atMs <= MIDNIGHT + CLOSES_WITHIN)
    await stopped(run, durable)
    assert.equal(days().filter(({ status }) => status === 'final').length, 1)
  })
}

test('a stop closes nothing: the next run goes on, and the minute ends with the frames of both', async () => {
  const durable = createDurable(EVENING)
  const script: string[][] = [[], []]
  const first = await startInstance(durable, { script, settings })
  await playUntil(durable, script, EVENING + 20 * SECOND)
  await stopped(first, durable)
  const said = allResults(durable.topics)
  assert.deepEqual(new Set(said.map(({ status }) => status)), new Set(['provisional']))
  const newest = (size: string): ResultRecord => said.findLast(({ window }) => window === size)!
  assert.deepEqual([newest('1m').frames, newest('1d').frames], [21, 21])
  const second = await startInstance(durable, { script, settings })
  await playUntil(durable, script, EVENING + 40 * SECOND)
  const { result } = await closing(durable, '1m', EVENING)
  const frames = script.flat().length
  assert.ok(frames > 35)
  assert.deepEqual([result.frames, result.uniques, result.closedBy], [frames, 5, 'idle'])
  assert.ok(result.revision > newest('1m').revision)
  await stopped(second, durable)
})

test('one partition that still speaks keeps the others’ silence from closing anything early', async () => {
  const durable = createDurable(EVENING)
  const script: string[][] = [[], []]
  const run = await startInstance(durable, { script, settings })
  await playUntil(durable, script, EVENING + 10 * SECOND)
  // Only partition 0 goes on, with times that stand still.
  const frame = JSON.stringify({ ts: EVENING + 10 * SECOND, uid: 'u0' })
  let next = durable.clock.now()
  await passTime(durable.clock, 100, () => {
    if (durable.clock.now() >= next) {
      script[0]!.push(frame)
      next += 10 * SECOND
    }
    return durable.clock.now() >= EVENING + 5 * MINUTE
  })
  assert.ok(allResults(durable.topics).every(({ status }) => status === 'provisional'))
  await stopped(run, durable)
})
