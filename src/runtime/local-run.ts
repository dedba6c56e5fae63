import { isFailure } from '../core/errors.ts'
import type { Clock } from '../port/clock.ts'
import type { RejectSink } from '../port/sink.ts'
import type { FrameSource, Source } from '../port/source.ts'
import type { OpenStateCache } from '../port/state-cache.ts'
import { Cadence } from './cadence.ts'
import { CombineLoop } from './combine-loop.ts'
import { CountRun, createIntake, createMerger } from './count-run.ts'
import { MemoryHandover } from './handover.ts'
import type { Intake } from './intake.ts'
import { GatheredGroups } from './lines/gathered-groups.ts'
import { LineCrew } from './lines/line-crew.ts'
import { lineThreads } from './lines/line-worker.ts'
import { reportMergers } from './merge-report.ts'
import type { CountSettings } from './settings.ts'

export interface LocalRunParts {
  readonly source: Source
  readonly settings: CountSettings
  readonly clock: Clock
  readonly openStateCache: OpenStateCache
  readonly rejects?: RejectSink
  readonly signal?: AbortSignal
  /** Threads that extract, when it is not this one; the module that each of them runs. */
  readonly threads?: { readonly threads: number; readonly entry: URL }
}

/**
 * Files and stdin: the same two stages in one process, nothing stored. The end of the input closes
 * every window; a stop leaves them provisional.
 */
export function runLocally(parts: LocalRunParts): CountRun {
  return new CountRun(run => work(parts, run), parts.signal)
}

async function work(parts: LocalRunParts, run: CountRun): Promise<void> {
  const { settings, clock } = parts
  const { report } = run
  const { id, name } = parts.source
  const cache = parts.openStateCache('merge')
  const merger = createMerger(
    { settings, sources: [id], partition: 0, tasks: 1, stored: false },
    cache
  )
  const groups = parts.threads && new GatheredGroups()
  const { intake, sanity } = createIntake({
    source: parts.source,
    settings,
    clock,
    arena: parts.source.arena,
    groupPartitions: 1,
    ...(groups && { groups })
  })
  const source = groups ? threaded(parts, intake, groups) : parts.source
  const emission = new Cadence(settings.emitEveryMs, clock.now())
  const commit = async (sayAll: boolean): Promise<void> => {
    emission.turn(clock.now())
    for (;;) {
      const begun = clock.now()
      const commit = merger.commit({ nowMs: begun, position: 0, sayAll })
      reportMergers(report, [merger])
      if (!commit) return
      report.commits++
      report.commitTimes.observe(clock.now() - begun)
      await run.push(commit.results)
      if (!commit.more) return
    }
  }
  report.sizes = settings.plan.begun.map(({ name }) => name)
  await source.open(new Map([...intake.combiners.keys()].map(partition => [partition, 0])))
  report.started = true
  try {
    await new CombineLoop({
      source,
      label: () => name,
      intake,
      handover: new MemoryHandover(merger, () => clock.now(), parts.rejects),
      clock,
      report,
      flushEveryMs: settings.flushEveryMs,
      afterPoll: async () => {
        if (emission.due(clock.now()) || merger.full) await commit(false)
      },
      enough: () => false,
      signal: run.signal
    }).run()
    if (!run.signal.aborted) {
      sanity.end()
      merger.end()
    }
    await commit(true)
  } catch (error) {
    if (isFailure(error, 'input-damaged', 'input-failed')) await commit(true)
    throw error
  } finally {
    await source.close()
    cache.close()
  }
}

/** The source as several threads extract it. */
function threaded(parts: LocalRunParts, intake: Intake, groups: GatheredGroups): FrameSource {
  const { source, settings, threads: chosen } = parts
  const pieces = source.pieces?.()
  if (!chosen || !pieces) return source
  // Functions do not go to threads: each makes its own of the zone's name.
  const { localTime: _, ...fields } = settings.fields
  return new LineCrew({
    pieces,
    threads: chosen.threads,
    start: lineThreads(chosen.entry, { fields, zone: settings.plan.zone }),
    groups,
    onRows: (columns, bytes, nextLine) => intake.rows(0, columns, bytes, nextLine)
  })
}
