import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { captureTool } from '../../src/broker/index.ts'
import { parseResult } from '../../src/result/result-record.ts'
import { ended } from '../cli/child.ts'
import { assertMinutes, CountingPlace, latestOf, type MinutesTruth } from './counting.ts'
import { developmentBroker } from './dev-broker.ts'
import { encode, produce, Transactions } from './foreign-producer.ts'

const broker = await developmentBroker()
const skip = broker ? false : 'no broker'
/** A time, in seconds, that the records of a few frames vouch for. */
const NOW = Math.floor(Date.now() / 1_000)
const shared = resolve(import.meta.dirname, '../../../shared/data/frames')

describe('counting a topic', { skip }, () => {
  let place: CountingPlace
  before(async () => {
    place = await CountingPlace.open(broker!.bootstrap)
    const flaws = ['--late-share', '0.05', '--late-max', '90s', '--broken-share', '0.01']
    const size = ['--frames', '6k', '--users', '700', '--rate', '30', '--shape', 'small']
    await place.run('generate', ...size, ...flaws, '-o', 'frames.jsonl', '--truth', 'truth.json')
  })
  after(() => place.close())

  const count = (topic: string, app: string, ...more: string[]) =>
    place.run('count', '-t', topic, '-k', 'uid', '--app', app, '-e', '--format', 'jsonl', ...more)

  for (const partitions of [1, 3, 8]) {
    it(`gives the truth from ${partitions} partitions, exact and adaptive, side by side`, async () => {
      const { topic, app } = await place.topic(partitions)
      await place.run('produce', '-t', topic, '-k', 'uid', 'frames.jsonl', '--rejects', 'bad.jsonl')
      const other = place.app()
      const [exact, adaptive] = await Promise.all([
        count(topic, app, '--sketch', 'exact'),
        count(topic, other)
      ])
      const truth = place.truth('truth.json')
      assertMinutes(exact.stdout, truth)
      assertMinutes(adaptive.stdout, truth)
      assert.ok(latestOf(adaptive.stdout).every(({ method }) => method === 'coupons'))
      // And the same again from the results topic.
      const { stdout } = await place.run('results', '--app', app, '--format', 'jsonl')
      assertMinutes(stdout, truth)
    })
  }

  it('goes on where it stopped, and says the same as in one go', async () => {
    const { topic, app } = await place.topic(2)
    const lines = readFileSync(place.path('frames.jsonl'), 'latin1').split('\n')
    const produce = async (part: readonly string[]) => {
      const child = place.start(['produce', '-t', topic, '-k', 'uid', '--rejects', 'bad.jsonl'])
      child.stdin.write(Buffer.from(`${part.join('\n')}\n`, 'latin1'))
      assert.equal((await ended(child)).status, 0)
    }
    await produce(lines.slice(0, 2_500))
    await count(topic, app)
    await produce(lines.slice(2_500, -1))
    const second = await count(topic, app)
    assert.match(second.stderr, /restored \d+ state records/)
    assert.match(second.stderr, /goes on where it stopped/)
    const { stdout } = await place.run('results', '--app', app, '--format', 'jsonl')
    assertMinutes(stdout, place.truth('truth.json'))
  })

  it('keeps rejected frames with reason and raw bytes on the rejects topic', async () => {
    const { topic, app } = await place.topic(1)
    const child = place.start(['produce', '-t', topic])
    child.stdin.write(`{"ts":${NOW}}\n{"ts":"soon","uid":"a"}\n{"ts":${NOW},"uid":"a"}\n`)
    assert.equal((await ended(child)).status, 0)
    const { stderr } = await count(topic, app)
    assert.match(stderr, /1 counted, 2 rejected/)
    const { stdout } = await place.run('consume', '-t', `${app}-rejects`, '-e')
    const rejects = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    assert.deepEqual(
      rejects.map(({ offset, reason, frame }) => [offset, reason, frame]),
      [
        [0, 'no-key', `{"ts":${NOW}}`],
        [1, 'bad-time', '{"ts":"soon","uid":"a"}']
      ]
    )
  })

  it('counts what Kafka’s own producer sends; its own tools read the results and the lag', async () => {
    const { topic, app } = await place.topic(1)
    const at = ['--bootstrap-server', place.bootstrap]
    const tool = (name: string, args: string[], input = '') =>
      captureTool({ machine: process, folder: place.folder, tool: name, args, input })
    const frames = [1, 2, 1].map(user => `{"uid":"u${user}","ts":${NOW}}\n`).join('')
    const sent = await tool('kafka-console-producer', [...at, '--topic', topic], frames)
    assert.equal(sent.status, 0, sent.stderr)
    await count(topic, app)
    const read = ['--from-beginning', '--timeout-ms', '8000', '--isolation-level', 'read_committed']
    const args = [...at, '--topic', `${app}-counts`, ...read, '--max-messages', '1']
    await produce(place.scratch.cluster, topic, 0, encode(['more', 'and more']))
    const [{ stdout, stderr }, groups] = await Promise.all([
      tool('kafka-console-consumer', args),
      tool('kafka-consumer-groups', [...at, '--describe', '--group', `${app}-combine`])
    ])
    const result = parseResult(stdout.trim())
    assert.deepEqual([result?.uniques, result?.frames], [2, 3], stderr)
    // Group, topic, partition, stored offset, end, lag.
    const row = groups.stdout.split('\n').find(line => line.includes(` ${topic} `))
    assert.deepEqual(row?.split(/\s+/).slice(2, 6), ['0', '3', '5', '2'], groups.stdout)
  })

  it('counts what a read-committed console consumer sees, aborted frames of others left out', async () => {
    const { topic, app } = await place.topic(1)
    const { cluster } = place.scratch
    // The time that the foreign producer stamps on its records.
    const frame = (user: string) => `{"uid":"${user}","ts":1700000000}`
    const [first, second] = [new Transactions(cluster, topic), new Transactions(cluster, topic)]
    await Promise.all([first.begin(), second.begin()])
    await first.send(frame('aborted 1'), frame('aborted 2'))
    await second.send(frame('a'), frame('b'))
    await first.end(false)
    await produce(cluster, topic, 0, encode([frame('c')]))
    await first.send(frame('aborted 3'))
    await second.end(true)
    await first.end(false)
    await first.send(frame('d'), frame('a'))
    await first.end(true)
    const { stdout } = await count(topic, app)
    const [minute] = latestOf(stdout)
    const at = ['--bootstrap-server', place.bootstrap, '--topic', topic, '--from-beginning']
    const seen = await captureTool({
      machine: process,
      folder: place.folder,
      tool: 'kafka-console-consumer',
      args: [...at, '--isolation-level', 'read_committed', '--max-messages', '5'],
      input: ''
    })
    const users = seen.stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line).uid)
    assert.deepEqual([minute?.frames, minute?.uniques], [users.length, new Set(users).size])
    assert.deepEqual(users, ['a', 'b', 'c', 'd', 'a'])
  })

  it('refuses other settings, a wrong topic setting, and a missing topic, each with the cure', async () => {
    const { topic, app } = await place.topic(1)
    await place.run('produce', '-t', topic, '-k', 'uid', 'frames.jsonl', '--rejects', 'bad.jsonl')
    await count(topic, app)
    const args = ['count', '-t', topic, '--app', app, '-e']
    const other = await place.refuse(...args, '-k', 'uid', '--window', '5m')
    assert.match(other, /--window 1m, now 5m.*\[app-settings]\n.*--app/s)
    const spoilt = place.app()
    await place.run('topic', 'create', `${spoilt}-windows`, '--partitions', '1')
    const setting = await place.refuse('count', '-t', topic, '--app', spoilt, '-k', 'uid', '-e')
    assert.match(setting, /cleanup\.policy=delete, needs compact.*\n.*kafka-configs/s)
    const missing = await place.refuse('count', '-t', `${topic}x`, '-k', 'uid')
    assert.match(missing, /does not exist.*\n.*did you mean/s)
    assert.match(await place.refuse('results', '--app', `${app}x`), /\[app-missing]/)
  })

  it('stops with the field names when the key is wrong', async () => {
    const { topic, app } = await place.topic(1)
    await place.run('generate', '-n', '12k', '--shape', 'small', '-o', 'many.jsonl')
    await place.run('produce', '-t', topic, 'many.jsonl')
    const stderr = await place.refuse('count', '-t', topic, '--app', app, '-k', 'uidd', '-e')
    assert.match(stderr, /top-level fields seen: .*uid.*\n.*did you mean --key uid\?/s)
  })

  it('starts again although the newest frames have no key, and names a foreign record', async () => {
    const { topic, app } = await place.topic(1)
    await place.run('produce', '-t', topic, '-k', 'uid', 'frames.jsonl', '--rejects', 'bad.jsonl')
    await count(topic, app)
    const keyless = place.start(['produce', '-t', topic])
    keyless.stdin.write('{"ts":1468244384}\n'.repeat(11_000))
    assert.equal((await ended(keyless)).status, 0)
    assert.match((await count(topic, app)).stderr, /11000 frames in .*: 0 counted, 11000 rejected/)
    const foreign = place.start(['produce', '-t', `${app}-partials`])
    foreign.stdin.write('{"not":"ours"}\n')
    assert.equal((await ended(foreign)).status, 0)
    const stderr = await place.refuse('count', '-t', topic, '-k', 'uid', '--app', app, '-e')
    assert.match(
      stderr,
      /record \d+ of the app’s partials topic, partition 0, .*\[app-record-foreign]/
    )
  })

  it('waits at an empty topic, and ends there with nothing to say', async () => {
    const { topic, app } = await place.topic(3)
    const { stdout } = await count(topic, app)
    assert.equal(stdout, '')
  })

  const haveShared = existsSync(shared)
  for (const name of ['ordered-10k', 'late-10k']) {
    it(`gives the truth of ${name} over stdin, a file, and 1, 3 and 8 partitions`, {
      skip: haveShared ? false : 'the shared frames are not here'
    }, async () => {
      const packed = `${shared}/${name}.jsonl.gz`
      const truth: MinutesTruth = JSON.parse(readFileSync(`${shared}/${name}.truth.json`, 'utf8'))
      for (const sketch of ['exact', 'adaptive']) {
        const how = ['-k', 'uid', '--sketch', sketch, '--format', 'jsonl']
        assertMinutes((await place.run('count', ...how, packed)).stdout, truth)
        const piped = place.start(['count', ...how])
        piped.stdin.write(gunzipSync(readFileSync(packed)))
        assertMinutes((await ended(piped)).stdout, truth)
      }
      for (const partitions of [1, 3, 8]) {
        const { topic, app } = await place.topic(partitions)
        await place.run('produce', '-t', topic, '-k', 'uid', packed)
        assertMinutes((await count(topic, app, '--sketch', 'exact')).stdout, truth)
        assertMinutes((await count(topic, place.app())).stdout, truth)
      }
    })
  }
})
