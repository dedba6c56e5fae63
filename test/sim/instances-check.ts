import assert from 'node:assert/strict'
import { Accounting } from '../../src/combine/accounting.ts'
import { decodeMark, MARK_TYPE } from '../../src/combine/mark.ts'
import { text, utf8 } from '../../src/core/bytes.ts'
import { HASH_SEED, murmur3x64128 } from '../../src/core/murmur3.ts'
import { Random } from '../../src/core/random.ts'
import { verdicts } from '../../src/extract/columns.ts'
import { decodeContent } from '../../src/merge/state-record.ts'
import { formatTime, parseResult, type ResultRecord } from '../../src/result/result-record.ts'
import { createSketch } from '../../src/sketch/create.ts'
import type { MemoryTopics } from '../../src/testing/memory-log.ts'
import { checkOrder } from '../testing/result-order.ts'
import { type Truth, trueWindows } from './event-time-oracle.ts'
import { indexOf, type SharedApp } from './instances-app.ts'
import { InstancesRun } from './instances-run.ts'
import { createGrowingWorld, type GrowingWorld } from './instances-world.ts'

/**
 * Plays one history of instances and compares what it left behind with a Map of Sets. Returns how often a
 * flush has said that its partition waits for others.
 */
export async function checkInstances(seed: number): Promise<number> {
  const random = new Random(seed)
  const world = createGrowingWorld(random)
  const truth = trueWindows(world)
  const run = new InstancesRun(world, random)
  try {
    await run.play()
    assert.deepEqual(run.misfits, [], 'every range arrives once')
    const { topics } = run.app
    checkFates(truth, topics)
    checkRejects(truth, topics, world.places)
    checkResults(truth, topics)
    checkSketches(truth, run.app)
    return waits(topics)
  } catch (error) {
    const story = run.log.join('\n  ')
    throw new Error(`HEADCOUNT_SEED=${seed}: ${String(error)}\n  ${story}`, { cause: error })
  }
}

/** The accounting of all marks together: every frame was read once, and has one fate. */
function checkFates(truth: Truth, topics: MemoryTopics): void {
  const sum = new Accounting()
  for (const { value } of topics.partition('partials', 0).records) {
    if (value?.[0] === MARK_TYPE) sum.add(decodeMark(value).accounting)
  }
  const found = new Map<string, number>(verdicts.map((name, code) => [name, sum.byVerdict[code]!]))
  found.set('suspended', sum.suspended)
  for (const [fate, frames] of found) assert.equal(frames, truth.fates[fate] ?? 0, `frames ${fate}`)
}

function waits(topics: MemoryTopics): number {
  const values = topics.partition('partials', 0).records.map(({ value }) => value)
  const marks = values.filter(value => value?.[0] === MARK_TYPE).map(value => decodeMark(value!))
  return marks.filter(({ state }) => state === 'paused').length
}

function checkRejects(truth: Truth, topics: MemoryTopics, places: GrowingWorld['places']): void {
  const found = topics
    .partitions('rejects')
    .flatMap(({ records }) => records.map(({ value }) => JSON.parse(text(value!))))
    .map(({ source, partition, offset, reason }) => {
      const index = indexOf(places, source.replace('id of ', ''), partition)
      return `${index}/${offset} ${reason}`
    })
  assert.deepEqual(found.sort(), truth.rejects, 'rejects')
}

function checkResults(truth: Truth, topics: MemoryTopics): void {
  const latest = new Map<string, ResultRecord>()
  for (const { records } of topics.partitions('counts')) {
    for (const { key, value } of records) {
      const name = text(key!)
      const record = parseResult(text(value!))!
      const before = latest.get(name)
      checkOrder(name, before, record)
      // A result and the header that holds its revision are stored together, so none is left out.
      assert.equal(record.revision, (before?.revision ?? 0) + 1, `${name}: every revision is said`)
      latest.set(name, record)
    }
  }
  const expected = [...truth.windows].map(([name, { users, frames, late }]) => {
    const [size, start, ...group] = name.split('|')
    const key = `${size}|${formatTime(Number(start))}|${group.join('|')}`
    return [key, users.size, frames, late] as const
  })
  const found = [...latest].map(
    ([key, { uniques, frames, late }]) => [key, uniques, frames, late] as const
  )
  assert.deepEqual(found.sort(byName), expected.sort(byName), 'users, frames, late')
}

/** Stored windows hold the very bytes that counting in one go would give. */
function checkSketches(truth: Truth, { topics, settings }: SharedApp): void {
  for (const { records } of topics.partitions('windows')) {
    const stored = new Map(records.map(({ key, value }) => [text(key!), value]))
    for (const [key, value] of stored) {
      const [type, size, minute, chunk, ...group] = key.split('|')
      const window = truth.windows.get(`${size}|${Number(minute) * 60_000}|${group.join('|')}`)
      if (type !== 'w' || !value || !window) continue
      const sketch = createSketch(settings.sketch, settings.precision)
      for (const user of window.users) sketch.add(...hashOf(user))
      const { envelope } = decodeContent(value, Number(chunk))
      assert.deepEqual(envelope, sketch.serialize(), `bytes of ${key}`)
    }
  }
}

function hashOf(user: number): [number, number, number, number] {
  const name = utf8(`user ${user}`)
  const hash = new Uint32Array(4)
  murmur3x64128(name, 0, name.length, HASH_SEED, hash)
  return [hash[0]!, hash[1]!, hash[2]!, hash[3]!]
}

function byName(
  [left]: readonly [string, ...unknown[]],
  [right]: readonly [string, ...unknown[]]
): number {
  return left < right ? -1 : 1
}
