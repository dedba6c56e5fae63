import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { topicOf } from '../../src/app/names.ts'
import { Cluster } from '../../src/kafka/connection/cluster.ts'
import { merged } from '../app-progress.ts'
import { frameFile } from '../data.ts'
import { countedFrames } from '../uneven-topic.ts'
import { Worker } from '../worker.ts'

const headcount = fileURLToPath(new URL('../../bin/headcount.js', import.meta.url))
const PARTITIONS = 16
const INSTANCES = [1, 2, 4]
const GROUPS = 10_000
const LOGS = ['partials', 'windows', 'counts', 'rejects', 'control']

interface Input {
  readonly bootstrap: string
  readonly topic: string
  readonly frames: number
}

/**
 * What it costs to count with more instances, and what of it is stage 2: CPU seconds per million small frames
 * of a topic of 16 partitions, all processes together; start-up measured on an empty topic and taken off.
 */
export async function scale(bootstrap: string, frames: number): Promise<void> {
  const cluster = await Cluster.connect({ brokers: [bootstrap] })
  const run = (...args: string[]): string =>
    execFileSync(process.execPath, [headcount, ...args, '--brokers', bootstrap]).toString()
  const made: string[] = []
  const make = (name: string, file?: string): string => {
    const topic = `bench-scale-${name}-${Date.now()}`
    run('topic', 'create', topic, '--partitions', String(PARTITIONS))
    made.push(topic)
    if (file) run('produce', '--topic', topic, file)
    return topic
  }
  const apps: string[] = []
  const app = (): string => {
    apps.push(`bench-scale-app-${Date.now()}-${apps.length}`)
    return apps.at(-1)!
  }
  try {
    const empty = { bootstrap, topic: make('empty'), frames: 0 }
    const full = { bootstrap, topic: make('full', frameFile('small', frames)), frames }
    const many = { framesPerSecond: 200_000, users: 1_000_000, groups: GROUPS }
    const grouped = { ...full, topic: make('grouped', frameFile('small', frames, many)) }
    console.log(`\n${frames} small frames, ${PARTITIONS} partitions, all processes together`)
    let first = 0
    for (const instances of INSTANCES) {
      const start = await together(empty, app(), instances)
      const name = app()
      const cpu = (await together(full, name, instances)) - start
      assert.equal(await counted(cluster, name), frames)
      first ||= cpu
      print(
        `${instances} instances`,
        cpu,
        frames,
        `${(cpu / first).toFixed(2)}×, start-up ${start.toFixed(1)} s`
      )
    }
    for (const [name, input, by] of [
      ['no groups', full, []],
      [`${GROUPS} groups, 200,000 frames a second of event time`, grouped, ['--by', 'country']]
    ] as const) {
      const at = app()
      const start = await stages(cluster, empty, app(), by)
      const { combine, merge } = await stages(cluster, input, at, by)
      assert.equal(await counted(cluster, at), frames)
      const [one, two] = [combine - start.combine, merge - start.merge]
      const share = ((two / (one + two)) * 100).toFixed(1)
      print(`stage 2 of ${name}`, two, frames, `${share} % of both stages`)
    }
  } finally {
    for (const topic of made) run('topic', 'delete', topic, '--yes')
    for (const name of apps)
      for (const log of LOGS) run('topic', 'delete', `${name}-${log}`, '--yes')
    await cluster.close()
  }
}

function counting({ bootstrap, topic }: Input, app: string): string[] {
  const what = ['--topic', topic, '--key', 'uid', '--window', '1m', '--app', app]
  return ['count', ...what, '--brokers', bootstrap, '--format', 'jsonl']
}

/** CPU seconds of so many instances that count a topic to its end. */
async function together(input: Input, app: string, instances: number): Promise<number> {
  const workers = Array.from(
    { length: instances },
    () => new Worker(headcount, [...counting(input, app), '--exit-at-end'])
  )
  for (const worker of workers) assert.equal(await worker.ended, 0, worker.said)
  return workers.reduce((sum, worker) => sum + worker.usage().cpuSeconds, 0)
}

/** CPU seconds of each stage, in a process of its own. */
async function stages(
  cluster: Cluster,
  input: Input,
  app: string,
  by: readonly string[]
): Promise<{ combine: number; merge: number }> {
  const args = [...counting(input, app), ...by]
  const merge = new Worker(headcount, [...args, '--role', 'merge'])
  const combine = new Worker(headcount, [...args, '--role', 'combine', '--exit-at-end'])
  assert.equal(await combine.ended, 0, combine.said)
  await merged(cluster, app)
  await merge.stop()
  return { combine: combine.usage().cpuSeconds, merge: merge.usage().cpuSeconds }
}

/** Frames in all minutes, as their newest results say. */
async function counted(cluster: Cluster, app: string): Promise<number | undefined> {
  return (await countedFrames(cluster, topicOf(app, 'counts'))).get('1m')
}

function print(name: string, cpu: number, frames: number, more: string): void {
  const each = ((cpu * 1e6) / frames).toFixed(3)
  console.log(`  ${name.padEnd(62)}${each.padStart(7)} CPU-s/M  ${more}`)
}
