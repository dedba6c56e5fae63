import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
// For `pause`, between two questions to a broker that announces nothing.
import { setTimeout as sleep } from 'node:timers/promises'
import * as K from '@platformatic/kafka'
import { combineGroup, topicOf } from '../../src/app/names.ts'
import { ConsumerMembership } from '../../src/kafka/group/consumer-member.ts'
import { GroupAdmin } from '../../src/kafka/group/group-admin.ts'
import type { CommittedOffset } from '../../src/port/log.ts'
import { ended } from '../cli/child.ts'
import { assertMinutes, CountingPlace, latestOf } from './counting.ts'
import { developmentBroker } from './dev-broker.ts'

const broker = await developmentBroker()
const PARTITIONS = 2

// The tests mostly wait for processes and groups of their own: together they take less time.
describe('the life of an app', { skip: broker ? false : 'no broker', concurrency: 3 }, () => {
  let place: CountingPlace
  let groups: GroupAdmin
  before(async () => {
    place = await CountingPlace.open(broker!.bootstrap)
    groups = new GroupAdmin(place.scratch.cluster)
    const size = ['--frames', '3k', '--users', '200', '--rate', '20', '--shape', 'small']
    await place.run('generate', ...size, '-o', 'frames.jsonl', '--truth', 'truth.json')
    const lines = readFileSync(place.path('frames.jsonl'), 'utf8').trimEnd().split('\n')
    writeFileSync(place.path('first.jsonl'), `${lines.slice(0, 1_400).join('\n')}\n`)
    writeFileSync(place.path('second.jsonl'), `${lines.slice(1_400).join('\n')}\n`)
  })
  after(() => place.close())

  const produce = (topic: string, file: string) =>
    place.run('produce', '-t', topic, '-k', 'uid', file)
  const countArgs = (topic: string, app: string) => [
    'count',
    '-t',
    topic,
    '-k',
    'uid',
    '--app',
    app,
    '--format',
    'jsonl'
  ]
  const count = (topic: string, app: string) => place.run(...countArgs(topic, app), '-e')
  const described = async (app: string) =>
    JSON.parse((await place.run('app', 'describe', '--app', app)).stdout)
  const stored = (topic: string, app: string) =>
    groups.settledOffsets(combineGroup(app), topic, [0, 1])

  it('lists, describes and resets an app; a count after that begins anew', async () => {
    const { topic, app } = await place.topic(PARTITIONS)
    await produce(topic, 'frames.jsonl')
    const first = await count(topic, app)
    const { stdout } = await place.run('app', 'list')
    const rows = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    const row = rows.find(each => each.app === app)
    assert.deepEqual(row, {
      app,
      topics: [topic],
      partitions: PARTITIONS,
      key: 'uid',
      by: '',
      windows: '1m',
      running: false,
      lag: 0
    })
    const view = await described(app)
    const stopped = await ended(place.start(['status', '--app', app]))
    assert.equal(stopped.status, 1, stopped.stderr)
    const status = JSON.parse(stopped.stdout)
    assert.match(status.troubles.join('; '), /^no instance is running/)
    assert.deepEqual(status.input, view.input)
    assert.ok(
      status.tasks.every(({ stateBytes }: { stateBytes: unknown }) => Number(stateBytes) >= 0)
    )
    assert.equal(view.record.settings.window, '1m')
    assert.equal(view.input.length, PARTITIONS)
    let frames = 0
    for (const { committed, marked, end, clock, trouble } of view.input) {
      assert.deepEqual([committed, marked, trouble], [end, end, null])
      assert.match(clock, /^2016-07-11T13:0\d/)
      frames += end
    }
    assert.equal(frames, 3_000)
    assert.equal(view.watermark.holder.reason, 'unowned')
    const table = await place.run('app', 'describe', '--app', app, '--format', 'table')
    assert.match(
      table.stdout,
      /stopped\n.*fingerprint.*watermark 2016-.*: held by .* nobody reads it/s
    )

    assert.match(await place.refuse('app', 'reset', '--app', app), /--yes is needed/)
    const dry = await place.run('app', 'reset', '--app', app, '--dry-run')
    assert.match(dry.stdout, new RegExp(`topic ${app}-windows, up to \\d+ records`))
    assert.match(dry.stderr, new RegExp(`the input stays \\(${topic}\\)`))
    assert.equal((await described(app)).topics.length, 5)
    await place.run('app', 'reset', '--app', app, '--yes')
    for (const log of ['partials', 'windows', 'counts', 'rejects', 'control'] as const) {
      assert.equal(await place.scratch.admin.find(topicOf(app, log)), undefined)
    }
    assert.equal((await groups.describe(combineGroup(app))).state, 'none')
    const again = await count(topic, app)
    assert.match(again.stderr, /first start/)
    assertMinutes(again.stdout, place.truth('truth.json'))
    assert.equal(latestOf(again.stdout).length, latestOf(first.stdout).length)
  })

  it('puts offsets back that were moved by hand or deleted', async () => {
    const { topic, app } = await place.topic(PARTITIONS)
    await produce(topic, 'first.jsonl')
    await count(topic, app)
    const before = await stored(topic, app)
    assert.equal(before.size, PARTITIONS)
    const moved = new Map<number, CommittedOffset>([[0, { offset: 1, metadata: '' }]])
    await groups.setOffsets(combineGroup(app), topic, moved)
    const [trouble] = (await described(app)).input.map((each: { trouble: string }) => each.trouble)
    assert.match(trouble, /not where the mark ends/)

    const dry = await place.run('app', 'resume', '--app', app, '--dry-run')
    assert.match(dry.stderr, /the offsets of 1 partition would be set/)
    assert.equal((await stored(topic, app)).get(0)?.offset, 1)
    const done = await place.run('app', 'resume', '--app', app)
    const steps = done.stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    assert.deepEqual(
      steps.map(({ action }) => action),
      ['set', 'fits']
    )
    assert.deepEqual(offsetsOf(await stored(topic, app)), offsetsOf(before))

    await groups.delete(combineGroup(app))
    assert.equal((await stored(topic, app)).size, 0)
    await place.run('app', 'resume', '--app', app)
    assert.deepEqual(offsetsOf(await stored(topic, app)), offsetsOf(before))
    assert.match((await place.run('app', 'resume', '--app', app)).stderr, /nothing to set/)
  })

  it('takes marks that stage 2 has not read into account, after a kill -9', async () => {
    const { topic, app } = await place.topic(PARTITIONS)
    await produce(topic, 'first.jsonl')
    // Stage 2 would commit after a minute: whatever is flushed is in the partials alone.
    const slow = ['--emit-every', '60s', '--flush-every', '100ms', '--group-session-timeout', '6s']
    const child = place.start([...countArgs(topic, app), ...slow])
    const done = ended(child)
    const offsets = async () => {
      const found = await groups.offsets(combineGroup(app), topic, [0, 1]).catch(() => new Map())
      return [...found.values()].reduce((sum, { offset }) => sum + offset, 0)
    }
    while ((await offsets()) < 1_400) await pause()
    child.kill('SIGKILL')
    await done
    const before = await stored(topic, app)
    const { partitions } = await place.scratch.admin.describe(topicOf(app, 'windows'))
    assert.deepEqual(
      partitions.map(({ end }) => end),
      [0]
    )
    while ((await groups.describe(combineGroup(app))).members.length > 0) await pause()
    await groups.delete(combineGroup(app))
    await place.run('app', 'resume', '--app', app)
    assert.deepEqual(offsetsOf(await stored(topic, app)), offsetsOf(before))
    await produce(topic, 'second.jsonl')
    const { stdout } = await count(topic, app)
    assertMinutes(stdout, place.truth('truth.json'))
  })

  it('refuses to touch an app that is running, and says who owns what', async () => {
    const { topic, app } = await place.topic(PARTITIONS)
    await produce(topic, 'first.jsonl')
    const child = place.start(countArgs(topic, app))
    const done = ended(child)
    await once(child.stdout, 'data')
    const view = await described(app)
    assert.equal(view.running, true)
    const [owner] = view.input.map((each: { owner: string }) => each.owner)
    assert.match(owner, /^headcount at .+ \(….{8}\)$/)
    for (const verb of ['reset', 'resume']) {
      const refused = await place.refuse('app', verb, '--app', app)
      assert.match(refused, /has members \(headcount at .*\[group-busy]\n.*stop every instance/s)
    }
    await assert.rejects(groups.delete(combineGroup(app)), { code: 'group-busy' })
    const anywhere = new Map([[0, { offset: 0, metadata: '' }]])
    await assert.rejects(groups.setOffsets(combineGroup(app), topic, anywhere), {
      code: 'group-busy'
    })
    child.kill('SIGINT')
    assert.equal((await done).status, 130)
  })

  it('says what is wrong with a name, a topic that is no app’s, and an input made again', async () => {
    const { topic, app } = await place.topic(PARTITIONS)
    await produce(topic, 'first.jsonl')
    await count(topic, app)
    const verb = (name: string, of: string) => place.refuse('app', name, '--app', of)
    const typo = await verb('describe', `${app}x`)
    assert.match(typo, new RegExp(`\\[app-missing]\n.*did you mean ${app}\\?`))

    const other = place.app()
    await place.scratch.admin.create({ name: topicOf(other, 'control') })
    assert.match(await verb('reset', other), /holds no app record.*\[app-unbegun]/)
    const copy = place.start(['consume', '-t', topicOf(app, 'control'), '-e', '-f', '%v'])
    const record = (await ended(copy)).stdout
    await append(place, topicOf(other, 'control'), 'app', record)
    assert.match(await verb('reset', other), new RegExp(`that of ${app}.*\\[app-record-foreign]`))

    await place.scratch.admin.delete(topic)
    const gone = (await described(app)).input.map((each: { trouble: string }) => each.trouble)
    assert.deepEqual(gone, Array(PARTITIONS).fill('the topic is gone: see app retire-topic'))
    await place.scratch.admin.create({ name: topic, partitions: PARTITIONS })
    assert.match(await verb('resume', app), /\[app-input-other]\n.*app accept-topic/s)
  })

  it('counts with the topics that the printed commands make', async () => {
    const { topic, app } = await place.topic(1)
    await produce(topic, 'frames.jsonl')
    const args = ['-t', topic, '-k', 'uid', '--app', app, '--print']
    const { stdout } = await place.run('app', 'topics', ...args)
    const lines = stdout.split('\n').filter(line => line.startsWith('kafka-topics.sh'))
    assert.equal(lines.length, 5)
    for (const line of lines) {
      const words = execFileSync('sh', ['-c', `printf '%s\\n' ${line}`], { encoding: 'utf8' })
      await createAs(place, words.trimEnd().split('\n'))
    }
    assertMinutes((await count(topic, app)).stdout, place.truth('truth.json'))
  })

  it('describes a group of the consumer protocol (KIP-848) as well', async () => {
    const { topic } = await place.topic(PARTITIONS)
    const group = place.scratch.name('modern')
    const member = new ConsumerMembership(place.scratch.cluster, { group, topic })
    assert.deepEqual(await member.join(), [0, 1])
    const { state, members } = await groups.describe(group)
    assert.equal(state, 'stable')
    assert.deepEqual(
      members.map(({ client, partitions }) => [client, partitions.get(topic)]),
      [['headcount', [0, 1]]]
    )
    await assert.rejects(groups.delete(group), { code: 'group-busy' })
    await member.leave()
    const wanted = new Map([[1, { offset: 5, metadata: 'clock' }]])
    await groups.setOffsets(group, topic, wanted)
    assert.deepEqual(await groups.settledOffsets(group, topic, [0, 1]), wanted)
    await groups.delete(group)
    assert.equal((await groups.describe(group)).state, 'none')
  })
})

function pause(): Promise<void> {
  // The broker tells nobody when it drops a member or takes an offset: it has to be asked again.
  return sleep(200)
}

function offsetsOf(offsets: ReadonlyMap<number, CommittedOffset>): unknown[] {
  return [...offsets].map(([partition, { offset, metadata }]) => [partition, offset, metadata])
}

/** Creates the topic that a `kafka-topics.sh --create` line is about. */
async function createAs(place: CountingPlace, words: readonly string[]): Promise<void> {
  const values = (option: string): string[] =>
    words.flatMap((word, at) => (word === option ? [words[at + 1]!] : []))
  const configs = values('--config').map(pair => pair.split(/=(.*)/s, 2) as [string, string])
  await place.scratch.admin.create({
    name: values('--topic')[0]!,
    partitions: Number(values('--partitions')[0]),
    configs: Object.fromEntries(configs)
  })
}

async function append(
  place: CountingPlace,
  topic: string,
  key: string,
  value: string
): Promise<void> {
  const producer = new K.Producer({
    clientId: 'somebody',
    bootstrapBrokers: [place.bootstrap],
    serializers: K.stringSerializers
  })
  await producer.send({
    messages: [{ topic, key, value: value.trim() }]
  })
  await producer.close()
}
