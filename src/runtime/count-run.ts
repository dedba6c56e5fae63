import { Combiner } from '../combine/combiner.ts'
import type { Arena } from '../core/arena.ts'
import { limits } from '../core/limits.ts'
import { createExtractor } from '../extract/create.ts'
import type { Extractor } from '../extract/extractor.ts'
import { Merger } from '../merge/merger.ts'
import type { Clock } from '../port/clock.ts'
import type { Source } from '../port/source.ts'
import type { StateCache } from '../port/state-cache.ts'
import type { Emission, ResultRecord } from '../result/result-record.ts'
import { Intake, type IntakeGroups } from './intake.ts'
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
        (error: unknown) => {
          this.report.failed = true
          this.queue.end(error ?? new Error('stopped'))
        }
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

  push(results: readonly Emission[]): Promise<void> {
    for (const { record } of results) this.report.results[record.status]++
    return this.queue.push(results.map(({ record }) => record))
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
  /** A source that is read whole, from its beginning; without it partitions come later. */
  readonly source?: Pick<Source, 'id' | 'partitions'>
  readonly settings: CountSettings
  /** Offsets at which reading ends, where it ends before the input does. */
  readonly ends?: ReadonlyMap<number, number>
  /** Partitions of partials that groups are spread over. */
  readonly groupPartitions: number
  readonly clock: Clock
  /** Where the bytes of the source lie. */
  readonly arena?: Arena | undefined
  /** Of rows that are extracted elsewhere: then nothing is extracted here. */
  readonly groups?: IntakeGroups
}

/** Extractor, combiners and the check of the first frames, wired to an intake. */
export function createIntake(parts: StageOneParts): { intake: Intake; sanity: SanityCheck } {
  const { source, settings, clock } = parts
  const { fields } = settings
  const extractor: Extractor = createExtractor(
    { ...fields, groupPartitions: parts.groupPartitions },
    {},
    parts.groups && 'plain',
    parts.arena
  )
  const { groups = extractor.groups } = parts
  const sanity = new SanityCheck(extractor, fields)
  const combiners = new Map<number, Combiner>()
  const { id = '', partitions = 0 } = source ?? {}
  for (let partition = 0; partition < partitions; partition++) {
    const options = { ...settings, source: id, partition, partitions }
    combiners.set(partition, new Combiner(options, groups, 0))
  }
  const intake = new Intake(
    extractor,
    combiners,
    parts.ends ?? new Map(),
    () => clock.now(),
    (bytes, columns) => sanity.observe(bytes, columns),
    groups
  )
  return { intake, sanity }
}

export interface MergerParts {
  readonly settings: CountSettings
  /** Ids of the input topics or files. */
  readonly sources: readonly string[]
  /** The partials partition of this task, and how many tasks share the process. */
  readonly partition: number
  readonly tasks: number
  readonly stored: boolean
}

export function createMerger(parts: MergerParts, cache: StateCache): Merger {
  const { settings, sources, partition, tasks, stored } = parts
  const { plan, sketch, precision, confidence, waitMs, maxHoldMs } = settings
  const { provisional, maxGroups } = settings
  const kept = { plan, sketch, precision, confidence }
  const options = { ...kept, waitMs, maxHoldMs, provisional, maxGroups }
  return new Merger(
    {
      ...options,
      by: settings.fields.by ?? [],
      partition,
      maxStateBytes: settings.maxStateBytes / tasks,
      memoryBytes: limits.liveSketchBytesMax / tasks,
      sources,
      stored
    },
    cache
  )
}
