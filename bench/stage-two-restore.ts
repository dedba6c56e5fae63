import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SqliteCache } from '../src/host/sqlite-cache.ts'
import { systemClock } from '../src/host/system-clock.ts'
import { Cluster } from '../src/kafka/connection/cluster.ts'
import { KafkaAppLog } from '../src/kafka/fetch/app-log.ts'
import { Producer } from '../src/kafka/produce/producer.ts'
import { TopicAdmin } from '../src/kafka/topic/topic-admin.ts'
import type { Merger } from '../src/merge/merger.ts'
import { countSettings } from '../src/runtime/count.ts'
import { createMerger } from '../src/runtime/count-run.ts'
import { FEED_SOURCE, MergeFeed, stateBytes, UserPool } from './merge-feed.ts'

/*
 * node bench/stage-two-restore.ts <MB> [<host:port>]: restoring that much live state after an hour of live traffic,
 * from the compacted changelog at hand, and from a topic of the broker that nobody has compacted: all that was
 * written in the hour. Asserts that the same windows are there.
 */
const MINUTE = 60_000
const START = Date.UTC(2024, 0, 1)
const USERS_A_MINUTE = 500
const MINUTES = 60
/** What a pane of so many users takes in the changelog, at least. */
const PANE_BYTES = 1_610

const READ_MS = 1_000

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

const bootstrap = process.argv[3]
const topic = `bench-restore-${Date.now()}`
const cluster = bootstrap ? await Cluster.connect({ brokers: [bootstrap] }) : undefined
const producer = cluster && (await changelogTopic(cluster))
const changelog = new Map<string, { key: Uint8Array; value: Uint8Array }>()
let written = 0
let history = 0
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
      history++
      if (producer?.full) await producer.ready()
      producer?.send(0, key, value, systemClock.now())
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
const size = `${(live / 1e6).toFixed(0)} MB in ${changelog.size} records, ${windows} open windows`
await measured(`at hand: ${size}`, async merger => {
  const restore = merger.restore()
  for (const { key, value } of changelog.values()) restore.take(key, value)
  restore.finish(MINUTES * MINUTE)
})
if (producer && cluster) {
  await producer.flush()
  producer.close()
  const topics = { partials: topic, windows: topic, counts: topic, rejects: topic, control: topic }
  const log = await KafkaAppLog.open(cluster, { topics })
  const all = `${(written / 1e6).toFixed(0)} MB in ${history} records`
  await measured(`from the broker: ${all}`, merger => readBack(log, merger))
  await log.close()
  await new TopicAdmin(cluster).delete(topic)
  await cluster.close()
}
rmSync(folder, { recursive: true })

async function changelogTopic(cluster: Cluster): Promise<Producer> {
  await new TopicAdmin(cluster).create({ name: topic, partitions: 1 })
  const random = Math.random
  return Producer.open(cluster, { topic, clock: systemClock, random, codec: 'lz4' })
}

/** As a task's loop reads it. */
async function readBack(log: KafkaAppLog, merger: Merger): Promise<void> {
  const restore = merger.restore()
  const { end } = await log.bounds('windows', 0)
  const reader = await log.read('windows', 0, 'start')
  while (reader.position < end) {
    for (const { key, value } of await reader.poll(READ_MS)) restore.take(key!, value)
  }
  await reader.close()
  restore.finish(MINUTES * MINUTE)
}

async function measured(what: string, work: (merger: Merger) => Promise<void>): Promise<void> {
  const restored = open('restored')
  const cpu = process.cpuUsage()
  const begun = performance.now()
  await work(restored.merger)
  const seconds = (performance.now() - begun) / 1_000
  const { user, system } = process.cpuUsage(cpu)
  assert.equal(restored.merger.holdings.openWindows, windows)
  assert.equal(restored.merger.position, lived.merger.position)
  console.log(`  ${what}: ${seconds.toFixed(2)} s, ${((user + system) / 1e6).toFixed(2)} CPU-s`)
  restored.cache.close()
}
