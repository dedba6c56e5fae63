import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import * as K from '@platformatic/kafka'
import { combineGroup, topicOf } from '../../src/app/names.ts'
import { Inputs } from '../../src/core/inputs.ts'
import { call } from '../../src/kafka/connection/wire.ts'
import { Fetcher } from '../../src/kafka/fetch/fetcher.ts'
import { ConsumerMembership } from '../../src/kafka/group/consumer-member.ts'
import { GroupAdmin } from '../../src/kafka/group/group-admin.ts'
import { deleteRecords } from '../../src/kafka/topic/delete-records.ts'
import { ended } from '../cli/child.ts'
import { assertMinutes, CountingPlace, latestOf, type MinutesTruth } from './counting.ts'
import { developmentBroker } from './dev-broker.ts'
import { Transactions } from './foreign-producer.ts'

const broker = await developmentBroker()
const FRAMES = 3_000
const HALF = 1_400

describe('input that is not as an app left it', {
  skip: broker ? false : 'no broker',
  concurrency: 2
}, () => {
  let place: CountingPlace
  let groups: GroupAdmin
  let truth: MinutesTruth
  before(async () => {
    place = await CountingPlace.open(broker!.bootstrap)
    groups = new GroupAdmin(place.scratch.cluster)
    const size = ['--frames', String(FRAMES), '--users', '200', '--rate', '20', '--shape', 'small']
    await place.run('generate', ...size, '-o', 'frames.jsonl', '--truth', 'truth.json')
    const lines = readFileSync(place.path('frames.jsonl'), 'utf8').trimEnd().split('\n')
    writeFileSync(place.path('first.jsonl'), `${lines.slice(0, HALF).join('\n')}\n`)
    writeFileSync(place.path('second.jsonl'), `${lines.slice(HALF).join('\n')}\n`)
    truth = place.truth('truth.json')
  })
  after(() => place.close())

  const produce = (topic: string, file: string) =>
    place.run('produce', '-t', topic, '-k', 'uid', file)
  const args = (topic: string, app: string) => {
    const input = ['-t', topic, '-k', 'uid', '--app', app]
    return ['count', ...input, '-w', '1m,1h', '--format', 'jsonl', '-e']
  }
  const count = (topic: string, app: string, ...more: string[]) =>
    place.run(...args(topic, app), ...more)
  const results = async (app: string) =>
    (await place.run('results', '--app', app, '--format', 'jsonl')).stdout
  /** A topic of which the first part is counted. */
  const counted = async (partitions: number) => {
    const made = await place.topic(partitions)
    await produce(made.topic, 'first.jsonl')
    await count(made.topic, made.app)
    return made
  }
  const ends = async (topic: string) => {
    const { partitions } = await place.scratch.admin.describe(topic)
    return partitions.map(({ end }) => end)
  }

  it('goes on at its marks when all stored offsets are deleted, and says so', async () => {
    const { topic, app } = await counted(2)
    const marks = await ends(topic)
    await groups.delete(combineGroup(app))
    await groups.delete(`${app}-merge`)
    await produce(topic, 'second.jsonl')
    const { stderr } = await count(topic, app)
    for (const [partition, end] of marks.entries()) {
      assert.match(
        stderr,
        new RegExp(`partition ${partition} goes on at its newest mark, offset ${end}`)
      )
    }
    assertMinutes(await results(app), truth)
  })

  it('refuses an offset that was moved by hand, or the flushes from there; resume puts it back', async () => {
    const { topic, app } = await counted(2)
    const [end] = await ends(topic)
    const group = combineGroup(app)
    const { metadata } = (await groups.settledOffsets(group, topic, [0])).get(0)!
    const move = (offset: number, clock: string) =>
      groups.setOffsets(group, topic, new Map([[0, { offset, metadata: clock }]]))
    // As Kafka's own tool does it, and as somebody who knows what else stands there.
    await move(1, '')
    const refused = await place.refuse(...args(topic, app))
    assert.match(refused, /offset 1 of .* set by hand.*\[offset-moved]\n.*headcount app resume/s)
    await move(1, metadata)
    await produce(topic, 'second.jsonl')
    const moved = await ended(place.start(args(topic, app)))
    assert.match(
      moved.stderr,
      new RegExp(`partition 0 .*repeat what lies before offset ${end}: .*headcount app resume`)
    )
    assert.equal(moved.status, 1)
    await place.run('app', 'resume', '--app', app)
    await count(topic, app)
    assertMinutes(await results(app), truth)
  })

  it('stops at records that retention deleted unread, or goes on and says what results lack', async () => {
    const { topic, app } = await counted(2)
    const [position] = await ends(topic)
    await produce(topic, 'second.jsonl')
    await deleteRecords(place.scratch.cluster, topic, 0, position! + 50)
    const stderr = await place.refuse(...args(topic, app))
    const gone = `offset ${position} of ${topic} partition 0 is gone: .* up to 50 records are lost`
    assert.match(stderr, new RegExp(`${gone}.*\\[offset-gone]\\n.*--on-input-loss continue`, 's'))
    const minutes = async () => latestOf(await results(app)).filter(each => each.window === '1m')
    const frames = (records: Awaited<ReturnType<typeof minutes>>) =>
      records.reduce((sum, each) => sum + each.frames, 0)
    // The other partition was counted all the same.
    const [end] = await ends(topic)
    assert.equal(frames(await minutes()), FRAMES - (end! - position!))

    const done = await count(topic, app, '--on-input-loss', 'continue')
    assert.match(done.stderr, new RegExp(`goes on at offset ${position! + 50}`))
    assert.match(done.stderr, /50 lost/)
    const after = await minutes()
    assert.equal(frames(after), FRAMES - 50)
    assert.deepEqual([after[0]!.lost, after.at(-1)!.lost], [undefined, 50])
  })

  it('takes in window sizes that are added while nobody counts, and says so; never fewer', async () => {
    const { topic, app } = await counted(2)
    const more = ['-w', '1m,1h,5m,1d']
    const group = combineGroup(app)
    const running = new ConsumerMembership(place.scratch.cluster, { group, topic })
    await running.join()
    const busy = await place.refuse(...args(topic, app), ...more)
    assert.match(busy, /\[group-busy]\n {2}→ /)
    await running.leave()

    const { stderr } = await count(topic, app, ...more)
    assert.match(stderr, /5m, 1d are added to app .*: counted from the first window that is whole/)
    await produce(topic, 'second.jsonl')
    const again = await count(topic, app, ...more)
    assert.doesNotMatch(again.stderr, /added/)
    const said = await results(app)
    assertMinutes(said, truth)
    for (const size of ['1h', '5m', '1d']) {
      const frames = latestOf(said).flatMap(each => (each.window === size ? [each.frames] : []))
      assert.equal(
        frames.reduce((sum, each) => sum + each, 0),
        FRAMES,
        size
      )
    }
    const fewer = await place.refuse(...args(topic, app))
    assert.match(fewer, /--window 1m,1h,5m,1d, now 1m,1h.*\[app-settings]\n {2}→ /s)
    const { stdout } = await place.run('app', 'describe', '--app', app, '--format', 'table')
    assert.match(stdout, /window sizes added since: 5m, 1d/)
  })

  it('refuses a topic that was made again, other partitions of its own topics, and other options', async () => {
    const { topic, app } = await counted(1)
    const windows = await place.refuse(...args(topic, app), '--wait', '9s')
    assert.match(windows, /--wait 5000ms, now 9000ms.*\[app-settings]\n {2}→ /s)

    await place.scratch.admin.delete(topic)
    await place.scratch.admin.create({ name: topic, partitions: 1 })
    const again = await place.refuse(...args(topic, app))
    assert.match(again, /made again.*\n {2}→ .*accept-topic/s)

    const wire = await place.scratch.cluster.controller()
    const assignments = [{ brokerIds: [await place.scratch.cluster.leader(topic, 0)] }]
    const partials = { name: topicOf(app, 'partials'), count: 2, assignments }
    await call(wire, K.createPartitionsV3.api, [partials], 10_000, false)
    const changed = await place.refuse(...args(topic, app))
    assert.match(changed, /-partials has 2 partitions, the app needs 1.*\n {2}→ /s)
  })

  it('names the producer of an open transaction that holds a partition back', async () => {
    const { name } = await place.scratch.topic('standing')
    const { cluster } = place.scratch
    const foreign = new Transactions(cluster, name)
    await foreign.begin()
    await foreign.send('never ended')
    const told = Promise.withResolvers<string>()
    const inputs = Inputs.of({ ...(await cluster.topic(name)), partitions: 1 })
    const fetcher = new Fetcher(cluster, inputs, { onTrouble: told.resolve, standingMs: 1 })
    await fetcher.open(new Map([[0, 0]]))
    let line: string | undefined
    void told.promise.then(text => {
      line = text
      fetcher.wake()
    })
    const taker = { batch: () => assert.fail('nothing is committed'), progress: () => {} }
    while (line === undefined) await fetcher.poll(taker, 500)
    fetcher.close()
    assert.match(line, /nothing behind offset 0 of standing-.* partition 0 can be read since/)
    assert.match(
      line,
      /an open transaction of producer \d+ \(epoch \d+\) holds it back; .* --start-offset 0$/
    )
    await foreign.end(false)
  })
})
