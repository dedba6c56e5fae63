import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { text, utf8 } from '../../src/core/bytes.ts'
import { systemClock } from '../../src/host/system-clock.ts'
import { Cluster } from '../../src/kafka/connection/cluster.ts'
import { RecordReader } from '../../src/kafka/fetch/record-reader.ts'
import { Producer } from '../../src/kafka/produce/producer.ts'
import { parseResult } from '../../src/result/result-record.ts'

const headcount = fileURLToPath(new URL('../../bin/headcount.js', import.meta.url))
const MINUTE = 60_000
const WAIT_MS = 5_000
const PARTITIONS = 4
const TICK_MS = 10
const FRAMES_A_TICK = 10
const LOGS = ['partials', 'windows', 'counts', 'rejects', 'control']

/** Of one minute: when each frame was produced, and how many of them were said when. */
interface Minute {
  readonly producedAt: number[]
  readonly said: { readonly frames: number; readonly at: number }[]
  finalAt: number
}

/**
 * How long frames take from `send` to the first record on `<app>-counts`, read committed, whose minute counts as many,
 * and how long after its end a minute is final. Live, a thousand frames a second, at `--emit-every 1s`.
 */
export async function emission(bootstrap: string, seconds: number): Promise<void> {
  const topic = `bench-emission-${Date.now()}`
  const run = (...args: string[]): Buffer =>
    execFileSync(process.execPath, [headcount, ...args, '--brokers', bootstrap])
  run('topic', 'create', topic, '--partitions', String(PARTITIONS))
  const args = ['--brokers', bootstrap, '--topic', topic, '--app', topic, '--key', 'uid']
  const counting = ['count', ...args, '--window', '1m', '--emit-every', '1s', '--format', 'jsonl']
  const child = spawn(process.execPath, [headcount, ...counting], { stdio: 'ignore' })
  const cluster = await Cluster.connect({ brokers: [bootstrap] })
  try {
    const minutes = await liveRun(cluster, topic, seconds, child)
    report(minutes, seconds)
  } finally {
    await cluster.close()
    child.kill('SIGINT')
    await new Promise(resolve => child.once('exit', resolve))
    for (const log of LOGS) run('topic', 'delete', `${topic}-${log}`, '--yes')
    run('topic', 'delete', topic, '--yes')
  }
}

async function liveRun(
  cluster: Cluster,
  topic: string,
  seconds: number,
  child: ChildProcess
): Promise<Map<number, Minute>> {
  const counts = `${topic}-counts`
  while (!(await cluster.topics()).includes(counts)) {
    assert.equal(child.exitCode, null, 'headcount count ended early')
    await systemClock.sleep(200)
  }
  const reader = await RecordReader.open(cluster, counts, new Map([[0, 0]]))
  const random = Math.random
  const producer = await Producer.open(cluster, { topic, clock: systemClock, random })
  const minutes = new Map<number, Minute>()
  const producing = produce(producer, minutes, seconds)
  // Behind the last frame: its flush, its commit, and the closing of the last minute that can close.
  const end = Date.now() + seconds * 1_000 + WAIT_MS
  while (Date.now() < end) {
    for (const { value } of await reader.poll(100)) take(minutes, value)
    assert.equal(child.exitCode, null, 'headcount count ended early')
  }
  await producing
  await reader.close()
  producer.close()
  return minutes
}

/** Frames at an even pace; event time, record time and `producedAt` are the same. */
async function produce(
  producer: Producer,
  minutes: Map<number, Minute>,
  seconds: number
): Promise<void> {
  const started = Date.now()
  for (let number = 0; Date.now() < started + seconds * 1_000; ) {
    const now = Date.now()
    for (; number < ((now - started) / TICK_MS) * FRAMES_A_TICK; number++) {
      const frame = utf8(`{"ts":${now},"uid":"user ${number % 5_000}","page":"/"}`)
      producer.send(number % PARTITIONS, null, frame, now)
      minuteOf(minutes, now).producedAt.push(now)
    }
    await systemClock.sleep(TICK_MS)
  }
  await producer.flush()
}

function take(minutes: Map<number, Minute>, value: Uint8Array | null): void {
  const result = value && parseResult(text(value))
  assert.ok(result, 'a result')
  const at = Date.now()
  const minute = minuteOf(minutes, Date.parse(result.start))
  minute.said.push({ frames: result.frames, at })
  if (result.status === 'final') minute.finalAt = at
  assert.notEqual(result.status, 'corrected')
}

function minuteOf(minutes: Map<number, Minute>, time: number): Minute {
  const start = Math.floor(time / MINUTE) * MINUTE
  let minute = minutes.get(start)
  if (!minute) {
    minute = { producedAt: [], said: [], finalAt: Number.NaN }
    minutes.set(start, minute)
  }
  return minute
}

function report(minutes: ReadonlyMap<number, Minute>, seconds: number): void {
  const delays: number[] = []
  const finals: number[] = []
  // Joining the groups is no part of it: from the first record on.
  const running = Math.min(...[...minutes.values()].flatMap(({ said }) => said.map(({ at }) => at)))
  for (const [start, { producedAt, said, finalAt }] of minutes) {
    let next = 0
    for (const [index, at] of producedAt.entries()) {
      while (next < said.length && said[next]!.frames <= index) next++
      assert.ok(next < said.length, `frame ${index} of ${producedAt.length} was never said`)
      if (at > running) delays.push(said[next]!.at - at)
    }
    assert.equal(said.at(-1)!.frames, producedAt.length)
    if (start + MINUTE > running && !Number.isNaN(finalAt)) finals.push(finalAt - start - MINUTE)
  }
  delays.sort((left, right) => left - right)
  const at = (share: number): string => `${delays[Math.floor((delays.length - 1) * share)]} ms`
  console.log(
    `\nemission, ${seconds} s of 1,000 frames a second over ${PARTITIONS} partitions, --emit-every 1s, --wait 5s\n` +
      `  frame to provisional count: p50 ${at(0.5)}, p99 ${at(0.99)}, max ${at(1)} (${delays.length} frames)\n` +
      `  end of a minute to its final count: ${finals.map(ms => `${ms} ms`).join(', ') || 'no minute ended'}`
  )
}
