import { failure } from '../core/errors.ts'
import type { Merger } from '../merge/merger.ts'
import type { Clock } from '../port/clock.ts'
import type { AppLog, Membership } from '../port/log.ts'
import type { Source } from '../port/source.ts'
import type { OpenStateCache, StateCache } from '../port/state-cache.ts'
import { CombineLoop } from './combine-loop.ts'
import { CountRun, createIntake, createMerger, type StageOneParts } from './count-run.ts'
import { LogHandover } from './log-handover.ts'
import { MergeLoop } from './merge-loop.ts'
import { reportMergers } from './merge-report.ts'
import type { CountSettings } from './settings.ts'

/** How long a stop may wait for brokers, and closing after that. */
const STOP_MS = 10_000
const CLOSE_MS = 5_000

/** Everything an app's run needs of Kafka, behind ports. */
export interface AppPorts {
  readonly source: Source
  readonly log: AppLog
  /** Consumer group of stage 1, over the input's partitions. */
  readonly combine: Membership
  /** Consumer group of stage 2, over the partials' partitions. */
  readonly merge: Membership
  /** First offset to read of a partition nobody has read before. */
  startOf(partition: number): Promise<number>
  /** Offset at which reading ends; without it reading goes on. */
  endOf?(partition: number): Promise<number>
  /** For the notes: what a first start begins with (`earliest`, a time …). */
  readonly from: string
  /** Called when the consumer groups give partitions to somebody else. */
  onLoss(listener: (error: Error) => void): void
  close(): Promise<void>
}

/** A topic with an app around it: the state, the results and the positions live in Kafka. */
export interface AppSource {
  /** Makes or checks the app's topics and joins its consumer groups. */
  attach(settings: CountSettings, signal: AbortSignal): Promise<AppPorts>
}

export interface AppRunParts {
  readonly source: AppSource
  readonly settings: CountSettings
  readonly clock: Clock
  readonly openStateCache: OpenStateCache
  /** Stop when every partition has reached the end that it had at the start. */
  readonly exitAtEnd: boolean
  readonly signal?: AbortSignal
}

/** Both stages over Kafka, in one process: restore, resume, count until stopped. */
export function runApp(parts: AppRunParts): CountRun {
  return new CountRun(run => work(parts, run), parts.signal)
}

async function work(parts: AppRunParts, run: CountRun): Promise<void> {
  const ports = await parts.source.attach(parts.settings, run.signal)
  const ended = new AbortController()
  try {
    await Promise.race([
      countApp(ports, parts, run),
      stopLimit(parts.clock, run.signal, ended.signal)
    ])
  } finally {
    ended.abort()
    const closed = new AbortController()
    await Promise.race([ports.close(), parts.clock.sleep(CLOSE_MS, closed.signal)])
    closed.abort()
  }
}

/** Fails when a stop takes too long, because a broker that is away holds the last flush up. */
async function stopLimit(clock: Clock, stop: AbortSignal, ended: AbortSignal): Promise<never> {
  if (!stop.aborted) await once(stop)
  await clock.sleep(STOP_MS, ended)
  const state = 'the brokers are away; what was not stored is read again by the next start'
  throw failure('interrupted', { state })
}

function once(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
}

async function countApp(ports: AppPorts, parts: AppRunParts, run: CountRun): Promise<void> {
  const caches: StateCache[] = []
  try {
    await countWith(ports, parts, run, task => {
      const cache = parts.openStateCache(task)
      caches.push(cache)
      return cache
    })
  } finally {
    for (const cache of caches) cache.close()
  }
}

async function countWith(
  ports: AppPorts,
  parts: AppRunParts,
  run: CountRun,
  openStateCache: OpenStateCache
): Promise<void> {
  const { settings, clock } = parts
  const { source } = ports
  const { report } = run
  report.sizes = settings.plan.asked.map(({ name }) => name)
  const { mergers, loops } = createStageTwo(ports, parts, run, openStateCache)
  const restored = (await Promise.all(loops.map(loop => loop.restore()))).reduce(sum, 0)
  if (restored > 0) report.notes.push(`restored ${restored} state records`)
  const positions = await startPositions(ports, mergers[0]!, report.notes)
  const groupPartitions = mergers.length
  const ends = await endOffsets(ports)
  const { intake, sanity } = createIntake({
    source,
    settings,
    clock,
    positions,
    ends,
    groupPartitions
  })
  // An app that has counted before was right once: bad frames later on must not keep it from starting.
  if (restored > 0) sanity.trust()
  await source.open(intake.readPositions)
  report.started = true
  const failed = new AbortController()
  let loss: Error | undefined
  ports.onLoss(error => {
    loss = error
    failed.abort()
  })
  const combineLoop = new CombineLoop({
    source,
    intake,
    handover: new LogHandover(ports.log, ports.combine),
    clock,
    report,
    flushEveryMs: settings.flushEveryMs,
    enough: () => intake.reachedEnds || (parts.exitAtEnd && intake.reachedFirstEnd),
    signal: AbortSignal.any([run.signal, failed.signal])
  })
  const merging = Promise.all(loops.map(loop => loop.run())).catch((error: unknown) => {
    failed.abort()
    for (const loop of loops) loop.stop()
    throw error
  })
  // It is awaited below; until then a failure must not count as unhandled.
  merging.catch(() => undefined)
  try {
    await combineLoop.run()
    if (loss) throw loss
    if (parts.exitAtEnd && !run.signal.aborted) sanity.end()
    for (const loop of loops) loop.drain()
  } catch (error) {
    for (const loop of loops) loop.stop()
    await merging.catch(() => undefined)
    throw error
  } finally {
    await source.close()
  }
  await merging
}

/** One task for each partition of partials: all of them in this process. */
function createStageTwo(
  ports: AppPorts,
  parts: AppRunParts,
  run: CountRun,
  openStateCache: OpenStateCache
): { mergers: Merger[]; loops: MergeLoop[] } {
  const { settings, clock } = parts
  const tasks = ports.log.partitions('partials')
  const mergers: Merger[] = []
  const loops: MergeLoop[] = []
  for (let partition = 0; partition < tasks; partition++) {
    const sources = [ports.source.id]
    const task = { settings, sources, partition, tasks, stored: true }
    const merger = createMerger(task, openStateCache(`merge-${partition}`))
    mergers.push(merger)
    loops.push(
      new MergeLoop({
        log: ports.log,
        partition,
        merger,
        membership: ports.merge,
        clock,
        report: run.report,
        emitEveryMs: settings.emitEveryMs,
        onResults: results => run.push(results),
        onCommit: () => reportMergers(run.report, mergers)
      })
    )
  }
  return { mergers, loops }
}

function sum(left: number, right: number): number {
  return left + right
}

/** Where reading ends, by partition; empty when it goes on. */
async function endOffsets(ports: AppPorts): Promise<Map<number, number>> {
  const ends = new Map<number, number>()
  for (let partition = 0; ports.endOf && partition < ports.source.partitions; partition++) {
    ends.set(partition, await ports.endOf(partition))
  }
  return ends
}

/** The committed offset with its clock; without one the newest stored mark; else `--from`. */
async function startPositions(
  ports: AppPorts,
  merger: Merger,
  notes: string[]
): Promise<StageOneParts['positions']> {
  const positions = new Map<number, { position: number; clockState?: Uint8Array }>()
  const fresh: number[] = []
  for (let partition = 0; partition < ports.source.partitions; partition++) {
    const committed = await ports.combine.committed(partition)
    const mark = merger.mark(ports.source.id, partition)
    if (committed) {
      const clockState = Uint8Array.from(Buffer.from(committed.metadata, 'base64'))
      positions.set(partition, { position: committed.offset, clockState })
    } else if (mark) {
      notes.push(`partition ${partition} goes on at its newest mark, offset ${mark.range.to}`)
      positions.set(partition, { position: mark.range.to, clockState: mark.clockState })
    } else {
      fresh.push(partition)
      positions.set(partition, { position: await ports.startOf(partition) })
    }
  }
  if (fresh.length > 0) {
    const which =
      fresh.length === ports.source.partitions ? 'the topic' : `partitions ${fresh.join(', ')}`
    notes.push(`first start: reading ${which} from ${ports.from}`)
  } else {
    notes.push('goes on where it stopped')
  }
  return positions
}
