import { isFailure } from '../core/errors.ts'
import type { Clock } from '../port/clock.ts'
import type { RejectSink } from '../port/sink.ts'
import type { Source } from '../port/source.ts'
import type { OpenStateCache } from '../port/state-cache.ts'
import { Cadence } from './cadence.ts'
import { CombineLoop } from './combine-loop.ts'
import { CountRun, createIntake, createMerger } from './count-run.ts'
import { MemoryHandover } from './handover.ts'
import { reportMergers } from './merge-report.ts'
import type { CountSettings } from './settings.ts'

export interface LocalRunParts {
  readonly source: Source
  readonly settings: CountSettings
  readonly clock: Clock
  readonly openStateCache: OpenStateCache
  readonly rejects?: RejectSink
  readonly signal?: AbortSignal
}

/**
 * Files and stdin: the same two stages in one process, nothing stored. The end of the input closes
 * every window; a stop leaves them provisional.
 */
export function runLocally(parts: LocalRunParts): CountRun {
  return new CountRun(run => work(parts, run), parts.signal)
}

async function work(parts: LocalRunParts, run: CountRun): Promise<void> {
  const { source, settings, clock } = parts
  const { report } = run
  const cache = parts.openStateCache('merge')
  const merger = createMerger(
    { settings, sources: [source.id], partition: 0, tasks: 1, stored: false },
    cache
  )
  const { intake, sanity } = createIntake({ source, settings, clock, groupPartitions: 1 })
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
      label: () => source.name,
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
