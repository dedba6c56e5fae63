import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { Random } from '../../src/core/random.ts'
import type { ResultRecord } from '../../src/result/result-record.ts'
import { CountingPlace } from './counting.ts'
import { developmentBroker } from './dev-broker.ts'

const broker = await developmentBroker()

/** Sparse frames over eight days, some two hours late: many windows for few frames. */
function sparse(count: number): string[] {
  const random = new Random(9)
  let ts = Date.UTC(2026, 2, 30) / 1_000
  return Array.from({ length: count }, () => {
    ts += random.below(460)
    const late = random.below(20) === 0 ? random.below(7_200) : 0
    const country = ['CH', 'DE', null][random.below(3)]
    return `${JSON.stringify({ ts: ts - late, uid: `u${random.below(400)}`, country })}\n`
  })
}

describe('windows of a topic', { skip: broker ? false : 'no broker' }, () => {
  let place: CountingPlace
  const frames = sparse(3_000)
  before(async () => {
    place = await CountingPlace.open(broker!.bootstrap)
    writeFileSync(place.path('all.jsonl'), frames.join(''))
    writeFileSync(place.path('first.jsonl'), frames.slice(0, 1_300).join(''))
    writeFileSync(place.path('second.jsonl'), frames.slice(1_300).join(''))
  })
  after(() => place.close())

  /** What the newest record of each window says, when it is closed. */
  function closed(jsonl: string): Map<string, unknown[]> {
    const newest = new Map<string, ResultRecord>()
    for (const line of jsonl.trimEnd().split('\n')) {
      const result: ResultRecord = JSON.parse(line)
      const { window, start, end, group, revision } = result
      const key = `${window}|${start}|${end}|${JSON.stringify(group)}`
      if (revision > (newest.get(key)?.revision ?? 0)) newest.set(key, result)
    }
    return new Map(
      [...newest]
        .filter(([, { status }]) => status !== 'provisional')
        .map(([key, { uniques, low, high, frames, late, method }]) => [
          key,
          [uniques, low, high, frames, late, method]
        ])
    )
  }

  it('of all kinds at once, in a zone with short hours, over a stop, are those of a file', async () => {
    const sizes = ['-w', '1m,1h/5m,6h,1d,1w,3d/1d,1mo', '--zone', 'Australia/Lord_Howe']
    const grid = ['--day-start', '05:00', '--week-start', 'sunday']
    const how = ['-k', 'uid', '--by', 'country', '--total', ...sizes, ...grid, '--format', 'jsonl']
    const whole = closed((await place.run('count', ...how, 'all.jsonl')).stdout)
    const { topic, app } = await place.topic(1)
    for (const part of ['first.jsonl', 'second.jsonl']) {
      await place.run('produce', '-t', topic, '-k', 'uid', part)
      await place.run('count', '-t', topic, '--app', app, ...how, '-e')
    }
    const stored = closed((await place.run('results', '--app', app, '--format', 'jsonl')).stdout)
    for (const [key, said] of stored) assert.deepEqual(said, whole.get(key), key)
    // Only those that the last frames left open are not there.
    assert.ok(stored.size > 0.98 * whole.size, `${stored.size} of ${whole.size}`)
    const sizesSeen = new Set([...stored.keys()].map(key => key.slice(0, key.indexOf('|'))))
    assert.deepEqual([...sizesSeen].sort(), ['1d', '1h/5m', '1m', '1mo', '1w', '3d/1d', '6h'])
  })
})
