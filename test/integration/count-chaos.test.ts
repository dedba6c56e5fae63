import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
// A group tells nobody but its members.
import { setTimeout as pause } from 'node:timers/promises'
import { combineGroup } from '../../src/app/names.ts'
import { captureTool } from '../../src/broker/index.ts'
import { text } from '../../src/core/bytes.ts'
import type { KafkaAppLog } from '../../src/kafka/fetch/app-log.ts'
import { GroupAdmin } from '../../src/kafka/group/group-admin.ts'
import { appLog, committedRecords } from './app-topics.ts'
import { ChaosHistory } from './chaos-history.ts'
import { ChaosProcess } from './chaos-process.ts'
import { ChaosStage, within } from './chaos-stage.ts'
import { CountingPlace } from './counting.ts'
import { developmentBroker } from './dev-broker.ts'
import { SilenceWatch } from './silence-watch.ts'

const SEEDS = Array.from({ length: 10 }, (_, index) => index + 1)
/** Most of their time is spent with waiting for sessions: several at the same time. */
const AT_ONCE = 4
/** Until a partition's flushes come again: a session, and what a busy machine takes beside it. */
const TAKE_OVER_MS = 60_000
const PARTITIONS = 2
/** A seed decides the protocol of the groups. */
const ZOMBIES = [
  ['consumer', 101],
  ['classic', 104]
] as const

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

  interface Counted {
    readonly stage: ChaosStage
    readonly first: ChaosProcess
    readonly log: KafkaAppLog
  }

  /** Something happens to an instance that counts; in the end the truth. */
  async function whileCounted(seed: number, happens: (counted: Counted) => Promise<void>) {
    const stage = new ChaosStage(place, { seed, frames: 60_000, partitions: PARTITIONS })
    try {
      await stage.generate()
      await stage.open()
      const first = await stage.start()
      await within(TAKE_OVER_MS, 'it starts', first.says(/first start/))
      const log = await appLog(place.scratch.cluster, stage.app)
      try {
        await happens({ stage, first, log })
      } finally {
        await log.close()
      }
      await stage.sent()
      await stage.drain()
      await stage.finish()
      await stage.check()
    } catch (error) {
      throw stage.told(error)
    } finally {
      await stage.close()
    }
  }

  /** Frames that come now are flushed, those of every partition. */
  async function flushed({ stage, log }: Counted): Promise<void> {
    const { end } = await log.bounds('partials', 0)
    stage.feed()
    const watch = new SilenceWatch(await log.read('partials', 0, end))
    try {
      await watch.heard(PARTITIONS, TAKE_OVER_MS)
    } finally {
      await watch.close()
    }
  }

  /** It stands still before its next EndTxn, of a flush. */
  async function openTransaction({ stage, first }: Counted): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const sprung = (): void => {
      first.pause()
      resolve()
    }
    first.link!.trap({ call: 'EndTxn', fault: 'held', naming: '-combine-', sprung })
    stage.feed()
    await within(TAKE_OVER_MS, 'its EndTxn', promise)
  }

  /** So many members have partitions, all of them the same number. */
  async function shared(group: string, members: number): Promise<void> {
    const admin = new GroupAdmin(place.scratch.cluster)
    for (const until = performance.now() + TAKE_OVER_MS; ; ) {
      const found = await admin.describe(group)
      const counts = found.members.map(({ partitions }) => [...partitions.values()].flat().length)
      if (counts.length === members && new Set(counts).size === 1) return
      assert.ok(performance.now() < until, `members of ${group} have ${counts.join()} partitions`)
      await pause(100)
    }
  }

  const fencedFrom = (app: string): RegExp =>
    new RegExp(`this instance was fenced: its tasks of group ${app}-combine were taken over`)

  // `npm run chaos` plays more and longer ones.
  describe('killed, paused, cut off, stopped and started', { concurrency: AT_ONCE }, () => {
    it('hands over: the others go on after a SIGTERM, and after a kill -9', async t => {
      const { topic, app } = await place.topic(6)
      await place.run('generate', '-n', '150k', '--shape', 'small', '-o', 'long.jsonl')
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
        await shared(combineGroup(app), 3)
        const log = await appLog(place.scratch.cluster, app)
        const watch = new SilenceWatch(await log.read('partials', 0, 'start'))
        await watch.heard(6, TAKE_OVER_MS)
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
        await watch.close()
        await log.close()
      } finally {
        producing.kill('SIGKILL')
        for (const process of [stopped, killed, last]) process.kill()
      }
    })

    for (const [protocol, seed] of ZOMBIES) {
      it(`a zombie writes nothing that counts, says that it was fenced, and counts again (${protocol})`, () =>
        whileCounted(seed, async counted => {
          const { stage, first } = counted
          await flushed(counted)
          await openTransaction(counted)
          const second = await stage.start()
          await flushed(counted)
          // Its EndTxn, which it had sent, comes now; then it sends what it still has.
          first.resume()
          await within(TAKE_OVER_MS, 'it hears of it', first.says(fencedFrom(stage.app)))
          second.terminate()
          await within(TAKE_OVER_MS, 'it stops', second.ended)
          await flushed(counted)
        }))
    }

    it('one that was paused before its InitProducerId leaves no partition without an owner', () =>
      whileCounted(102, async counted => {
        const { stage, first } = counted
        await flushed(counted)
        const { promise: isLate, resolve } = Promise.withResolvers<ChaosProcess>()
        await stage.start({
          call: 'InitProducerId',
          fault: 'held',
          naming: '-combine-',
          sprung: late => {
            late.pause()
            resolve(late)
          }
        })
        const late = await within(TAKE_OVER_MS, 'it gets a partition', isLate)
        await flushed(counted)
        // Now it drives the rightful owner out, who has to come back.
        late.resume()
        await within(TAKE_OVER_MS, 'it hears of it', late.says(fencedFrom(stage.app)))
        await flushed(counted)
        assert.equal(first.state, 'running')
      }))

    for (const seed of SEEDS) {
      it(`seed ${seed}: every window ends with the truth`, async () => {
        const history = new ChaosHistory(place, { seed, frames: 100_000, lastsMs: 5_000 })
        await history.run()
        apps.push(history.stage.app)
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
})
