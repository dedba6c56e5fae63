import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { utf8 } from '../../src/core/bytes.ts'
import { murmur2 } from '../../src/core/murmur2.ts'
import { Random } from '../../src/core/random.ts'
import { RecordReader } from '../../src/kafka/fetch/record-reader.ts'
import { LatestResults } from '../../src/result/latest-results.ts'
import { parseResult, type ResultRecord } from '../../src/result/result-record.ts'
import { CountingPlace, latestOf } from './counting.ts'
import { developmentBroker } from './dev-broker.ts'

const broker = await developmentBroker()

interface Visit {
  readonly ts: number
  readonly uid: string
  readonly country?: string | null
  readonly device: string | number | boolean
}

const T = 1_468_244_400
const COUNTRIES = ['CH', 'DE', 'Côte d’Ivoire', '"quoted"', null, undefined]
const DEVICES = ['phone', 7, 1.5, true]

function visits(count: number): Visit[] {
  const random = new Random(6)
  return Array.from({ length: count }, (_, i) => {
    const country = COUNTRIES[random.below(COUNTRIES.length)]
    return {
      ts: T + Math.floor(i / 10),
      uid: `u${random.below(300)}`,
      ...(country === undefined ? {} : { country }),
      device: DEVICES[random.below(DEVICES.length)]!
    }
  })
}

const frames = visits(6_000)

/** Users and frames under the key that the result must have: a Map of Sets. */
function trueGroups(
  counted: readonly Visit[],
  sizes: Readonly<Record<string, number>>
): Map<string, [users: number, frames: number]> {
  const windows = new Map<string, { users: Set<string>; frames: number }>()
  for (const { ts, uid, country, device } of counted) {
    for (const [size, seconds] of Object.entries(sizes)) {
      const start = new Date(Math.floor(ts / seconds) * seconds * 1_000).toISOString()
      for (const group of [JSON.stringify([country ?? null, device]), 'null']) {
        const key = `${size}|${start.replace('.000', '')}|${group}`
        const window = windows.get(key) ?? { users: new Set(), frames: 0 }
        window.users.add(uid)
        window.frames++
        windows.set(key, window)
      }
    }
  }
  return new Map([...windows].map(([key, { users, frames }]) => [key, [users.size, frames]]))
}

describe('groups of a topic', { skip: broker ? false : 'no broker' }, () => {
  let place: CountingPlace
  before(async () => {
    place = await CountingPlace.open(broker!.bootstrap)
    const write = (name: string, part: readonly Visit[]): void =>
      writeFileSync(place.path(name), part.map(visit => `${JSON.stringify(visit)}\n`).join(''))
    write('first.jsonl', frames.slice(0, 3_100))
    write('second.jsonl', frames.slice(3_100))
  })
  after(() => place.close())

  const args = (topic: string, app: string, ...more: string[]) => {
    const how = ['--by', 'country,device', '--sketch', 'exact', '--format', 'jsonl', ...more]
    return ['count', '-t', topic, '--app', app, '-k', 'uid', ...how, '-e']
  }
  const produce = (topic: string, file: string) =>
    place.run('produce', '-t', topic, '-k', 'uid', file)

  /** The newest record of every key on the results topic, with the partition it lies in. */
  async function stored(app: string): Promise<Map<string, [ResultRecord, number]>> {
    const { cluster } = place.scratch
    const topic = `${app}-counts`
    const { partitions } = await cluster.topic(topic)
    const newest = new Map<string, [ResultRecord, number]>()
    for (const { index } of partitions) {
      const reader = await RecordReader.open(cluster, topic, new Map([[index, 0]]))
      while (!reader.atEnd) {
        for (const { key, value } of await reader.poll(200)) {
          const result = parseResult(new TextDecoder().decode(value!))
          newest.set(new TextDecoder().decode(key!), [result!, index])
        }
      }
      await reader.close()
    }
    return newest
  }

  it('are the truth in 16 partitions, with the total, over a stop in the middle', async () => {
    const { topic, app } = await place.topic(3)
    const how = ['--total', '-w', '1m,1h']
    await produce(topic, 'first.jsonl')
    await place.run(...args(topic, app, ...how))
    await produce(topic, 'second.jsonl')
    const second = await place.run(...args(topic, app, ...how))
    assert.match(second.stderr, /goes on where it stopped/)
    const truth = trueGroups(frames, { '1m': 60, '1h': 3_600 })
    const found = await stored(app)
    assert.deepEqual(
      new Map([...found].map(([key, [{ uniques, frames }]]) => [key, [uniques, frames]])),
      truth
    )
    const used = new Set<number>()
    for (const [key, [, partition]] of found) {
      const group = key.slice(key.indexOf('|', key.indexOf('|') + 1) + 1)
      assert.equal(partition, (murmur2(utf8(group)) & 0x7fff_ffff) % 16, key)
      used.add(partition)
    }
    assert.ok(used.size > 4)
    const { stdout } = await place.run('results', '--app', app, '--format', 'jsonl')
    assert.equal(stdout.trimEnd().split('\n').length, truth.size)
    const named = latestOf(stdout).find(({ group }) => group && Object.hasOwn(group, 'country'))
    assert.deepEqual(Object.keys(named!.group!), ['country', 'device'])
    const { stdout: csv } = await place.run('results', '--app', app, '--format', 'csv')
    assert.match(csv, /^window,start,end,group,country,device,uniques,/)
  })

  it('beyond --max-groups go to one other for each partition, and nothing is lost', async () => {
    const { topic, app } = await place.topic(2)
    await produce(topic, 'first.jsonl')
    await produce(topic, 'second.jsonl')
    const { stderr } = await place.run(
      ...args(topic, app, '--total', '-w', '1h', '--max-groups', '1')
    )
    assert.match(stderr, /6000 counted, 0 rejected/)
    const found = await stored(app)
    const truth = trueGroups(frames, { '1h': 3_600 })
    const others = [...found].filter(([key]) => key.includes('{"other":'))
    assert.ok(others.length > 1)
    for (const [key, [{ group, frames }, partition]] of others) {
      assert.deepEqual(group, { other: partition }, key)
      assert.ok(frames > 0)
    }
    for (const [key, [{ uniques, frames }]] of found) {
      if (!key.includes('{"other":')) assert.deepEqual([uniques, frames], truth.get(key), key)
    }
    const total = [...found].find(([key]) => key.endsWith('|null'))!
    assert.equal(total[1][0].frames, 6_000)
    const counted = [...found].filter(([key]) => !key.endsWith('|null'))
    assert.equal(
      counted.reduce((sum, [, [{ frames }]]) => sum + frames, 0),
      6_000
    )
    const { stdout } = await place.run('results', '--app', app, '--format', 'jsonl')
    const latest = new LatestResults()
    for (const line of stdout.trimEnd().split('\n')) latest.take(parseResult(line)!, line)
    assert.equal(latest.sorted().length, found.size)
    assert.match(stdout, /"group":\{"other":\d+}/)
    const table = await place.run('results', '--app', app, '--format', 'table')
    assert.match(table.stdout, /other/)
  })

  it('refuses what would change the state of the app, by the option’s name', async () => {
    const { topic, app } = await place.topic(1)
    await produce(topic, 'first.jsonl')
    await place.run(...args(topic, app))
    const base = ['count', '-t', topic, '--app', app, '-k', 'uid', '--sketch', 'exact', '-e']
    const by = ['--by', 'country,device']
    const cases: [string[], RegExp][] = [
      [[...base], /--by country,device, now \(not set\).*\[app-settings]/s],
      [[...base, '--by', 'device,country'], /--by country,device, now device,country.*\[app-/s],
      [[...base, ...by, '--total'], /--total false, now true/],
      [[...base, ...by, '--max-groups', '5'], /--max-groups 10000, now 5/],
      [[...base, ...by, '--zone', 'Asia/Kathmandu'], /--zone UTC, now Asia\/Kathmandu/],
      [[...base, ...by, '--where', 'device=phone'], /--where .*now device=phone/],
      [[...base, ...by, '--keep', '1m=3d'], /--keep 1m=172800000ms, now 1m=259200000ms/],
      [[...base, ...by, '--max-jump', '1d'], /--max-jump 3600000ms, now 86400000ms/],
      [[...base, ...by, '--audit', '0.5'], /--audit 0, now 0\.5/]
    ]
    for (const [words, message] of cases) {
      const stderr = await place.refuse(...words)
      assert.match(stderr, message)
      assert.match(stderr, /\n {2}→ /)
    }
  })
})
