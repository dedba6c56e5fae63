import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { after, before, describe, it } from 'node:test'
import { text } from '../../src/core/bytes.ts'
import { appLog, committedRecords } from './app-topics.ts'
import { ChaosProcess } from './chaos-process.ts'
import { assertMinutes, CountingPlace, latestOf } from './counting.ts'
import { developmentBroker } from './dev-broker.ts'
import { SilenceWatch } from './silence-watch.ts'

const broker = await developmentBroker()

describe('a count that is killed or stopped', { skip: broker ? false : 'no broker' }, () => {
  let place: CountingPlace
  before(async () => {
    place = await CountingPlace.open(broker!.bootstrap)
    const size = ['--frames', '60k', '--users', '900', '--rate', '200', '--shape', 'small']
    const late = ['--late-share', '0.02', '--late-max', '60s']
    const broken = ['--broken-share', '0.001']
    await place.run(
      'generate',
      ...size,
      ...late,
      ...broken,
      '-o',
      'frames.jsonl',
      '--truth',
      'truth.json'
    )
  })
  after(() => place.close())

  // Slowly, so that the kill falls into the middle of the work.
  function startBoth(topic: string, app: string) {
    const producing = place.start([
      'produce',
      '-t',
      topic,
      '-k',
      'uid',
      '--rate',
      '30000',
      'frames.jsonl'
    ])
    const session = ['--group-session-timeout', '6s']
    const pace = ['--flush-every', '100ms', '--emit-every', '100ms']
    const args = ['-t', topic, '-k', 'uid', '--app', app, '--format', 'jsonl']
    const counting = place.start(['count', ...args, ...session, ...pace])
    return { produced: once(producing, 'close'), counting, args: [...args, ...session] }
  }

  /** Resolves when the count has said so many results. */
  async function said(counting: ReturnType<typeof place.start>, results: number): Promise<void> {
    let seen = 0
    for await (const _ of createInterface({ input: counting.stdout })) if (++seen >= results) return
    assert.fail('the count ended early')
  }

  /** What a count leaves behind, apart from when it said what. */
  async function leftBy(app: string) {
    const { stdout } = await place.run('results', '--app', app, '--format', 'jsonl')
    const log = await appLog(place.scratch.cluster, app)
    const rejects: string[] = []
    for (let partition = 0; partition < log.partitions('rejects'); partition++) {
      const records = await committedRecords(log, 'rejects', partition)
      rejects.push(...records.map(({ value }) => text(value!)))
    }
    await log.close()
    const counts = latestOf(stdout).map(result => {
      const { window, start, frames, late, uniques, low, high } = result
      return { window, start, frames, late, uniques, low, high }
    })
    return { counts, rejects: rejects.sort() }
  }

  it('kill -9 in the middle, started again: all is as if nothing had happened', async () => {
    const { topic, app } = await place.topic(4)
    const { produced, counting, args } = startBoth(topic, app)
    await said(counting, 4)
    counting.kill('SIGKILL')
    await once(counting, 'close')
    await produced
    await place.run('count', ...args, '-e')
    const undisturbed = place.app()
    await place.run('count', ...args, '-e', '--app', undisturbed)
    const found = await leftBy(app)
    assert.deepEqual(found, await leftBy(undisturbed))
    const minutes = found.counts.map(({ start, frames, uniques }) => {
      return { start: Date.parse(start) / 1_000, frames, uniques }
    })
    assert.deepEqual(minutes, place.truth('truth.json').minutes)
    assert.ok(found.rejects.length > 0, 'some frames were broken')
    assert.ok(
      found.counts.some(({ late }) => late > 0),
      'some frames were late'
    )
  })

  it('Ctrl-C flushes, stores its offsets and ends with 130; the rest follows exactly', async () => {
    const { topic, app } = await place.topic(2)
    const { produced, counting, args } = startBoth(topic, app)
    await said(counting, 4)
    counting.kill('SIGINT')
    const [status] = await once(counting, 'close')
    assert.equal(status, 130)
    await produced
    await place.run('count', ...args, '-e')
    const { stdout } = await place.run('results', '--app', app, '--format', 'jsonl')
    const found = latestOf(stdout).map(({ start, frames, uniques }) => ({
      start: Date.parse(start) / 1_000,
      frames,
      uniques
    }))
    assert.deepEqual(found, place.truth('truth.json').minutes)
  })

  it('a rolling restart of three loses no frame, and no partition stands still for long', async t => {
    const { topic, app } = await place.topic(6)
    const session = ['--group-session-timeout', '6s']
    const args = ['-t', topic, '-k', 'uid', '--app', app, '--format', 'jsonl', ...session]
    const pace = ['--flush-every', '200ms', '--emit-every', '200ms']
    const instances: ChaosProcess[] = []
    const start = async (): Promise<void> => {
      const next = new ChaosProcess('one', place.start(['count', ...args, ...pace]))
      instances.push(next)
      await next.says(/first start|goes on where/)
    }
    await Promise.all([start(), start(), start()])
    const log = await appLog(place.scratch.cluster, app)
    const watch = new SilenceWatch(await log.read('partials', 0, 'start'))
    const slowly = ['produce', '-t', topic, '-k', 'uid', '--rate', '4000', 'frames.jsonl']
    const producing = place.start(slowly)
    const produced = once(producing, 'close')
    try {
      await watch.heard(6, 60_000)
      const restarted = restartEach(instances.slice(), start)
      const silence = await watch.silence(12_000)
      await restarted
      t.diagnostic(`longest silence of a partition: ${silence} ms`)
      assert.ok(silence <= 5_000, `a partition was silent for ${silence} ms`)
      await produced
      await Promise.all(instances.map(stop))
      assert.ok(!instances.some(({ isStrange }) => isStrange), 'all ended in order')
      await place.run('count', ...args, '-e')
      const { stdout } = await place.run('results', '--app', app, '--format', 'jsonl')
      assertMinutes(stdout, place.truth('truth.json'))
    } finally {
      producing.kill('SIGKILL')
      for (const instance of instances) instance.kill()
      await watch.close()
      await log.close()
    }
  })
})

/** One after the other ends in order, and another one takes its place. */
async function restartEach(
  instances: readonly ChaosProcess[],
  start: () => Promise<void>
): Promise<void> {
  for (const instance of instances) {
    await stop(instance)
    await start()
  }
}

async function stop(instance: ChaosProcess): Promise<void> {
  if (instance.state === 'running') instance.terminate()
  await instance.ended
}
