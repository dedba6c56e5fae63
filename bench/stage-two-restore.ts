import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SqliteCache } from '../src/host/sqlite-cache.ts'
import type { Merger } from '../src/merge/merger.ts'
import { countSettings } from '../src/runtime/count.ts'
import { createMerger } from '../src/runtime/count-run.ts'
import { FEED_SOURCE, MergeFeed, stateBytes, UserPool } from './merge-feed.ts'

/*
 * node bench/stage-two-restore.ts <MB>: restoring that much live state after an hour of live traffic, from the
 * compacted changelog at hand: no broker, all else. Asserts that the same windows are there.
 */
const MINUTE = 60_000
const START = Date.UTC(2024, 0, 1)
const USERS_A_MINUTE = 500
const MINUTES = 60
/** What a pane of so many users takes in the changelog, about. */
const PANE_BYTES = 1_610

const megabytes = Number(process.argv[2] ?? 100)
const groupCount = Math.ceil((megabytes * 1e6) / (MINUTES * PANE_BYTES))
const groups = Array.from({ length: groupCount }, (_, index) => `["group ${index}"]`)
const settings = countSettings({ key: 'uid', by: ['group'], windows: ['1m', '1h'] })
const pool = new UserPool(40 * USERS_A_MINUTE)
const envelopes = Array.from({ length: 40 }, (_, slice) =>
  pool.envelope(slice * USERS_A_MINUTE, (slice + 1) * USERS_A_MINUTE)
)
const folder = mkdtempSync(join(tmpdir(), 'headcount-bench-'))

function open(task: string): { merger: Merger; cache: SqliteCache } {
  const cache = new SqliteCache({ folder, task })
  const parts = { settings, sources: [FEED_SOURCE], partition: 0, tasks: 1, stored: true }
  return { merger: createMerger(parts, cache), cache }
}

const changelog = new Map<string, { key: Uint8Array; value: Uint8Array }>()
let written = 0
const lived = open('lived')
const feed = new MergeFeed(lived.merger, settings.plan.mask)
for (let minute = 0; minute < MINUTES; minute++) {
  const start = START + minute * MINUTE
  for (const [index, group] of groups.entries()) {
    feed.take(start, group, envelopes[(minute + index) % envelopes.length]!, USERS_A_MINUTE)
  }
  feed.mark(start + MINUTE, minute * MINUTE)
  for (let more = true; more; ) {
    const commit = lived.merger.commit({ nowMs: minute * MINUTE, position: feed.partials })
    written += commit ? stateBytes(commit) : 0
    for (const { key, value } of commit?.state ?? []) {
      const name = Buffer.from(key).toString()
      if (value) changelog.set(name, { key, value })
      else changelog.delete(name)
    }
    more = commit?.more ?? false
  }
}
const windows = lived.merger.holdings.openWindows
lived.cache.close()

let live = 0
for (const { key, value } of changelog.values()) live += key.length + value.length
const restored = open('restored')
const cpu = process.cpuUsage()
const begun = performance.now()
const restore = restored.merger.restore()
for (const { key, value } of changelog.values()) restore.take(key, value)
restore.finish(MINUTES * MINUTE)
const seconds = (performance.now() - begun) / 1_000
const { user, system } = process.cpuUsage(cpu)
assert.equal(restored.merger.holdings.openWindows, windows)
assert.equal(restored.merger.position, lived.merger.position)
console.log(
  `  ${(live / 1e6).toFixed(0)} MB in ${changelog.size} records (${(written / 1e6).toFixed(0)} MB written in the hour), ${windows} open windows: ` +
    `${seconds.toFixed(2)} s, ${((user + system) / 1e6).toFixed(2)} CPU-s`
)
restored.cache.close()
rmSync(folder, { recursive: true })
