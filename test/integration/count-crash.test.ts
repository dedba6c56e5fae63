import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { after, before, describe, it } from 'node:test'
import { text } from '../../src/core/bytes.ts'
import { appLog, committedRecords } from './app-topics.ts'
import { CountingPlace, latestOf } from './counting.ts'
import { developmentBroker } from './dev-broker.ts'

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
})
