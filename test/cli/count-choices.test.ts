import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { Random } from '../../src/core/random.ts'
import type { ResultRecord } from '../../src/result/result-record.ts'
import { ended, freshFolder, startHeadcount } from './child.ts'

interface Login {
  readonly ts: number
  readonly uid: string
  readonly tenant: string
  readonly number: number
  readonly user: { readonly id: string; readonly plan: string }
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** Both users of these tenants have keys that read the same when they are simply put together. */
const TENANTS = ['a', 'ab', 'abc']

/** Times in seconds, in order, from `start` on at one frame per `stepMs`. */
function logins(start: number, count: number, stepMs: number, seed: number): Login[] {
  const random = new Random(seed)
  return Array.from({ length: count }, (_, i) => {
    const tenant = TENANTS[random.below(3)]!
    const number = random.below(90)
    const uid = `${'bc'.slice(0, random.below(3))}${number}`
    const user = { id: `id${random.below(40)}`, plan: ['free', 'paid'][random.below(2)]! }
    return { ts: Math.floor((start + i * stepMs) / 1_000), uid, tenant, number, user }
  })
}

type Truth = Record<string, { uniques: number; frames: number }>

/** The independent answer: a Map of Sets. */
function truthOf(
  frames: readonly Login[],
  keyOf: (frame: Login) => string,
  windowsOf: (ms: number) => readonly string[]
): Truth {
  const windows = new Map<string, { keys: Set<string>; frames: number }>()
  for (const frame of frames) {
    for (const name of windowsOf(frame.ts * 1_000)) {
      const window = windows.get(name) ?? { keys: new Set(), frames: 0 }
      window.keys.add(keyOf(frame))
      window.frames++
      windows.set(name, window)
    }
  }
  return Object.fromEntries(
    [...windows].map(([name, { keys, frames }]) => [name, { uniques: keys.size, frames }])
  )
}

/** Starts of the windows of `size` that hold a time, one each `step`. */
function startsOf(size: number, step = size): (ms: number) => string[] {
  return ms => {
    const last = Math.floor(ms / step) * step
    return Array.from({ length: size / step }, (_, i) => new Date(last - i * step).toISOString())
  }
}

const START = Date.UTC(2026, 2, 27, 21)
const frames = logins(START, 4_000, 7_000, 1)

describe('what headcount count counts', { concurrency: 2 }, () => {
  const folder = freshFolder()
  after(() => folder[Symbol.dispose]())
  const file = (name: string, lines: readonly unknown[]): string => {
    writeFileSync(join(folder.path, name), lines.map(line => `${JSON.stringify(line)}\n`).join(''))
    return name
  }
  const all = file('logins.jsonl', frames)

  const count = async (args: string, path = all): Promise<ResultRecord[]> => {
    const words = ['count', '--format', 'jsonl', ...args.split(' '), path]
    const { status, stdout, stderr } = await ended(startHeadcount(words, { folder: folder.path }))
    assert.equal(status, 0, stderr)
    return stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
      .filter(({ status }: ResultRecord) => status === 'final')
  }
  const counts = (results: readonly ResultRecord[]): Truth =>
    Object.fromEntries(
      results.map(({ start, uniques, frames }) => [
        new Date(start).toISOString(),
        { uniques, frames }
      ])
    )

  const hours = startsOf(HOUR)
  const exact = '--sketch exact -w 1h'

  it('combinations of two fields, however their texts join', async () => {
    const truth = truthOf(frames, ({ tenant, uid }) => `${tenant}|${uid}`, hours)
    assert.deepEqual(counts(await count(`${exact} -k tenant,uid`)), truth)
    const glued = truthOf(frames, ({ tenant, uid }) => tenant + uid, hours)
    assert.notDeepEqual(truth, glued)
  })

  it('a field in an object, under conditions on two more', async () => {
    const chosen = frames.filter(({ tenant, user }) => user.plan === 'paid' && tenant === 'ab')
    const truth = truthOf(chosen, ({ user }) => user.id, hours)
    const found = await count(`${exact} -k user.id --where user.plan=paid --where tenant=ab`)
    assert.deepEqual(counts(found), truth)
  })

  it('the few frames that a condition leaves, and none where it leaves none', async () => {
    const views = Array.from({ length: 12_000 }, () => ({
      ts: START / 1_000,
      uid: 'u',
      act: 'view'
    }))
    const buys = Array.from({ length: 20 }, (_, i) => ({ ts: START / 1_000, uid: i, act: 'buy' }))
    const path = file('acts.jsonl', [...views, ...buys])
    const [hour] = await count(`${exact} -k uid --where act=buy`, path)
    assert.deepEqual([hour?.uniques, hour?.frames], [20, 20])
    const none = ['count', '-k', 'uid', '--where', 'act=return', path]
    const { status, stderr } = await ended(startHeadcount(none, { folder: folder.path }))
    assert.equal(status, 0)
    assert.match(stderr, /: 0 counted, 12020 filtered, 0 rejected\n$/)
  })

  it('whole numbers as such, with the sketch’s bounds around the truth', async () => {
    const truth = truthOf(frames, ({ number }) => `${number}`, hours)
    const found = await count('-w 1h -k number --key-type int64')
    assert.deepEqual(counts(found), truth)
    for (const { low, uniques, high } of found) assert.ok(low <= uniques && uniques <= high)
  })

  it('sliding hours that end every five minutes', async () => {
    const truth = truthOf(frames, ({ uid }) => uid, startsOf(HOUR, 5 * MINUTE))
    assert.deepEqual(counts(await count('--sketch exact -w 1h/5m -k uid')), truth)
  })

  it('several sizes at once, each as if it were alone', async () => {
    const found = await count('--sketch exact -w 1m,5m,1h,6h,1d,1mo -k uid')
    const sizes = { '1m': MINUTE, '5m': 5 * MINUTE, '1h': HOUR, '6h': 6 * HOUR, '1d': 24 * HOUR }
    for (const [size, length] of Object.entries(sizes)) {
      const own = found.filter(({ window }) => window === size)
      assert.deepEqual(
        counts(own),
        truthOf(frames, ({ uid }) => uid, startsOf(length)),
        size
      )
    }
    const month = found.filter(({ window }) => window === '1mo')
    const users = new Set(frames.map(({ uid }) => uid)).size
    assert.deepEqual(counts(month), {
      '2026-03-01T00:00:00.000Z': { uniques: users, frames: frames.length }
    })
  })

  for (const [name, start, hoursOfDay] of [
    ['spring', Date.UTC(2026, 2, 27, 21), 23],
    ['autumn', Date.UTC(2026, 9, 23, 21), 25]
  ] as const) {
    it(`days in Zurich, one of ${hoursOfDay} hours in ${name}`, async () => {
      const path = `${name}.jsonl`
      const weekend = logins(start, 1_500, 3 * MINUTE, 2)
      file(path, weekend)
      const date = new Intl.DateTimeFormat('sv', { timeZone: 'Europe/Zurich' })
      const found = await count('--sketch exact -w 1d --zone Europe/Zurich -k uid', path)
      const byDate = found.map(({ start, end, uniques, frames }) => {
        const last = Date.parse(end) - 1
        assert.equal(date.format(new Date(start)), date.format(last), 'a day has one date')
        return [date.format(last), { uniques, frames }] as const
      })
      const truth = truthOf(
        weekend,
        ({ uid }) => uid,
        ms => [date.format(ms)]
      )
      assert.deepEqual(Object.fromEntries(byDate), truth)
      const lengths = found.map(({ start, end }) => (Date.parse(end) - Date.parse(start)) / HOUR)
      assert.deepEqual(
        lengths.filter(length => length !== 24),
        [hoursOfDay]
      )
    })
  }

  it('with an audit of every minute, the exact number beside the estimate', async () => {
    const pair = ({ tenant, uid }: Login) => `${tenant}|${uid}`
    const words = ['count', '--format', 'jsonl', '-k', 'tenant,uid', '--precision', '5']
    const busy = file('busy.jsonl', logins(START, 4_000, 200, 3))
    const run = startHeadcount([...words, '--audit', '1', busy], { folder: folder.path })
    const { stdout, stderr } = await ended(run)
    const truth = truthOf(logins(START, 4_000, 200, 3), pair, startsOf(MINUTE))
    const found: ResultRecord[] = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
    const inside = found.filter(
      ({ low, high, audit }) => low <= audit!.exact && audit!.exact <= high
    )
    for (const { start, audit } of found) {
      assert.equal(audit?.exact, truth[new Date(start).toISOString()]!.uniques)
    }
    assert.ok(
      found.some(({ uniques, audit }) => uniques !== audit!.exact),
      'they are estimates'
    )
    const sums = `audit: ${inside.length} of ${found.length} minutes had their exact number between`
    assert.ok(stderr.includes(sums), stderr)
  })
})
