import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SqliteCache } from '../src/host/sqlite-cache.ts'
import type { Emission } from '../src/result/result-record.ts'
import { countSettings } from '../src/runtime/count.ts'
import { createMerger } from '../src/runtime/count-run.ts'
import { FEED_SOURCE, MergeFeed, stateBytes, UserPool } from './merge-feed.ts'

/*
 * node bench/stage-two-days.ts <days> [<groups>]: a process of its own for one stage-2 task at 500 users a minute
 * and 20,000 a day in each group; 1,000 of them are new each day. Asserts the counts, prints memory and state.
 */
const MINUTE = 60_000
const DAY = 1_440 * MINUTE
const START = Date.UTC(2024, 0, 1)
const USERS_A_MINUTE = 500
const SLICES_A_DAY = 40
const NEW_SLICES_A_DAY = 2
const STEPS = 20
/** A second of wall clock each, as when stage 2 catches up. */
const MINUTES_A_COMMIT = 15

const days = Number(process.argv[2] ?? 100)
const groupCount = Number(process.argv[3] ?? 50)
const groups = Array.from({ length: groupCount }, (_, index) => `["group ${index}"]`)
const settings = countSettings({ key: 'uid', by: ['group'], windows: ['1m', '1h', '1d', '1y'] })
const slices = SLICES_A_DAY + Math.ceil(days) * NEW_SLICES_A_DAY
const pool = new UserPool(slices * USERS_A_MINUTE)
const envelopes = Array.from({ length: slices }, (_, slice) =>
  pool.envelope(slice * USERS_A_MINUTE, (slice + 1) * USERS_A_MINUTE)
)
const folder = mkdtempSync(join(tmpdir(), 'headcount-bench-'))
const cache = new SqliteCache({ folder, task: 'bench' })
const task = { settings, sources: [FEED_SOURCE], partition: 0, tasks: 1, stored: true }
const merger = createMerger(task, cache)
const feed = new MergeFeed(merger, settings.plan.mask)
const finals = new Map<string, number>()

function usersOf(window: string): number {
  if (window === '1m') return USERS_A_MINUTE
  const shown = window === '1y' ? Math.ceil(days) - 1 : 0
  return USERS_A_MINUTE * (SLICES_A_DAY + shown * NEW_SLICES_A_DAY)
}

function check({ record }: Emission): void {
  const { window, status, uniques } = record
  assert.notEqual(status, 'corrected')
  if (status !== 'final' || record.closedBy === 'end') return
  finals.set(window, (finals.get(window) ?? 0) + 1)
  // Five times the standard error: the bounds are at 95 %.
  const users = usersOf(window)
  assert.ok(Math.abs(uniques - users) <= 0.0325 * users, `${window}: ${uniques} of ${users}`)
}

let changelog = 0
let longestCommit = 0
function commit(nowMs: number): void {
  for (let more = true; more; ) {
    const begun = performance.now()
    const written = merger.commit({ nowMs, position: feed.partials })
    longestCommit = Math.max(longestCommit, performance.now() - begun)
    if (!written) return
    changelog += stateBytes(written)
    written.results.forEach(check)
    more = written.more
  }
}

const minutes = Math.round(days * 1_440)
const step = Math.ceil(minutes / STEPS)
let stepStarted = performance.now()
let stepBytes = 0
let nowMs = 0
const heads = ['day', 'RSS MB', 'heap MB', 'buffers MB', 'file MB', 'live windows', 'partials/s']
console.log(row([...heads, 'changelog MB']))
for (let minute = 0; minute < minutes; minute++) {
  const start = START + minute * MINUTE
  const day = Math.floor((start - START) / DAY)
  for (const [index, group] of groups.entries()) {
    const slice = day * NEW_SLICES_A_DAY + ((minute + index) % SLICES_A_DAY)
    feed.take(start, group, envelopes[slice]!, USERS_A_MINUTE)
  }
  if ((minute + 1) % MINUTES_A_COMMIT === 0 || minute + 1 === minutes) {
    nowMs += 1_000
    feed.mark(start + MINUTE, nowMs)
    commit(nowMs)
  }
  if ((minute + 1) % step === 0 || minute + 1 === minutes) {
    const { rss, heapUsed, arrayBuffers } = process.memoryUsage()
    const file = statSync(join(folder, readdirSync(folder)[0]!)).size
    const seconds = (performance.now() - stepStarted) / 1_000
    const rate = (((minute % step) + 1) * groups.length) / seconds
    const memory = [rss, heapUsed, arrayBuffers, file].map(mega)
    const live = String(merger.holdings.cachedWindows)
    const written = mega(changelog - stepBytes)
    const passed = ((minute + 1) / 1_440).toFixed(1)
    console.log(row([passed, ...memory, live, rate.toFixed(0), written]))
    stepStarted = performance.now()
    stepBytes = changelog
  }
}
const closed = Math.floor((minutes * MINUTE - settings.waitMs) / MINUTE) * groups.length
assert.equal(finals.get('1m'), closed)
assert.equal(finals.get('1h') ?? 0, Math.floor(closed / groups.length / 60) * groups.length)
console.log(
  `  RSS ${mega(process.resourceUsage().maxRSS * 1_024)} MB at most, longest commit ${longestCommit.toFixed(0)} ms, ` +
    `${(process.cpuUsage().user / 1e6).toFixed(0)} CPU-s, finals ${[...finals].map(([size, count]) => `${count} × ${size}`).join(', ')}`
)
cache.close()
rmSync(folder, { recursive: true })

function mega(bytes: number): string {
  return (bytes / 1e6).toFixed(0)
}

function row(cells: readonly string[]): string {
  return `  ${cells.map(cell => cell.padStart(13)).join('')}`
}
