import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { partitionOfGroup } from '../src/combine/group.ts'
import { limits } from '../src/core/limits.ts'
import { SqliteCache } from '../src/host/sqlite-cache.ts'
import type { Merger } from '../src/merge/merger.ts'
import type { ResultRecord } from '../src/result/result-record.ts'
import { countSettings } from '../src/runtime/count.ts'
import { createMerger } from '../src/runtime/count-run.ts'
import { FEED_SOURCE, MergeFeed, stateBytes, UserPool } from './merge-feed.ts'

/*
 * node bench/stage-two-groups.ts <groups> [<tasks> [<hours>]]: a process of its own for stage 2 at 100 users a
 * minute in each group. The hours before 23:00 come by the hour, until 23:57 by the minute, and then by the second
 * until the day is closed, as live. Asserts the counts; prints what the changelog takes and how long commits compute.
 */
const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const MIDNIGHT = Date.UTC(2024, 0, 2)
const LIVE_MINUTES = 3
const SLICE = 100
const SLICES_AN_HOUR = 20
const NEW_SLICES_AN_HOUR = 4

const groupCount = Number(process.argv[2] ?? 10_000)
const tasks = Number(process.argv[3] ?? 16)
const hours = Number(process.argv[4] ?? 1)
const start = MIDNIGHT - (hours + 1) * HOUR
const settings = countSettings({ key: 'uid', by: ['group'], windows: ['1m', '1h', '1d'] })
const groups = Array.from({ length: groupCount }, (_, index) => `["group ${index}"]`)
const folder = mkdtempSync(join(tmpdir(), 'headcount-bench-'))

interface Task {
  readonly groups: readonly string[]
  readonly cache: SqliteCache
  readonly merger: Merger
  readonly feed: MergeFeed
  /** Wall clock of the next commit in ms. */
  due: number
}
const stageTwo = Array.from({ length: tasks }, (_, partition): Task => {
  const cache = new SqliteCache({ folder, task: `bench-${partition}` })
  const options = { settings, sources: [FEED_SOURCE], partition, tasks, stored: true }
  const merger = createMerger(options, cache)
  const own = groups.filter(group => partitionOfGroup(group, tasks) === partition)
  return { groups: own, cache, merger, feed: new MergeFeed(merger, settings.plan.mask), due: 0 }
})

const slices = SLICES_AN_HOUR + hours * NEW_SLICES_AN_HOUR
const users = new UserPool(slices * SLICE)
const byMinute = Array.from({ length: slices }, (_, slice) =>
  users.envelope(slice * SLICE, (slice + 1) * SLICE)
)
const bySecond = Array.from({ length: slices * 60 }, (_, at) =>
  users.envelope(Math.floor((at * SLICE) / 60), Math.floor(((at + 1) * SLICE) / 60))
)
const truth: Record<string, number> = {
  '1m': SLICE,
  '1h': SLICES_AN_HOUR * SLICE,
  '1d': slices * SLICE
}
const finals: Record<string, number> = { '1m': 0, '1h': 0, '1d': 0 }

function sliceAt(time: number): number {
  const hour = Math.floor((time - start) / HOUR)
  return hour * NEW_SLICES_AN_HOUR + (Math.floor(time / MINUTE) % SLICES_AN_HOUR)
}

function check({ window, status, uniques }: ResultRecord): void {
  if (status === 'provisional') return
  assert.equal(status, 'final')
  finals[window]!++
  // What came by the hour lies in the hour's first minute.
  if (window === '1m') assert.ok(uniques === SLICE || uniques === truth['1h'], `${uniques}`)
  else assert.ok(Math.abs(uniques - truth[window]!) <= 0.05 * truth[window]!, `${uniques}`)
}

/** Bytes of the changelog, computing and its longest commit in ms, since the last `report`. */
const since = { bytes: 0, results: 0, commits: 0, computing: 0, longest: 0, feeding: 0 }

function commit(task: Task, nowMs: number): void {
  let bytes = 0
  for (let more = true; more; ) {
    const begun = performance.now()
    const written = task.merger.commit({ nowMs, position: task.feed.partials })
    const took = performance.now() - begun
    since.computing += took
    since.longest = Math.max(since.longest, took)
    if (!written) break
    since.commits++
    since.results += written.results.length
    bytes += stateBytes(written)
    for (const { record } of written.results) check(record)
    more = written.more
  }
  since.bytes += bytes
  task.due = nowMs + Math.max(SECOND, (bytes / limits.stateBytesPerSecondMax) * 1_000)
}

function flush(pane: number, end: number, envelope: Uint8Array, frames: number): void {
  const begun = performance.now()
  for (const { groups: own, feed } of stageTwo) {
    for (const group of own) feed.take(pane, group, envelope, frames)
    feed.mark(end, end)
  }
  since.feeding += performance.now() - begun
}

function commitDue(nowMs: number): void {
  for (const task of stageTwo) if (task.due <= nowMs || task.merger.full) commit(task, nowMs)
}

function report(title: string, seconds: number): void {
  const { bytes, results, commits, computing, longest, feeding } = since
  console.log(
    `  ${title.padEnd(28)}${(bytes / 1e6 / seconds).toFixed(2).padStart(8)} MB/s state, ` +
      `${(results / seconds).toFixed(0).padStart(6)} results/s, ${commits} commits of ${longest.toFixed(0)} ms at most, ` +
      `${(computing / 1_000).toFixed(1)} s of commits and ${(feeding / 1_000).toFixed(1)} s of merging in ${seconds} s, ` +
      `RSS ${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB`
  )
  Object.assign(since, { bytes: 0, results: 0, commits: 0, computing: 0, longest: 0, feeding: 0 })
}

console.log(`  ${tasks} tasks in one process`)
for (let hour = start; hour < MIDNIGHT - HOUR; hour += HOUR) {
  const first = sliceAt(hour)
  const whole = users.envelope(first * SLICE, (first + SLICES_AN_HOUR) * SLICE)
  flush(hour, hour + HOUR, whole, SLICES_AN_HOUR * SLICE)
  commitDue(hour + HOUR)
}
report(`${hours} hours, by the hour`, hours * 3_600)
const live = MIDNIGHT - LIVE_MINUTES * MINUTE
for (let minute = MIDNIGHT - HOUR; minute < live; minute += MINUTE) {
  flush(minute, minute + MINUTE, byMinute[sliceAt(minute)]!, SLICE)
  commitDue(minute + MINUTE)
}
report('57 minutes, by the minute', 57 * 60)
for (let second = live; second < MIDNIGHT + MINUTE; second += SECOND) {
  const past = second >= MIDNIGHT
  const at = past ? 0 : sliceAt(second)
  const within = (second / SECOND) % 60
  flush(second, second + SECOND, bySecond[at * 60 + within]!, 2)
  commitDue(second + SECOND)
  if (within === 59) report(new Date(second).toISOString().slice(11, 19), 60)
}
assert.deepEqual(finals, {
  '1m': groupCount * (hours + 60),
  '1h': groupCount * (hours + 1),
  '1d': groupCount
})
console.log(
  `  RSS ${(process.resourceUsage().maxRSS / 1_024).toFixed(0)} MB at most, state ` +
    `${(stageTwo.reduce((sum, { cache }) => sum + cache.bytes, 0) / 1e6).toFixed(0)} MB`
)
for (const { cache } of stageTwo) cache.close()
rmSync(folder, { recursive: true })
