import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFailure } from '../../src/core/errors.ts'
import { Random } from '../../src/core/random.ts'
import { unready } from '../../src/ops/health.ts'
import { countSettings } from '../../src/runtime/count.ts'
import type { CountRun } from '../../src/runtime/count-run.ts'
import type { OnInputLoss } from '../../src/runtime/input-losses.ts'
import { countsOf, type OracleFrame, sortedEntries, trueCounts } from '../testing/oracle.ts'
import {
  createDurable,
  type Durable,
  type InstanceOptions,
  latestResults,
  passTime,
  startInstance
} from './simulated-app.ts'

const SIZES = { '1m': 60, '1h': 3_600 }
const START = 1_468_244_384

const options = (onInputLoss: OnInputLoss) =>
  ({
    key: 'uid',
    windows: Object.keys(SIZES),
    sketch: 'exact',
    flushEvery: 1,
    emitEvery: 10,
    onInputLoss
  }) as const
const settingsOf = (onInputLoss: OnInputLoss) => countSettings(options(onInputLoss))

/** Frames a second apart; their users tell partition and place. */
function framesOf(partition: number, count: number, from = 0): OracleFrame[] {
  return Array.from({ length: count }, (_, i) => ({
    ts: START + from + i,
    uid: `p${partition}-${(from + i) % 7}`
  }))
}

const textOf = (partitions: readonly (readonly OracleFrame[])[]): string[][] =>
  partitions.map(frames => frames.map(frame => JSON.stringify(frame)))

interface Outcome {
  readonly run: CountRun
  readonly error: unknown
}

/** Counts to the end, or until it fails. */
async function count(
  durable: Durable,
  script: readonly (readonly OracleFrame[])[],
  onInputLoss: OnInputLoss,
  more: Partial<InstanceOptions> = {}
): Promise<Outcome> {
  const settings = settingsOf(onInputLoss)
  const parts = { script: textOf(script), settings, exitAtEnd: true, batch: 5, ...more }
  const run = await startInstance(durable, parts)
  let running = true
  void passTime(durable.clock, 5, () => !running)
  let error: unknown
  try {
    for await (const _ of run);
  } catch (caught) {
    error = caught
  } finally {
    running = false
  }
  return { run, error }
}

const found = (durable: Durable) => sortedEntries(countsOf(latestResults(durable)))
const truth = (frames: readonly OracleFrame[]) => sortedEntries(trueCounts(frames, SIZES))

/** Two partitions, of which 60 frames each are counted. */
async function halfway(): Promise<{ durable: Durable; all: OracleFrame[][] }> {
  const durable = createDurable(Date.UTC(2026, 0, 1))
  const all = [framesOf(0, 120), framesOf(1, 120)]
  const first = all.map(frames => frames.slice(0, 60))
  assert.equal((await count(durable, first, 'fail')).error, undefined)
  assert.deepEqual(found(durable), truth(first.flat()))
  return { durable, all }
}

test('a partition whose input is gone stops; the others are counted to their end, then the run fails', async () => {
  const { durable, all } = await halfway()
  const firstKept = (partition: number): number => (partition === 0 ? 80 : 0)
  const { run, error } = await count(durable, all, 'fail', { firstKept })
  assert.ok(isFailure(error, 'offset-gone'), String(error))
  assert.match(error.message, /offset 60 of scripted partition 0 .* 80 to 120; up to 20 records/)
  assert.equal(run.report.warnings.list().length, 1)
  assert.match(unready(run.report, durable.clock.now())!, /failed/)
  assert.deepEqual(found(durable), truth([...all[0]!.slice(0, 60), ...all[1]!]))
  // Whoever starts next finds the same; with the records back all is as if nothing had been.
  assert.equal((await count(durable, all, 'fail')).error, undefined)
  assert.deepEqual(found(durable), truth(all.flat()))
})

test('a run without an end goes on with the others, is not ready, and says why', async () => {
  const { durable, all } = await halfway()
  const firstKept = (partition: number): number => (partition === 0 ? 80 : 0)
  const settings = settingsOf('fail')
  const parts = { script: textOf(all), settings, batch: 5, firstKept, exitAtEnd: false }
  const run = await startInstance(durable, parts)
  let ended = false
  let reason: string | undefined
  void passTime(durable.clock, 5, () => {
    if (run.report.accounting.read >= 60 && run.report.stopped.size > 0) {
      reason ??= unready(run.report, durable.clock.now())
      run.stop()
    }
    return ended
  })
  for await (const _ of run);
  ended = true
  assert.match(reason!, /scripted-0 is not read any more: offset 60 .* results wait/)
})

test('a run with an end does not wait for partitions that wait for a stopped one', {
  timeout: 20_000
}, async () => {
  const { durable, all } = await halfway()
  const script = [all[0]!, framesOf(1, 600)]
  const firstKept = (partition: number): number => (partition === 0 ? 80 : 0)
  const settings = countSettings({ ...options('fail'), maxSkew: '1m' })
  const { run, error } = await count(durable, script, 'fail', { firstKept, settings })
  assert.ok(isFailure(error, 'offset-gone'), String(error))
  const { counted } = run.report.accounting
  assert.ok(counted > 0 && counted < 540, `${counted} frames: it waits a minute ahead`)
})

test('nothing left to read anywhere: the run ends with that', async () => {
  const { durable, all } = await halfway()
  const { error } = await count(durable, all, 'fail', { firstKept: () => 61, exitAtEnd: false })
  assert.ok(isFailure(error, 'offset-gone'), String(error))
})

test('told to continue it counts what is left; sums and windows say how much they lack', async () => {
  const { durable, all } = await halfway()
  const firstKept = (partition: number): number => (partition === 0 ? 80 : 0)
  const { run, error } = await count(durable, all, 'continue', { firstKept })
  assert.equal(error, undefined)
  const { read, counted, lost } = run.report.accounting
  assert.deepEqual([read, counted, lost], [120, 100, 20])
  assert.deepEqual([...run.report.inputLost], [['scripted-0', 20]])
  assert.match(run.report.warnings.list()[0]!, /goes on at offset 80/)
  const left = [...all[0]!.slice(0, 60), ...all[0]!.slice(80), ...all[1]!]
  assert.deepEqual(found(durable), truth(left))
  const results = latestResults(durable).sorted()
  const hour = results.find(({ window }) => window === '1h')!
  assert.equal(hour.lost, 20)
  const minute = results.find(({ window }) => window === '1m')!
  assert.equal(minute.lost, undefined, 'the first minute was closed before')
  // And it stays so: nothing is lost twice, nothing fails.
  const again = await count(durable, all, 'fail', { firstKept })
  assert.deepEqual([again.error, again.run.report.accounting.read], [undefined, 0])
})

test('a log that was cut and written anew: refused, or counted from the cut on', async () => {
  const { durable, all } = await halfway()
  const cut = [all[0]!.slice(0, 50), all[1]!]
  const refused = await count(durable, cut, 'fail')
  assert.ok(isFailure(refused.error, 'log-cut'), String(refused.error))
  assert.match(String(refused.error), /cut at offset 50, .*: 10 records before 60 were/)

  assert.equal((await count(durable, cut, 'continue')).error, undefined)
  const anew = framesOf(0, 40, 200)
  const { run, error } = await count(durable, [[...cut[0]!, ...anew], all[1]!], 'fail')
  assert.equal(error, undefined)
  assert.deepEqual([run.report.accounting.counted, run.report.misfits], [40, 0])
  // What was counted before the cut stays counted.
  assert.deepEqual(found(durable), truth([...all[0]!.slice(0, 60), ...anew, ...all[1]!]))
  const hour = latestResults(durable)
    .sorted()
    .find(({ window }) => window === '1h')!
  assert.equal(hour.lost, 10)
})

test('killed at any commit while it goes on behind losses, everything that is there is counted once', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = new Random(seed)
    const { durable, all } = await halfway()
    const first = 61 + random.below(30)
    const firstKept = (partition: number): number => (partition === 0 ? first : 0)
    const cutAt = 30 + random.below(30)
    const anew = framesOf(1, 50, 300)
    const script = [all[0]!, [...all[1]!.slice(0, cutAt), ...anew]]
    // The cut shows as long as the log is shorter than what was read of it.
    const short = [all[0]!, all[1]!.slice(0, cutAt)]
    let lives = 0
    const run = (world: readonly (readonly OracleFrame[])[]): Promise<Outcome> => {
      const fatal = lives++ < 3 ? random.below(8) : -1
      const hook: NonNullable<InstanceOptions['hook']> = ({ number }) => {
        if (number !== fatal) return undefined
        if (random.below(2) === 0) throw new Error('killed')
        return 'after'
      }
      return count(durable, world, 'continue', { firstKept, hook, batch: 1 + random.below(9) })
    }
    while ((await run(short)).error !== undefined);
    lives = 0
    while ((await run(script)).error !== undefined);
    const left = [
      ...all[0]!.slice(0, 60),
      ...all[0]!.slice(first),
      ...all[1]!.slice(0, 60),
      ...anew
    ]
    assert.deepEqual(found(durable), truth(left), `seed ${seed}`)
  }
})
