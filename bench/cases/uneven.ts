import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { combineGroup, topicOf } from '../../src/app/names.ts'
import { Cluster } from '../../src/kafka/connection/cluster.ts'
import { GroupAdmin } from '../../src/kafka/group/group-admin.ts'
import { TopicAdmin } from '../../src/kafka/topic/topic-admin.ts'
import { merged, until } from '../app-progress.ts'
import type { MemorySample } from '../memory-trace.ts'
import { countedFrames, fillTopic } from '../uneven-topic.ts'
import { Worker } from '../worker.ts'

const headcount = fileURLToPath(new URL('../../bin/headcount.js', import.meta.url))
const SIZES = ['1m', '1h', '1d', '1mo', '1y']
/** One partition is ten times as large as each of the others. */
const SHARES = [10, 1, 1, 1, 1, 1, 1, 1]
/** Of stage 2. */
const RSS_MB_MAX = 500
/** Points in time at which its memory is shown. */
const SAMPLES_SHOWN = 12
const trace = new URL('../memory-trace.ts', import.meta.url)
/** The exit status after a signal. */
const INTERRUPTED = 130

/**
 * Two years over 8 partitions, one of them 10 times larger and read by an instance that has half the time;
 * stage 2 in a process of its own. Asserts equal totals, that nothing was purged, and stage 2's memory.
 */
export async function uneven(
  bootstrap: string,
  frames: number,
  options: readonly string[] = []
): Promise<void> {
  const unit = Math.ceil(frames / SHARES.reduce((sum, share) => sum + share, 0))
  const parts = SHARES.map(share => share * unit)
  const total = parts.reduce((sum, part) => sum + part, 0)
  const cluster = await Cluster.connect({ brokers: [bootstrap] })
  const topic = `bench-uneven-${Date.now()}`
  const app = `${topic}-app`
  const admin = new TopicAdmin(cluster)
  const folder = mkdtempSync(join(tmpdir(), 'headcount-bench-'))
  const samples = join(folder, 'memory.jsonl')
  await admin.create({ name: topic, partitions: parts.length })
  try {
    await fillTopic(cluster, topic, parts)
    const begun = performance.now()
    const { merger, readMs } = await count(cluster, bootstrap, { topic, app, options, samples })
    const seconds = (performance.now() - begun) / 1_000
    assert.doesNotMatch(merger.said, /purged/)
    const counted = await countedFrames(cluster, topicOf(app, 'counts'))
    for (const size of SIZES) {
      assert.equal(counted.get(size), total, `frames in ${size}\n${merger.said}`)
    }
    const { rssMB, cpuSeconds } = merger.usage()
    console.log(
      `\ntwo years over 8 partitions, one 10 times larger and read by a slower instance, ${total} small frames ` +
        `${options.join(' ')}: read in ${(readMs / 1_000).toFixed(1)} s, counted in ${seconds.toFixed(1)} s; ` +
        `stage 2: ${rssMB.toFixed(0)} MB at most, ${cpuSeconds.toFixed(1)} CPU-s`
    )
    showMemory(samples)
    assert.ok(rssMB < RSS_MB_MAX, `stage 2 takes less than ${RSS_MB_MAX} MB`)
  } finally {
    await admin.delete(topic).catch(() => undefined)
    for (const log of ['partials', 'windows', 'counts', 'rejects', 'control'] as const) {
      await admin.delete(topicOf(app, log)).catch(() => undefined)
    }
    await cluster.close()
    rmSync(folder, { recursive: true })
  }
}

/** Memory of stage 2 over time. */
function showMemory(path: string): void {
  const samples: MemorySample[] = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
  const step = Math.ceil(samples.length / SAMPLES_SHOWN)
  for (const [index, { seconds, rss, heapTotal, heapUsed, external }] of samples.entries()) {
    if ((index + 1) % step !== 0) continue
    const [all, heap, used, outside] = [rss, heapTotal, heapUsed, external].map(bytes =>
      (bytes / 1e6).toFixed(0)
    )
    console.log(
      `  ${seconds.toFixed(0).padStart(5)} s: RSS ${all} MB, heap ${heap} MB (${used} used), external ${outside} MB`
    )
  }
}

interface Counting {
  readonly topic: string
  readonly app: string
  readonly options: readonly string[]
  /** File for what stage 2 held at each second. */
  readonly samples: string
}

async function count(
  cluster: Cluster,
  bootstrap: string,
  { topic, app, options, samples }: Counting
): Promise<{ merger: Worker; readMs: number }> {
  const what = ['--topic', topic, '--key', 'uid', '--app', app, '--window', SIZES.join(',')]
  const where = ['--brokers', bootstrap, '--group-session-timeout', '10s', '--format', 'jsonl']
  // Some partitions have a frame every few minutes only.
  const args = ['count', ...what, ...where, '--max-jump', '1d', ...options]
  const worker = (...more: string[]): Worker => new Worker(headcount, [...args, ...more])
  const preload = new URL(trace)
  preload.searchParams.set('to', samples)
  const merger = new Worker(headcount, [...args, '--role', 'merge'], ['--import', preload.href])
  const readers = new Map(
    ['a', 'b'].map(id => [id, worker('--role', 'combine', '--exit-at-end', '--client-id', id)])
  )
  const begun = performance.now()
  try {
    const slow = await ownerOf(cluster, app, topic)
    readers.get(slow)!.slowDown()
    for (const reader of readers.values()) assert.equal(await reader.ended, 0, reader.said)
    const readMs = performance.now() - begun
    await merged(cluster, app)
    assert.equal(await merger.stop(), INTERRUPTED, merger.said)
    return { merger, readMs }
  } finally {
    for (const reader of readers.values()) await reader.stop()
    await merger.stop()
  }
}

/** Client id of the instance that has the large partition, once both have some. */
async function ownerOf(cluster: Cluster, app: string, topic: string): Promise<string> {
  const admin = new GroupAdmin(cluster)
  return until(async () => {
    const { members } = await admin.describe(combineGroup(app))
    const owns = (partitions: readonly number[] | undefined) => (partitions ?? []).length > 0
    if (members.filter(({ partitions }) => owns(partitions.get(topic))).length < 2) return undefined
    return members.find(({ partitions }) => partitions.get(topic)?.includes(0))?.client
  })
}
