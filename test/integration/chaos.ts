import { parseArgs } from 'node:util'
import { testBroker } from '../../scripts/test-run/test-broker.ts'
import { isFailure } from '../../src/core/errors.ts'
import { ChaosHistory } from './chaos-history.ts'
import { CountingPlace } from './counting.ts'

/**
 * Histories of instances that are killed, paused, stopped and started, each from its seed:
 *
 *     npm run chaos -- --seeds 1..200 --frames 1000000 --seconds 20 --at-once 2
 *
 * One line a seed; a failure has its story, and the run goes on. It starts a broker of its own unless
 * HEADCOUNT_TEST_BROKERS names one.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1..200' },
    frames: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '20' },
    'at-once': { type: 'string', default: '2' }
  }
})

function tell(line: string): void {
  process.stdout.write(`${line}\n`)
}

const interrupted = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupted.abort())

/** `7` or `1..200`. */
function seedsOf(text: string): number[] {
  const [first, last = first] = text.split('..').map(Number)
  const isRange = Number.isInteger(first) && Number.isInteger(last) && first! <= last!
  if (!isRange) throw new Error(`--seeds takes 7 or 1..200, not ${text}`)
  return Array.from({ length: last! - first! + 1 }, (_, index) => first! + index)
}

async function playOne(place: CountingPlace, seed: number): Promise<boolean> {
  const lastsMs = Number(values.seconds) * 1_000
  const history = new ChaosHistory(place, { seed, frames: Number(values.frames), lastsMs })
  const begun = performance.now()
  const verdict = (text: string): string =>
    `seed ${seed}: ${text}, ${((performance.now() - begun) / 1_000).toFixed(1)} s`
  try {
    await history.run()
    tell(`${verdict('exact')}; ${history.deeds}`)
    return true
  } catch (error) {
    tell(`${verdict('FAILED')}\n${error instanceof Error ? error.message : String(error)}`)
    return false
  }
}

/** Several at a time; the seeds that failed. */
async function playAll(brokers: string): Promise<number[]> {
  const left = seedsOf(values.seeds)
  const failed: number[] = []
  const workers = Array.from({ length: Number(values['at-once']) }, async () => {
    const place = await CountingPlace.open(brokers)
    try {
      for (let seed = left.shift(); seed && !interrupted.signal.aborted; seed = left.shift()) {
        if (!(await playOne(place, seed))) failed.push(seed)
      }
    } finally {
      await place.close()
    }
  })
  await Promise.all(workers)
  return failed
}

try {
  const broker = await testBroker(interrupted.signal)
  if ('missing' in broker) throw new Error(`no broker: ${broker.missing}`)
  try {
    const failed = await playAll(broker.brokers)
    if (failed.length > 0) tell(`failed: seeds ${failed.join(', ')}`)
    process.exitCode = failed.length > 0 ? 1 : 0
  } finally {
    await broker.stop()
  }
} catch (error) {
  tell(`chaos: ${error instanceof Error ? error.message : String(error)}`)
  if (isFailure(error)) tell(`  → ${error.cure}`)
  process.exitCode = 1
}
