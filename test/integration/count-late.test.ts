import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { crc32c } from '../../src/core/crc32c.ts'
import { parseResult, type ResultRecord } from '../../src/result/result-record.ts'
import { ended } from '../cli/child.ts'
import { ClockOracle } from '../window/clock-oracle.ts'
import { assertMinutes, CountingPlace, latestOf, type MinutesTruth } from './counting.ts'
import { developmentBroker } from './dev-broker.ts'

const broker = await developmentBroker()
const shared = resolve(import.meta.dirname, '../../../shared/data/frames')
const WAIT = 5_000

/** Late frames of every minute by the specification's clock; a file is one partition. */
function lateByMinute(jsonl: string): { late: Map<number, number>; newestTime: number } {
  const clock = new ClockOracle(WAIT)
  const late = new Map<number, number>()
  let newest = Number.NEGATIVE_INFINITY
  let newestTime = 0
  for (const [offset, line] of jsonl.trimEnd().split('\n').entries()) {
    const { ts, uid }: { ts: number; uid: string } = JSON.parse(line)
    const verdict = clock.observe(ts * 1_000, Number.NaN, false, crc32c(Buffer.from(uid)), offset)
    assert.ok(verdict !== 'refused', `offset ${offset}`)
    const minute = Math.floor(ts / 60) * 60
    if (verdict === 'late') late.set(minute, (late.get(minute) ?? 0) + 1)
    if (ts * 1_000 < newest - WAIT) newestTime++
    newest = Math.max(newest, ts * 1_000)
  }
  return { late, newestTime }
}

function lateOf(jsonl: string): Map<number, number> {
  const late = latestOf(jsonl).map(({ start, late }) => [Date.parse(start) / 1_000, late] as const)
  return new Map(late.filter(([, frames]) => frames > 0))
}

const sum = (late: ReadonlyMap<number, number>): number =>
  [...late.values()].reduce((total, frames) => total + frames, 0)

describe('late frames', { skip: broker ? false : 'no broker' }, () => {
  let place: CountingPlace
  before(async () => {
    place = await CountingPlace.open(broker!.bootstrap)
    const size = ['--frames', '10k', '--users', '900', '--rate', '20', '--shape', 'small']
    const flaws = ['--late-share', '0.15', '--late-max', '3m']
    await place.run('generate', ...size, ...flaws, '-o', 'frames.jsonl', '--truth', 'truth.json')
  })
  after(() => place.close())

  const exact = ['-k', 'uid', '--sketch', 'exact', '--format', 'jsonl']

  it('are those behind the specification’s clock, in every minute, from a file and a pipe', async () => {
    const jsonl = readFileSync(place.path('frames.jsonl'), 'utf8')
    const { late, newestTime } = lateByMinute(jsonl)
    assert.ok(sum(late) > 1_000 && sum(late) <= newestTime)
    const counted = await place.run('count', ...exact, 'frames.jsonl')
    assert.deepEqual(lateOf(counted.stdout), late)
    assert.ok(counted.stderr.includes(`, ${sum(late)} of them late`), counted.stderr)
    const piped = place.start(['count', ...exact])
    piped.stdin.write(jsonl)
    assert.deepEqual(lateOf((await ended(piped)).stdout), late)
  })

  it('of late-10k are 934, a few less than by the newest time', {
    skip: existsSync(shared) ? false : 'the shared frames are not here'
  }, async () => {
    const packed = `${shared}/late-10k.jsonl.gz`
    const { late, newestTime } = lateByMinute(gunzipSync(readFileSync(packed)).toString())
    assert.deepEqual([sum(late), newestTime], [934, 937])
    const counted = await place.run('count', ...exact, packed)
    assert.deepEqual(lateOf(counted.stdout), late)
    assert.match(counted.stderr, /10000 counted, 934 of them late, 0 rejected/)
    const { topic, app } = await place.topic(1)
    await place.run('produce', '-t', topic, '-k', 'uid', packed)
    const { stdout } = await place.run('count', '-t', topic, '--app', app, ...exact, '-e')
    const truth: MinutesTruth = JSON.parse(readFileSync(`${shared}/late-10k.truth.json`, 'utf8'))
    assertMinutes(stdout, truth)
    assert.deepEqual(lateOf(stdout), late)
  })

  it('correct closed windows: revisions rise, at most one is final, also over a kill -9', async () => {
    const { topic, app } = await place.topic(1)
    const lines = readFileSync(place.path('frames.jsonl'), 'utf8').split('\n')
    // Every minute closes, then comes a part of its frames again and corrects it.
    const again = lines.slice(4_000, 6_000)
    writeFileSync(place.path('twice.jsonl'), [...lines.slice(0, -1), ...again, ''].join('\n'))
    await place.run('produce', '-t', topic, '-k', 'uid', 'frames.jsonl')
    const pace = ['--flush-every', '20ms', '--emit-every', '20ms', '--group-session-timeout', '6s']
    const args = ['count', '-t', topic, '--app', app, ...exact, ...pace]
    const first = place.start(args)
    await once(first.stdout, 'data')
    first.kill('SIGKILL')
    await once(first, 'close')
    // The next run closes what the first one did not come to.
    await place.run(...args, '-e')
    writeFileSync(place.path('again.jsonl'), `${again.join('\n')}\n`)
    await place.run('produce', '-t', topic, '-k', 'uid', 'again.jsonl')
    await place.run(...args, '-e')
    const said = (await place.run('consume', '-t', `${app}-counts`, '-e')).stdout
    const records = said
      .trimEnd()
      .split('\n')
      .map(line => parseResult(line)!)
    const windows = Map.groupBy(records, ({ window, start }) => `${window}|${start}`)
    for (const [name, revisions] of windows) assertRevisions(name, revisions)
    assert.ok(records.some(({ status }) => status === 'corrected'))
    const users = (jsonl: string) => latestOf(jsonl).map(({ start, uniques }) => [start, uniques])
    const whole = await place.run('count', ...exact, 'twice.jsonl')
    assert.deepEqual(users(said), users(whole.stdout))
  })
})

/** Each revision is said once, over a crash too. */
function assertRevisions(name: string, records: readonly ResultRecord[]): void {
  let before: ResultRecord | undefined
  let finals = 0
  for (const record of records) {
    assert.ok(record.revision > (before?.revision ?? 0), `${name}: revision ${record.revision}`)
    if (record.status === 'final') finals++
    if (before?.status !== undefined && before.status !== 'provisional') {
      assert.equal(record.status, 'corrected', name)
    }
    before = record
  }
  assert.ok(finals <= 1, `${name}: ${finals} finals`)
}
