import assert from 'node:assert/strict'
import { Random } from '../../src/core/random.ts'
import { verdicts } from '../../src/extract/columns.ts'
import { decodeContent } from '../../src/merge/state-record.ts'
import { type Emission, formatTime } from '../../src/result/result-record.ts'
import { countSettings } from '../../src/runtime/count.ts'
import { createSketch } from '../../src/sketch/create.ts'
import { type Truth, trueWindows } from './event-time-oracle.ts'
import { EventTimeRun, userHashes } from './event-time-run.ts'
import { createWorld, type World } from './event-time-world.ts'

/**
 * Plays random worlds in random ways against a Map of Sets. A failure names the seed:
 *
 *     HEADCOUNT_SEED=1234 node --test test/sim/event-time*.test.ts
 */
export function checkHistories(restoreAlways: boolean): void {
  const only = process.env.HEADCOUNT_SEED
  const runs = Number(process.env.HEADCOUNT_RUNS ?? 10_000)
  const seeds = only ? [Number(only)] : Array.from({ length: runs }, (_, index) => index + 1)
  for (const seed of seeds) {
    try {
      checkHistory(seed, restoreAlways)
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error })
    }
  }
}

function checkHistory(seed: number, restoreAlways: boolean): void {
  const random = new Random(seed)
  const world = createWorld(random)
  const truth = trueWindows(world)
  const memoryBytes = random.below(2) === 0 ? 0 : 1e8
  const run = new EventTimeRun(world, random, { restoreAlways, memoryBytes })
  run.play()
  checkCounts(truth, run)
  checkAccounting(world, truth, run)
  checkSketches(world, truth, run)
  checkEmissions(run.emissions)
}

function checkCounts(truth: Truth, run: EventTimeRun): void {
  assert.equal(run.purgedFrames, 0, 'nothing comes for a purged window')
  const { latest } = run
  const said = new Set<string>()
  for (const [name, { users, frames, late }] of truth.windows) {
    const [size, start, group] = split(name)
    const key = `${size}|${formatTime(start)}|${group}`
    const record = latest.get(key)?.record
    said.add(key)
    // Of sliding windows in progress only the next one to end is said.
    if (size.includes('/') && (record?.status ?? 'provisional') === 'provisional') continue
    assert.ok(record, `${key} was never said`)
    assert.deepEqual(
      [record.uniques, record.frames, record.late],
      [users.size, frames, late],
      `${key}: users, frames, late`
    )
    assert.ok(record.low <= users.size && users.size <= record.high)
    if (record.audit) assert.equal(record.audit.exact, users.size)
  }
  for (const key of latest.keys()) assert.ok(said.has(key), `${key} should not be`)
}

function checkAccounting(world: World, truth: Truth, run: EventTimeRun): void {
  const { accounting } = run
  const found: Record<string, number> = {}
  for (const [code, reason] of verdicts.entries()) {
    if (accounting.byVerdict[code]! > 0) found[reason] = accounting.byVerdict[code]!
  }
  if (accounting.suspended > 0) found.suspended = accounting.suspended
  assert.deepEqual(sorted(found), sorted(truth.fates), 'what became of the frames')
  const frames = world.partitions.reduce((sum, partition) => sum + partition.length, 0)
  assert.equal(accounting.read, frames, 'every frame is read once')
  assert.deepEqual(run.rejects.sort(), truth.rejects, 'rejects')
}

/** Stored closed windows hold the very bytes that counting in one go would give. */
function checkSketches(world: World, truth: Truth, run: EventTimeRun): void {
  const { sketch: kind, precision } = countSettings(world.options)
  for (const [key, value] of run.changelog) {
    const [type, size, minute, chunk, ...group] = key.split('|')
    const window = truth.windows.get(`${size}|${Number(minute) * 60_000}|${group.join('|')}`)
    if (type !== 'w' || !window) continue
    const sketch = createSketch(kind, precision)
    for (const user of window.users) {
      const [a, b, c, d] = userHashes[user]!
      sketch.add(a!, b!, c!, d!)
    }
    const content = decodeContent(value, Number(chunk))
    assert.deepEqual(content.envelope, sketch.serialize(), `bytes of ${key}`)
  }
}

/** provisional* → final → corrected*; revisions rise, each is said once. */
function checkEmissions(emissions: readonly Emission[]): void {
  const last = new Map<string, Emission['record']>()
  for (const { key, record } of emissions) {
    const before = last.get(key)
    if (before) {
      assert.ok(record.revision > before.revision, `${key}: revisions rise`)
      if (before.status !== 'provisional') assert.equal(record.status, 'corrected')
    } else assert.notEqual(record.status, 'corrected')
    last.set(key, record)
  }
}

function split(name: string): [size: string, start: number, group: string] {
  const [size, start, ...group] = name.split('|')
  return [size!, Number(start), group.join('|')]
}

function sorted(counts: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(counts).sort(([left], [right]) => (left < right ? -1 : 1))
}
