import { Combiner } from '../combine/combiner.ts'
import { createExtractor } from '../extract/create.ts'
import type { Extractor } from '../extract/extractor.ts'
import { Merger } from '../merge/merger.ts'
import type { Clock } from '../port/clock.ts'
import type { Source } from '../port/source.ts'
import type { ResultRecord } from '../result/result-record.ts'
import { Intake } from './intake.ts'
import { RunReport } from './report.ts'
import { ResultQueue } from './result-queue.ts'
import { SanityCheck } from './sanity-check.ts'
import type { CountSettings } from './settings.ts'

/** A count under way: iterate it for the results, look at `report` for how it goes. */
export class CountRun implements AsyncIterable<ResultRecord> {
  readonly report: RunReport = new RunReport()
  private readonly queue = new ResultQueue()
  private readonly stopper = new AbortController()
  private readonly done: Promise<void>

  /** Starts `work`; an error in it ends the iteration with that error. */
  constructor(work: (run: CountRun) => Promise<void>, signal?: AbortSignal) {
    const stop = (): void => this.stop()
    if (signal?.aborted) stop()
    signal?.addEventListener('abort', stop)
    this.done = work(this)
      .then(
        () => this.queue.end(),
        (error: unknown) => this.queue.end(error ?? new Error('stopped'))
      )
      .finally(() => signal?.removeEventListener('abort', stop))
  }

  /** Aborts when `stop` was called. */
  get signal(): AbortSignal {
    return this.stopper.signal
  }

  /** Ends the run in order: a last flush, the last results, positions stored. */
  stop(): void {
    this.stopper.abort()
  }

  push(results: readonly ResultRecord[]): Promise<void> {
    return this.queue.push(results)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ResultRecord> {
    try {
      yield* this.queue
    } finally {
      // Leaving the loop early is a stop; nothing may keep running behind the caller's back.
      this.stop()
      this.queue.end()
      await this.done
    }
  }
}

export interface StageOneParts {
  readonly source: Pick<Source, 'id' | 'partitions'>
  readonly settings: CountSettings
  readonly clock: Clock
  /** Where each partition begins, with its clock's state when it goes on from a flush. */
  readonly positions: ReadonlyMap<number, { position: number; clockState?: Uint8Array }>
}

/** Extractor, combiners and the check of the first frames, wired to an intake. */
export function createIntake(parts: StageOneParts): { intake: Intake; sanity: SanityCheck } {
  const { source, settings, clock, positions } = parts
  const extractor: Extractor = createExtractor({ key: settings.key, time: settings.time })
  const sanity = new SanityCheck(extractor, settings.key, settings.time)
  const combiners = new Map<number, Combiner>()
  for (const [partition, { position, clockState }] of positions) {
    const combiner = new Combiner(
      {
        source: source.id,
        partition,
        partitions: source.partitions,
        sketch: settings.sketch,
        precision: settings.precision,
        waitMs: settings.waitMs,
        mask: settings.plan.mask
      },
      position,
      clockState
    )
    combiners.set(partition, combiner)
  }
  const intake = new Intake(
    extractor,
    combiners,
    () => clock.now(),
    (bytes, columns) => sanity.observe(bytes, columns)
  )
  return { intake, sanity }
}

export function createMerger(
  settings: CountSettings,
  sources: readonly string[],
  stored: boolean
): Merger {
  const { plan, sketch, precision, confidence, waitMs, provisional } = settings
  return new Merger({ plan, sketch, precision, confidence, waitMs, provisional, sources, stored })
}
