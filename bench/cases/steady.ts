import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { topicOf } from '../../src/app/names.ts'
import { Cluster } from '../../src/kafka/connection/cluster.ts'
import { until } from '../app-progress.ts'
import { withTopic } from '../filled-topic.ts'
import { median } from '../measure.ts'
import type { MemorySample } from '../memory-trace.ts'
import { feedLive } from '../paced-feed.ts'
import { countedFrames } from '../uneven-topic.ts'
import { Worker } from '../worker.ts'

const headcount = fileURLToPath(new URL('../../bin/headcount.js', import.meta.url))
const trace = new URL('../memory-trace.ts', import.meta.url)
const PARTITIONS = 8
const FRAMES_PER_SECOND = 20_000
const WINDOWS = '1m,5m,1h,1d'
const RSS_MB_MAX = 250
/** By how much the last third may lie above the middle one: a minute's panes come and go. */
const GROWTH_MB_MAX = 8
/** Thirds of less than this are no trend: everything still grows to what it needs. */
const TREND_SECONDS_MIN = 300
const MINUTE_SECONDS = 60
const MB = 1e6
/** The exit status after a signal. */
const INTERRUPTED = 130

/**
 * Memory of a whole count over time: a topic of 8 partitions is fed live with small frames, both stages in one
 * process, in transactions. Every frame is asserted counted, and that memory is bounded and flat.
 */
export async function steady(bootstrap: string, minutes: number): Promise<void> {
  const seconds = minutes * MINUTE_SECONDS
  const cluster = await Cluster.connect({ brokers: [bootstrap] })
  const folder = mkdtempSync(join(tmpdir(), 'headcount-bench-'))
  const samples = join(folder, 'memory.jsonl')
  try {
    await withTopic({ bootstrap, partitions: PARTITIONS }, async ({ name: topic, newApp }) => {
      const app = newApp()
      const preload = new URL(trace)
      preload.searchParams.set('to', samples)
      const what = ['--topic', topic, '--key', 'uid', '--window', WINDOWS, '--app', app]
      const args = ['count', ...what, '--brokers', bootstrap, '--format', 'jsonl']
      const worker = new Worker(headcount, args, ['--import', preload.href])
      try {
        await until(async () => (existsSync(samples) ? true : undefined))
        const feed = { topic, framesPerSecond: FRAMES_PER_SECOND, seconds }
        const sent = await Promise.race([feedLive(cluster, feed), ended(worker)])
        await until(async () => {
          const counted = await countedFrames(cluster, topicOf(app, 'counts'))
          return counted.get('1m') === sent ? true : undefined
        })
        assert.equal(await worker.stop(), INTERRUPTED, worker.said)
        console.log(
          `\n${sent} small frames in ${seconds} s, live, to a topic of ${PARTITIONS} partitions, --window ${WINDOWS}: ` +
            `${worker.usage().cpuSeconds.toFixed(1)} CPU-s`
        )
        report(samplesOf(samples), seconds)
      } finally {
        await worker.stop()
      }
    })
  } finally {
    await cluster.close()
    rmSync(folder, { recursive: true })
  }
}

async function ended(worker: Worker): Promise<never> {
  const status = await worker.ended
  throw new Error(`headcount count ended with ${status}: ${worker.said}`)
}

function samplesOf(path: string): readonly MemorySample[] {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  return lines.map(line => JSON.parse(line))
}

function report(samples: readonly MemorySample[], seconds: number): void {
  const during = samples.filter(sample => sample.seconds <= seconds)
  const minutes = Map.groupBy(during, sample => Math.floor(sample.seconds / MINUTE_SECONDS))
  console.log('  minute   RSS MB, median   largest   heap used   external')
  for (const [minute, of] of minutes) {
    const figures = [middle(of, 'rss'), largest(of), middle(of, 'heapUsed'), middle(of, 'external')]
    const [rss, most, heap, external] = figures.map(value => value.toFixed(0))
    console.log(
      `  ${String(minute + 1).padStart(6)}${rss!.padStart(17)}${most!.padStart(10)}${heap!.padStart(12)}${external!.padStart(11)}`
    )
  }
  const most = largest(samples)
  assert.ok(most < RSS_MB_MAX, `${most.toFixed(0)} MB of RSS, less than ${RSS_MB_MAX} wanted`)
  console.log(`  at most ${most.toFixed(0)} MB, less than ${RSS_MB_MAX} wanted`)
  if (seconds < TREND_SECONDS_MIN) return
  const third = (index: number) =>
    during.filter(sample => Math.floor((sample.seconds * 3) / seconds) === index)
  const [before, after] = [middle(third(1), 'rss'), middle(third(2), 'rss')]
  const growth = `last third ${after.toFixed(1)} MB, middle third ${before.toFixed(1)} MB`
  assert.ok(after - before <= GROWTH_MB_MAX, growth)
  console.log(`  ${growth}: ≤ ${GROWTH_MB_MAX} MB more wanted`)
}

function middle(samples: readonly MemorySample[], part: 'rss' | 'heapUsed' | 'external'): number {
  return median(samples.map(sample => sample[part])) / MB
}

function largest(samples: readonly MemorySample[]): number {
  return Math.max(...samples.map(({ rss }) => rss)) / MB
}
