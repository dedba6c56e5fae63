import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, describe, it } from 'node:test'
import { ended } from '../cli/child.ts'
import { CountingPlace, latestOf } from './counting.ts'
import { developmentBroker } from './dev-broker.ts'

const broker = await developmentBroker()

interface Sent {
  readonly ts: number
  readonly uid: string
}

/** Long ago, so that no record vouches for its frame: the neighbours have to. */
const T = 1_468_244_400
const BAD_BY = 400 * 86_400

/** `count` frames of 50 users, ten a second, from `from` seconds after T on. */
function good(from: number, count: number): Sent[] {
  return Array.from({ length: count }, (_, i) => ({
    ts: T + from + Math.floor(i / 10),
    uid: `u${(i * 7) % 50}`
  }))
}

/** Users and frames of each minute: a Map of Sets. */
function minutesOf(frames: readonly Sent[]): [string, number, number][] {
  const minutes = new Map<number, { users: Set<string>; frames: number }>()
  for (const { ts, uid } of frames) {
    const start = Math.floor(ts / 60) * 60
    const minute = minutes.get(start) ?? { users: new Set(), frames: 0 }
    minute.users.add(uid)
    minute.frames++
    minutes.set(start, minute)
  }
  return [...minutes]
    .sort(([left], [right]) => left - right)
    .map(([start, { users, frames }]) => [
      new Date(start * 1_000).toISOString().replace('.000', ''),
      users.size,
      frames
    ])
}

const minutesIn = (jsonl: string): [string, number, number][] =>
  latestOf(jsonl).map(({ start, uniques, frames }) => [start, uniques, frames])

describe('a topic with wrong clocks', { skip: broker ? false : 'no broker' }, () => {
  let place: CountingPlace
  before(async () => {
    place = await CountingPlace.open(broker!.bootstrap)
  })
  after(() => place.close())

  const args = (topic: string, app: string, ...more: string[]) => {
    const how = ['--sketch', 'exact', '--format', 'jsonl', ...more]
    return ['count', '-t', topic, '--app', app, '-k', 'uid', ...how]
  }

  async function send(topic: string, frames: readonly Sent[]): Promise<void> {
    const child = place.start(['produce', '-t', topic])
    child.stdin.write(frames.map(frame => `${JSON.stringify(frame)}\n`).join(''))
    const { status, stderr } = await ended(child)
    assert.equal(status, 0, stderr)
  }

  async function rejectsOf(app: string): Promise<[number, number, string, string][]> {
    const { stdout } = await place.run('consume', '-t', `${app}-rejects`, '-e')
    return stdout
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line))
      .map(({ partition, offset, reason, frame }) => [partition, offset, reason, frame] as const)
      .map(([partition, ...rest]) => [partition, ...rest] as [number, number, string, string])
      .sort((left, right) => left[0] - right[0] || left[1] - right[1])
  }

  it('counts the good, keeps the bad with their bytes, and a replay gives the same verdicts', async () => {
    const { topic, app } = await place.topic(1)
    const frames = good(0, 3_000)
    const bad = new Set<Sent>()
    const mixed = frames.flatMap((frame, i) => {
      if (i % 90 !== 60) return [frame]
      const wrong = { ts: frame.ts + BAD_BY, uid: 'broken device' }
      bad.add(wrong)
      return [frame, wrong]
    })
    // Live: the count runs while the frames come, in several pieces and flushes.
    const live = place.start(args(topic, app, '--flush-every', '20ms', '--emit-every', '20ms'))
    let said = ''
    live.stdout.setEncoding('utf8').on('data', text => {
      said += text
    })
    for (let at = 0; at < mixed.length; at += 500) await send(topic, mixed.slice(at, at + 500))
    // The last but one minute closes only when the clock has passed it: no bad frame moved it.
    while (!/"start":"2016-07-11T13:43:00Z".*"final"/.test(said)) await once(live.stdout, 'data')
    live.kill('SIGINT')
    await once(live, 'close')
    await place.run(...args(topic, app, '-e'))
    const { stdout } = await place.run('results', '--app', app, '--format', 'jsonl')
    assert.deepEqual(minutesIn(stdout), minutesOf(frames))
    const offsets = [...mixed.entries()].filter(([, frame]) => bad.has(frame))
    const rejects = await rejectsOf(app)
    // The last of them may still wait for the 64 frames that decide.
    const decided = offsets.filter(([offset]) => offset + 64 < mixed.length)
    assert.deepEqual(
      rejects,
      decided.map(([offset, frame]) => [0, offset, 'bad-time', JSON.stringify(frame)])
    )
    const replay = place.app()
    const again = await place.run(...args(topic, replay, '-e'))
    assert.deepEqual(await rejectsOf(replay), rejects)
    const late = (jsonl: string) => latestOf(jsonl).map(({ start, late }) => [start, late])
    assert.deepEqual(minutesIn(again.stdout), minutesIn(stdout))
    assert.deepEqual(late(again.stdout), late(stdout))
  })

  it('stopped while frames are suspended, nothing is lost and nothing doubled', async () => {
    const { topic, app } = await place.topic(1)
    const before = good(0, 1_000)
    // Three days later: a gap, or a wrong clock? Five frames do not tell.
    const [first, rest] = [good(3 * 86_400, 5), good(3 * 86_400 + 1, 1_000)]
    await send(topic, [...before, ...first])
    const stopped = await place.run(...args(topic, app, '-e'))
    assert.match(stopped.stderr, /1005 frames in .*: 1000 counted, 5 suspended, 0 rejected/)
    assert.deepEqual(minutesIn(stopped.stdout), minutesOf(before))
    // Stopped and started with nothing new: they stay suspended.
    const idle = await place.run(...args(topic, app, '-e'))
    assert.match(idle.stderr, /goes on where it stopped/)
    assert.match(idle.stderr, /\nsuspended: for 5 frames too few have come after them/)
    await send(topic, rest)
    const decided = await place.run(...args(topic, app, '-e'))
    assert.match(
      decided.stderr,
      /1000 frames and 5 suspended before in .*: 1005 counted, 0 rejected/
    )
    const { stdout } = await place.run('results', '--app', app, '--format', 'jsonl')
    assert.deepEqual(minutesIn(stdout), minutesOf([...before, ...first, ...rest]))
    assert.deepEqual(await rejectsOf(app), [])
  })

  it('killed while bad frames are suspended, they are rejected once', async () => {
    const { topic, app } = await place.topic(1)
    const [before, rest] = [good(0, 1_000), good(100, 1_000)]
    const bad = good(BAD_BY, 3).map(({ ts }) => ({ ts, uid: 'broken device' }))
    await send(topic, [...before, ...bad])
    const pace = ['--flush-every', '20ms', '--emit-every', '20ms', '--group-session-timeout', '6s']
    const killed = place.start(args(topic, app, ...pace))
    await once(killed.stdout, 'data')
    killed.kill('SIGKILL')
    await once(killed, 'close')
    await send(topic, rest)
    await place.run(...args(topic, app, ...pace, '-e'))
    const { stdout } = await place.run('results', '--app', app, '--format', 'jsonl')
    const users = (minutes: [string, number, number][]) =>
      minutes.map(([start, uniques]) => [start, uniques])
    assert.deepEqual(users(minutesIn(stdout)), users(minutesOf([...before, ...rest])))
    assert.deepEqual(
      await rejectsOf(app),
      bad.map((frame, i) => [0, 1_000 + i, 'bad-time', JSON.stringify(frame)])
    )
  })

  it('--until leaves windows open for the next run, which ends with the same totals', async () => {
    const { topic, app } = await place.topic(2)
    const frames = good(0, 2_500)
    const sizes = ['-w', '1m,1h']
    await send(topic, frames.slice(0, 1_200))
    const first = await place.run(...args(topic, app, ...sizes, '--until', 'latest'))
    const open = latestOf(first.stdout)
    assert.ok(open.some(({ status }) => status === 'provisional'))
    assert.ok(open.every(({ closedBy }) => closedBy !== 'end'))
    const hour = (jsonl: string) => latestOf(jsonl).find(({ window }) => window === '1h')!
    assert.equal(hour(first.stdout).status, 'provisional')
    await send(topic, frames.slice(1_200))
    // A time before every record: this run has nothing to read.
    const past = await place.run(...args(topic, app, ...sizes, '--until', '@2020-01-01T00:00Z'))
    assert.match(past.stderr, /\n0 frames in /)
    await place.run(...args(topic, app, ...sizes, '--until', 'latest'))
    const { stdout } = await place.run('results', '--app', app, '--format', 'jsonl')
    const minutes = latestOf(stdout).filter(({ window }) => window === '1m')
    assert.deepEqual(
      minutes.map(({ start, uniques, frames }) => [start, uniques, frames]),
      minutesOf(frames)
    )
    assert.deepEqual([hour(stdout).frames, hour(stdout).uniques], [2_500, 50])
    assert.ok(hour(stdout).revision > hour(first.stdout).revision)
  })
})
