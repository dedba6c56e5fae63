import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { deleteRecords } from '../../src/kafka/topic/delete-records.ts'
import { CountingPlace, latestOf } from './counting.ts'
import { developmentBroker } from './dev-broker.ts'

const broker = await developmentBroker()

describe('a topic counted in threads', { skip: broker ? false : 'no broker' }, () => {
  let place: CountingPlace
  let topic: string
  before(async () => {
    place = await CountingPlace.open(broker!.bootstrap)
    topic = (await place.topic(4)).topic
    const made = ['--shape', 'small', '--late-share', '0.02', '--broken-share', '0.01']
    await place.run('generate', '-n', '60000', '--users', '2000', ...made, '-o', 'frames.jsonl')
    await place.run('produce', '-t', topic, 'frames.jsonl')
    await place.run(
      'generate',
      '-n',
      '2000',
      '--users',
      '200',
      '--shape',
      'small',
      '-o',
      'few.jsonl'
    )
  })
  after(() => place.close())

  const how = ['-k', 'uid', '-w', '1m,1h', '--format', 'jsonl', '-e']

  it('gives the results of one thread, and one report of all frames', async () => {
    const runs = await Promise.all(
      ['1', '3', '7'].map(async threads => {
        const counted = ['count', '-t', topic, '--app', place.app(), '--threads', threads]
        const { stdout, stderr } = await place.run(...counted, ...how)
        const results = latestOf(stdout).map(
          ({ window, start, status, uniques, low, high, frames, late }) =>
            [window, start, status, uniques, low, high, frames, late].join()
        )
        const [frames] = /\d+ counted, .*\d+ rejected/.exec(stderr) ?? [stderr]
        return { results, frames }
      })
    )
    assert.ok(runs[0]!.results.length > 1)
    assert.deepEqual(runs[1], runs[0])
    assert.deepEqual(runs[2], runs[0])
  })

  it('stops a partition whose input is gone, reads the others to their end, and goes on when told to', async () => {
    const { topic: gone, app } = await place.topic(4)
    const produce = () => place.run('produce', '-t', gone, '-k', 'uid', 'few.jsonl')
    const threads = ['count', '-t', gone, '--app', app, '--threads', '3', ...how]
    const ends = async () =>
      (await place.scratch.admin.describe(gone)).partitions.map(({ end }) => end)
    const sum = (jsonl: string) =>
      latestOf(jsonl).reduce((all, each) => all + (each.window === '1h' ? each.frames : 0), 0)
    const results = async () =>
      sum((await place.run('results', '--app', app, '--format', 'jsonl')).stdout)
    await produce()
    const counted = sum((await place.run(...threads)).stdout)
    const [position] = await ends()
    await produce()
    await deleteRecords(place.scratch.cluster, gone, 0, position! + 20)
    const stderr = await place.refuse(...threads)
    assert.match(
      stderr,
      new RegExp(`offset ${position} of ${gone} partition 0 is gone: .* up to 20 `)
    )
    assert.match(stderr, /\[offset-gone]\n {2}→ /)
    const [end] = await ends()
    assert.equal(await results(), 2 * counted - (end! - position!))

    const done = await place.run(...threads, '--on-input-loss', 'continue')
    assert.match(done.stderr, /20 lost/)
    assert.equal(await results(), 2 * counted - 20)
  })

  it('ends with the error of a thread', async () => {
    const app = place.app()
    const wrong = ['--threads', '2', '-k', 'nobody-has-this', '-w', '1m', '-e']
    const refused = await place.refuse('count', '-t', topic, '--app', app, ...wrong)
    assert.match(refused, /nobody-has-this/)
    assert.match(refused, /\[\S+\]\n {2}→ /)
  })
})
