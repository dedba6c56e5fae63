import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { BROKERS_VARIABLE } from '../../scripts/test-run/test-broker.ts'
import { isFailure } from '../../src/core/errors.ts'
import { ChaosBrokers } from './chaos-brokers.ts'
import { ChaosHistory, deedsText } from './chaos-history.ts'
import { CountingPlace } from './counting.ts'

/**
 * Histories in which instances, their connections and their brokers fail, each from its seed:
 *
 *     npm run chaos -- --seeds 1..200 --frames 1000000 --seconds 20 --at-once 2 --brokers 3 --log chaos.log
 *
 * One line a seed. With --log the lines are kept, and a seed that is exact there is not played again: what
 * was interrupted goes on. A failure leaves its story in the folder of --evidence, and the run goes on. It
 * starts brokers of its own, which are killed and come back; on those that HEADCOUNT_TEST_BROKERS names,
 * only instances and their connections fail.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1..200' },
    frames: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '20' },
    'at-once': { type: 'string', default: '2' },
    brokers: { type: 'string', default: '3' },
    log: { type: 'string' },
    evidence: { type: 'string', default: join(tmpdir(), 'headcount-chaos') }
  }
})

const interrupted = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupted.abort())
const tally = {
  /** Exact in the log. */
  before: 0,
  exact: 0,
  failed: [] as number[],
  deeds: new Map<string, number>()
}

function tell(line: string): void {
  process.stdout.write(`${line}\n`)
}

function record(line: string): void {
  tell(line)
  if (values.log !== undefined) appendFileSync(values.log, `${line}\n`)
}

/** `7` or `1..200`, without those that are exact in the log. */
function seedsLeft(): number[] {
  const [first, last = first] = values.seeds.split('..').map(Number)
  const isRange = Number.isInteger(first) && Number.isInteger(last) && first! <= last!
  if (!isRange) throw new Error(`--seeds takes 7 or 1..200, not ${values.seeds}`)
  const wanted = Array.from({ length: last! - first! + 1 }, (_, index) => first! + index)
  const kept = values.log !== undefined && existsSync(values.log) ? readFileSync(values.log) : ''
  const done = new Set([...String(kept).matchAll(/^seed (\d+): exact/gm)].map(([, seed]) => seed))
  const left = wanted.filter(seed => !done.has(String(seed)))
  tally.before = wanted.length - left.length
  return left
}

/** One history, exact or failed; what an interruption ends is neither. */
async function play(seed: number, bootstrap: string, brokers?: ChaosBrokers): Promise<void> {
  const { signal } = interrupted
  const place = await opened(bootstrap, brokers)
  const lastsMs = Number(values.seconds) * 1_000
  const options = { seed, frames: Number(values.frames), lastsMs, ...(brokers && { brokers }) }
  const history = new ChaosHistory(place, options)
  const close = (): void => void history.stage.close()
  signal.addEventListener('abort', close)
  const begun = performance.now()
  const verdict = (text: string): string => {
    const seconds = ((performance.now() - begun) / 1_000).toFixed(1)
    return `seed ${seed}: ${text}, ${seconds} s; ${deedsText(history.deeds)}`
  }
  try {
    await history.run()
    record(verdict('exact'))
    tally.exact++
    for (const [kind, times] of history.deeds) {
      tally.deeds.set(kind, (tally.deeds.get(kind) ?? 0) + times)
    }
  } catch (error) {
    if (signal.aborted) return
    record(`${verdict('FAILED')}; ${keep(seed, error)}`)
    tally.failed.push(seed)
  } finally {
    signal.removeEventListener('abort', close)
    await cleared(place)
  }
}

function opened(bootstrap: string, brokers?: ChaosBrokers): Promise<CountingPlace> {
  const open = (): Promise<CountingPlace> => CountingPlace.open(bootstrap)
  return brokers ? brokers.undisturbed(open) : open()
}

/** The story of a failure, for who looks for its cause. */
function keep(seed: number, error: unknown): string {
  mkdirSync(values.evidence, { recursive: true })
  const path = join(values.evidence, `seed-${seed}.txt`)
  const { stack = String(error), cause } = error instanceof Error ? error : new Error(String(error))
  const inner = cause instanceof Error ? `\n\n${cause.stack}` : ''
  writeFileSync(path, `${stack}${inner}\n`)
  const [first = '', second = ''] = String(cause ?? error).split('\n')
  return `${first} ${second}`.trim().slice(0, 200).concat(` (${path})`)
}

/** Topics that cannot be deleted now are not worth a failure: the brokers are ours and go. */
async function cleared(place: CountingPlace): Promise<void> {
  try {
    await place.close()
  } catch (error) {
    tell(`left behind: ${String(error)}`)
  }
}

/** Several at a time. */
async function playAll(left: number[], bootstrap: string, brokers?: ChaosBrokers): Promise<void> {
  const workers = Array.from({ length: Number(values['at-once']) }, async () => {
    while (left.length > 0 && !interrupted.signal.aborted) {
      await play(left.shift()!, bootstrap, brokers)
    }
  })
  await Promise.all(workers)
}

/** False when a history failed, or a transaction is open in the end. */
async function run(): Promise<boolean> {
  const left = seedsLeft()
  const named = process.env[BROKERS_VARIABLE]
  if (named || left.length === 0) {
    if (named) await playAll(left, named)
    return summed([])
  }
  const brokers = await ChaosBrokers.open(Number(values.brokers), tell, interrupted.signal)
  try {
    await playAll(left, brokers.bootstrap, brokers)
    return summed(interrupted.signal.aborted ? [] : await brokers.hanging())
  } finally {
    await brokers.stop()
  }
}

function summed(hanging: readonly string[]): boolean {
  const { before, exact, failed, deeds } = tally
  const minutes = Math.round(performance.now() / 60_000)
  const earlier = before > 0 ? ` and ${before} before` : ''
  record(`${exact} exact${earlier}, ${failed.length} failed in ${minutes} min: ${deedsText(deeds)}`)
  if (failed.length > 0) record(`failed: seeds ${failed.join(', ')}`)
  if (hanging.length > 0) record(`transactions hang:\n${hanging.join('\n')}`)
  return failed.length === 0 && hanging.length === 0
}

try {
  const isGood = await run()
  process.exitCode = interrupted.signal.aborted ? 130 : isGood ? 0 : 1
} catch (error) {
  tell(`chaos: ${error instanceof Error ? error.message : String(error)}`)
  if (isFailure(error)) tell(`  → ${error.cure}`)
  process.exitCode = 1
}
