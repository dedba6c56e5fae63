import type { Accounting } from '../../combine/accounting.ts'
import { assert } from '../../core/assert.ts'
import { failure } from '../../core/errors.ts'
import type { Clock } from '../../port/clock.ts'
import type { StateCache } from '../../port/state-cache.ts'
import { type CountOptions, countSettings } from '../../runtime/count.ts'
import { type Extracted, Extraction } from './extraction.ts'
import { type KeySample, keySample } from './key-sample.ts'
import { clockPass, type PipelineAnswer, pipelinePass } from './pipeline-pass.ts'
import { type Pass, runRounds } from './rounds.ts'
import { type Sample, sampleBytes } from './sample.ts'
import type { Stopwatch } from './stopwatch.ts'
import { lineSource, wholeCount } from './whole-count.ts'

export interface BenchParts {
  readonly sample: Sample
  readonly counting: Omit<CountOptions, 'source'>
  readonly clock: Clock
  readonly stopwatch: Stopwatch
  readonly openStateCache: () => StateCache
  readonly signal: AbortSignal
  readonly onLap: (round: number) => void
}

/** What is read once in less than this cannot be told from the start of reading. */
const RECEIVED_MIN = 4 * 1_048_576

/** What a frame goes through, in this order. */
export const stages = [
  'receive',
  'crc',
  'decompress',
  'extract',
  'hash',
  'clock',
  'sketch',
  'merge',
  'emit'
] as const

export type Stage = (typeof stages)[number]

export interface BenchResult {
  readonly sample: Sample
  readonly frames: number
  /** Microseconds for the whole sample; stages that it has not, or that cannot be told apart, are missing. */
  readonly stages: ReadonlyMap<Stage, number>
  /** A count of the sample by the product's own loops, without receiving. */
  readonly wholeUs: number
  /** Frames that the kernel left to the plain twin; undefined where no kernel takes the options. */
  readonly leftFrames: number | undefined
  readonly answer: PipelineAnswer
}

/**
 * Runs the parts of a count over a sample, and a whole count beside them; the answers are held against each
 * other. @throws sample-empty, nothing-counted, and why the signal aborts
 */
export async function measureSample(parts: BenchParts): Promise<BenchResult> {
  const { sample, stopwatch: cpu, signal, openStateCache, clock } = parts
  const settings = countSettings({ ...parts.counting, provisional: 'at-stop' })
  const extraction = new Extraction(sample, settings)
  const extracted = extraction.keep()
  const leftFrames = extraction.leftRows
  const frames = extracted.reduce((total, { columns }) => total + columns.count, 0)
  if (frames === 0) throw failure('sample-empty', { name: sample.name })
  const keys = keySample(extracted, settings, cpu)
  const partitions = sample.kind === 'lines' ? 1 : sample.partitions
  const nowMs = (): number => clock.now()
  const pipeline = { extracted, partitions, settings, openStateCache, nowMs, cpu }
  const { source, passes } = await beforeExtraction(sample, cpu)
  let answer: PipelineAnswer | undefined
  let whole: Accounting | undefined
  const timed = (part: string, work: () => void): Pass => {
    return note => {
      const started = cpu()
      work()
      note(part, cpu() - started)
    }
  }
  const times = await runRounds(
    [
      ...passes,
      timed('extract', () => extraction.pass()),
      ...(keys ? [keys.pass] : []),
      timed('clock', () => clockPass(pipeline)),
      note => {
        answer = pipelinePass(pipeline, note)
      },
      async note => {
        const cache = openStateCache()
        const started = cpu()
        const counting = { ...parts, source, openStateCache: () => cache }
        whole = (await wholeCount(counting)).accounting
        note('whole', cpu() - started)
      }
    ],
    {
      cpu,
      nowMs,
      onLap: round => {
        if (signal.aborted) throw signal.reason
        parts.onLap(round)
      }
    }
  )
  if (signal.aborted) throw signal.reason
  assert(
    answer && whole && isSame(answer.accounting, whole),
    'the parts count what the whole counts'
  )
  return {
    sample,
    frames,
    stages: stagesOf(times, sample, extracted, keys),
    wholeUs: times.get('whole')!,
    leftFrames,
    answer
  }
}

async function beforeExtraction(sample: Sample, cpu: Stopwatch) {
  if (sample.kind === 'lines') return { source: lineSource(sample), passes: [] }
  // Loaded only here: files and pipes need nothing of the Kafka client.
  const { batchPasses, batchSource } = await import('./batch-stages.ts')
  return { source: batchSource(sample), passes: batchPasses(sample, cpu) }
}

/** From what was measured to what the stages cost: some are differences. */
function stagesOf(
  times: ReadonlyMap<string, number>,
  sample: Sample,
  extracted: readonly Extracted[],
  keys: KeySample | undefined
): ReadonlyMap<Stage, number> {
  const found = new Map<Stage, number>()
  const take = (stage: Stage, microseconds: number | undefined): void => {
    if (microseconds !== undefined) found.set(stage, Math.max(0, microseconds))
  }
  const { reception } = sample
  if (reception && reception.bytes >= RECEIVED_MIN) {
    const stored = sample.kind === 'lines' ? sampleBytes(sample) : sample.storedBytes
    take('receive', (reception.microseconds * stored) / reception.bytes)
  }
  take('crc', times.get('crc'))
  take('decompress', times.get('decompress'))
  const hash = keys && (times.get('hash')! / keys.count) * hashedFrames(extracted)
  take('extract', times.get('extract')! - (hash ?? 0))
  take('hash', hash)
  take('clock', times.get('clock'))
  take('sketch', times.get('combine')! - times.get('clock')!)
  take('merge', times.get('merge'))
  take('emit', times.get('emit'))
  return found
}

/** Frames with a key whose hash was needed. */
function hashedFrames(extracted: readonly Extracted[]): number {
  let frames = 0
  for (const { columns } of extracted) {
    for (let row = 0; row < columns.count; row++) if (columns.verdict[row] === 0) frames++
  }
  return frames
}

function isSame(parts: Accounting, whole: Accounting): boolean {
  return (
    parts.read === whole.read &&
    parts.late === whole.late &&
    parts.suspended === whole.suspended &&
    parts.byVerdict.every((frames, code) => frames === whole.byVerdict[code])
  )
}
