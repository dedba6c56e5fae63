import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { combineGroup, topicOf } from '../../src/app/names.ts'
import { Cluster } from '../../src/kafka/connection/cluster.ts'
import { GroupAdmin } from '../../src/kafka/group/group-admin.ts'
import { until } from '../app-progress.ts'
import { frameFile } from '../data.ts'
import { countedFrames } from '../uneven-topic.ts'
import { Worker } from '../worker.ts'

const headcount = fileURLToPath(new URL('../../bin/headcount.js', import.meta.url))
const peer = fileURLToPath(new URL('../peers/without-transactions.ts', import.meta.url))
const PARTITIONS = 8
const KILLS = 2
const LOGS = ['partials', 'windows', 'counts', 'rejects', 'control']

/**
 * A replay of small frames with kill -9 at each third, against the same count without groups and transactions
 * that nobody disturbs. Totals asserted equal; frames a second of wall time, waiting for the dead one's session
 * included.
 */
export async function replay(bootstrap: string, frames: number): Promise<void> {
  const cluster = await Cluster.connect({ brokers: [bootstrap] })
  const run = (...args: string[]): Buffer =>
    execFileSync(process.execPath, [headcount, ...args, '--brokers', bootstrap])
  const topic = `bench-replay-${Date.now()}`
  const apps = [`${topic}-plain`, `${topic}-whole`, `${topic}-killed`] as const
  try {
    run('topic', 'create', topic, '--partitions', String(PARTITIONS))
    run('produce', '--topic', topic, frameFile('small', frames, { framesPerSecond: 20_000 }))
    const plain = await seconds(async () => {
      const worker = new Worker(peer, [bootstrap, topic, apps[0], 'alone'])
      assert.equal(await worker.ended, 0, worker.said)
    })
    const whole = await seconds(async () => {
      const worker = new Worker(headcount, counting(bootstrap, topic, apps[1]))
      assert.equal(await worker.ended, 0, worker.said)
    })
    const killed = await seconds(() => killedTwice(cluster, bootstrap, topic, apps[2], frames))
    for (const app of apps) {
      const counted = await countedFrames(cluster, topicOf(app, 'counts'))
      assert.equal(counted.get('1m'), frames, app)
    }
    console.log(`\n${frames} small frames from ${PARTITIONS} partitions, totals equal`)
    print('no groups, no transactions', frames, plain, plain)
    print('headcount', frames, whole, plain)
    print(`headcount, killed ${KILLS} times`, frames, killed, plain)
  } finally {
    for (const name of [topic, ...apps.flatMap(app => LOGS.map(log => `${app}-${log}`))]) {
      run('topic', 'delete', name, '--yes')
    }
    await cluster.close()
  }
}

async function killedTwice(
  cluster: Cluster,
  bootstrap: string,
  topic: string,
  app: string,
  frames: number
): Promise<void> {
  const args = counting(bootstrap, topic, app)
  const admin = new GroupAdmin(cluster)
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition)
  for (let kill = 1; kill <= KILLS; kill++) {
    const worker = new Worker(headcount, args)
    await until(async () => {
      const stored = await admin.offsets(combineGroup(app), topic, partitions)
      const read = [...stored.values()].reduce((sum, { offset }) => sum + offset, 0)
      return read >= (frames * kill) / (KILLS + 1) ? true : undefined
    })
    await worker.kill()
  }
  const last = new Worker(headcount, args)
  assert.equal(await last.ended, 0, last.said)
}

function counting(bootstrap: string, topic: string, app: string): string[] {
  const what = ['--topic', topic, '--key', 'uid', '--window', '1m', '--app', app, '--exit-at-end']
  return ['count', ...what, '--brokers', bootstrap, '--format', 'jsonl']
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const begun = performance.now()
  await work()
  return (performance.now() - begun) / 1_000
}

function print(name: string, frames: number, wall: number, plain: number): void {
  const rate = (frames / wall / 1e6).toFixed(2)
  const share = ((plain / wall) * 100).toFixed(0)
  console.log(
    `  ${name.padEnd(32)}${wall.toFixed(1).padStart(7)} s  ${rate} M frames/s  ${share} %`
  )
}
