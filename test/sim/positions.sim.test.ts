import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '../../src/core/random.ts'
import { countSettings } from '../../src/runtime/count.ts'
import type { RunReport } from '../../src/runtime/report.ts'
import { countsOf, type OracleFrame, sortedEntries, trueCounts } from '../testing/oracle.ts'
import {
  createDurable,
  type Durable,
  latestResults,
  passTime,
  startInstance
} from './simulated-app.ts'

/* The truth about positions is in the app's own topics: what is done to the groups' offsets while it stands. */
const SIZES = { '1m': 60, '1h': 3_600 }
const HALF = 60
const PARTITIONS = 2

const settings = countSettings({ key: 'uid', windows: Object.keys(SIZES), sketch: 'exact' })

function createFrames(random: Random): OracleFrame[][] {
  return Array.from({ length: PARTITIONS }, () => {
    let ts = 1_468_244_384
    return Array.from({ length: 2 * HALF }, () => {
      ts += random.below(10)
      return { ts, uid: `u${random.below(25)}` }
    })
  })
}

/** An instance over what there is of the frames, until it has counted them. */
async function runOver(
  durable: Durable,
  frames: readonly (readonly OracleFrame[])[]
): Promise<RunReport> {
  const run = await startInstance(durable, {
    script: frames.map(partition => partition.map(frame => JSON.stringify(frame))),
    settings,
    batch: 7,
    exitAtEnd: true
  })
  let running = true
  void passTime(durable.clock, 50, () => !running)
  try {
    for await (const _ of run);
  } finally {
    running = false
  }
  return run.report
}

function checkTruth(durable: Durable, frames: readonly (readonly OracleFrame[])[]): void {
  const found = sortedEntries(countsOf(latestResults(durable)))
  assert.deepEqual(found, sortedEntries(trueCounts(frames.flat(), SIZES)))
}

/** An app that has counted the first half, and stands. */
async function half(
  seed: number
): Promise<{ durable: Durable; frames: OracleFrame[][]; first: OracleFrame[][] }> {
  const durable = createDurable(Date.UTC(2026, 0, 1))
  const frames = createFrames(new Random(seed))
  const first = frames.map(partition => partition.slice(0, HALF))
  await runOver(durable, first)
  checkTruth(durable, first)
  return { durable, frames, first }
}

test('all offsets deleted: stage 1 goes on at its newest marks and says so, the totals are those of one count', async () => {
  const { durable, frames } = await half(1)
  durable.combined.clear()
  durable.merged.clear()
  const { notes } = await runOver(durable, frames)
  const said = notes.filter(note => /goes on at its newest mark, offset 60$/.test(note))
  assert.equal(said.length, PARTITIONS, notes.join('\n'))
  checkTruth(durable, frames)
})

for (const [where, offset] of [
  ['the beginning', 0],
  ['behind the end', 1_000_000]
] as const) {
  test(`stage 2 goes on at its own position, also when its group's offset is set to ${where}`, async () => {
    const { durable, frames } = await half(2)
    durable.merged.set(0, { offset, metadata: '' })
    await runOver(durable, frames)
    checkTruth(durable, frames)
  })
}

for (const [where, by] of [
  ['back', -5],
  ['forward', 5]
] as const) {
  test(`an input offset moved ${where} by hand: its flushes are refused until it is put back, then the totals are right`, async () => {
    const { durable, frames, first } = await half(3)
    const { offset, metadata } = durable.combined.get(0)!
    durable.combined.set(0, { offset: offset + by, metadata })
    const { misfits, warnings } = await runOver(durable, frames)
    assert.equal(misfits, 1)
    assert.match(warnings.list().join('\n'), new RegExp(`offset ${HALF}`))
    const refused = countsOf(latestResults(durable))
    assert.notDeepEqual(sortedEntries(refused), sortedEntries(trueCounts(frames.flat(), SIZES)))
    const [, other] = frames
    assert.deepEqual(
      sortedEntries(refused),
      sortedEntries(trueCounts([...first[0]!, ...other!], SIZES)),
      'nothing of it counts'
    )
    durable.combined.set(0, { offset, metadata })
    assert.equal((await runOver(durable, frames)).misfits, 0)
    checkTruth(durable, frames)
  })
}
