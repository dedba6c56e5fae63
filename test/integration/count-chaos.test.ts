import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
// A disturbance comes at some moment, not after some event.
import { setTimeout as pause } from 'node:timers/promises'
import { captureTool } from '../../src/broker/index.ts'
import { text } from '../../src/core/bytes.ts'
import { appLog, committedRecords } from './app-topics.ts'
import { ChaosHistory } from './chaos-history.ts'
import { ChaosProcess } from './chaos-process.ts'
import { CountingPlace } from './counting.ts'
import { developmentBroker } from './dev-broker.ts'
import { SilenceWatch } from './silence-watch.ts'

const SEEDS = Array.from({ length: 10 }, (_, index) => index + 1)
/** Most of their time is spent with waiting for sessions: several at the same time. */
const AT_ONCE = 3

const broker = await developmentBroker()

describe('instances on a broker', { skip: broker ? false : 'no broker' }, () => {
  let place: CountingPlace
  const apps: string[] = []
  before(async () => {
    place = await CountingPlace.open(broker!.bootstrap)
  })
  after(() => place.close())

  const tool = (name: string, ...args: string[]) =>
    captureTool({
      machine: process,
      folder: place.folder,
      tool: name,
      args: ['--bootstrap-server', place.bootstrap, ...args]
    })

  // `npm run chaos` plays more and longer ones.
  describe('killed, paused, stopped and started', { concurrency: AT_ONCE }, () => {
    for (const seed of SEEDS) {
      it(`seed ${seed}: every window ends with the truth`, async () => {
        const history = new ChaosHistory(place, { seed, frames: 100_000, lastsMs: 5_000 })
        await history.run()
        apps.push(history.app)
      })
    }
  })

  it("Kafka's own tools see no transaction that hangs, and no record of an aborted one", async () => {
    const app = apps[0]!
    const [listed, consumed] = await Promise.all([
      tool('kafka-transactions', 'list'),
      tool(
        'kafka-console-consumer',
        ...['--topic', `${app}-counts`, '--from-beginning', '--timeout-ms', '3000'],
        ...['--isolation-level', 'read_committed']
      )
    ])
    const ours = listed.stdout.split('\n').filter(line => apps.some(name => line.includes(name)))
    assert.ok(ours.length > 0, listed.stdout + listed.stderr)
    const open = ours.filter(line => !/CompleteCommit|CompleteAbort|Empty/.test(line))
    assert.deepEqual(open, [])
    const log = await appLog(place.scratch.cluster, app)
    const records = await committedRecords(log, 'counts', 0)
    await log.close()
    const seen = consumed.stdout.split('\n').filter(line => line.startsWith('{'))
    assert.deepEqual(
      seen,
      records.map(({ value }) => text(value!))
    )
  })

  it('hands over: the others go on after a SIGTERM, and after a kill -9', async t => {
    const { topic, app } = await place.topic(6)
    await place.run('generate', '-n', '90k', '--shape', 'small', '-o', 'long.jsonl')
    const producing = place.start([
      'produce',
      '-t',
      topic,
      '-k',
      'uid',
      '--rate',
      '3000',
      'long.jsonl'
    ])
    const session = ['--group-session-timeout', '6s']
    const pace = ['--flush-every', '100ms', '--emit-every', '100ms']
    const args = ['count', '-t', topic, '-k', 'uid', '--app', app, '--format', 'jsonl']
    const start = (name: string) =>
      new ChaosProcess(name, place.start([...args, ...session, ...pace]))
    const [stopped, killed, last] = [start('#1'), start('#2'), start('#3')]
    try {
      await pause(4_000)
      const log = await appLog(place.scratch.cluster, app)
      const watch = new SilenceWatch(await log.read('partials', 0, 'start'))
      await watch.heard(6)
      const calm = await watch.silence(1_500)
      stopped.terminate()
      const handedOver = await watch.silence(5_000)
      killed.kill()
      const takenOver = await watch.silence(12_000)
      t.diagnostic(`longest silence of a partition: ${calm} ms undisturbed`)
      t.diagnostic(
        `${handedOver} ms after a SIGTERM, ${takenOver} ms after a kill -9 (session 6 s)`
      )
      assert.equal(last.state, 'running')
      await log.close()
    } finally {
      producing.kill('SIGKILL')
      for (const process of [stopped, killed, last]) process.kill()
    }
  })
})
