import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { after, before, describe, it } from 'node:test'
import { CountingPlace, latestOf } from './counting.ts'
import { developmentBroker } from './dev-broker.ts'

const broker = await developmentBroker()

describe('a count that is killed or stopped', { skip: broker ? false : 'no broker' }, () => {
  let place: CountingPlace
  before(async () => {
    place = await CountingPlace.open(broker!.bootstrap)
    const size = ['--frames', '60k', '--users', '900', '--rate', '200', '--shape', 'small']
    const late = ['--late-share', '0.02', '--late-max', '60s']
    await place.run('generate', ...size, ...late, '-o', 'frames.jsonl', '--truth', 'truth.json')
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

  it('kill -9 in the middle, started again: the users of every window are the truth', async () => {
    const { topic, app } = await place.topic(4)
    const { produced, counting, args } = startBoth(topic, app)
    await said(counting, 4)
    counting.kill('SIGKILL')
    await once(counting, 'close')
    await produced
    await place.run('count', ...args, '-e')
    const { stdout } = await place.run('results', '--app', app, '--format', 'jsonl')
    const truth = place.truth('truth.json')
    const found = latestOf(stdout).map(({ start, uniques }) => [Date.parse(start) / 1_000, uniques])
    assert.deepEqual(
      found,
      truth.minutes.map(({ start, uniques }) => [start, uniques])
    )
    for (const [index, { frames }] of latestOf(stdout).entries()) {
      assert.ok(frames >= truth.minutes[index]!.frames, 'no frame is lost')
    }
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
