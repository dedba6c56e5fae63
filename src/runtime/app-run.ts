import { failure } from '../core/errors.ts'
import type { Merger } from '../merge/merger.ts'
import type { Clock } from '../port/clock.ts'
import type { AppLog, Membership } from '../port/log.ts'
import type { Source } from '../port/source.ts'
import { CombineLoop } from './combine-loop.ts'
import { CountRun, createIntake, createMerger, type StageOneParts } from './count-run.ts'
import { LogHandover } from './log-handover.ts'
import { MergeLoop } from './merge-loop.ts'
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
  const { settings, clock } = parts
  const { source, log } = ports
  const merger = createMerger(settings, [source.id], true)
  const mergeLoop = new MergeLoop({
    log,
    partition: 0,
    merger,
    membership: ports.merge,
    clock,
    report: run.report,
    emitEveryMs: settings.emitEveryMs,
    onResults: results => run.push(results)
  })
  const restored = await mergeLoop.restore()
  if (restored > 0) run.report.notes.push(`restored ${restored} state records`)
  const positions = await startPositions(ports, merger, run.report.notes)
  const { intake, sanity } = createIntake({ source, settings, clock, positions })
  // An app that has counted before was right once: bad frames later on must not keep it from starting.
  if (restored > 0) sanity.trust()
  await source.open(new Map([...positions].map(([index, { position }]) => [index, position])))
  run.report.started = true
  const failed = new AbortController()
  let loss: Error | undefined
  ports.onLoss(error => {
    loss = error
    failed.abort()
  })
  const combineLoop = new CombineLoop({
    source,
    intake,
    handover: new LogHandover(log, ports.combine),
    clock,
    report: run.report,
    flushEveryMs: settings.flushEveryMs,
    enough: () => parts.exitAtEnd && intake.reachedFirstEnd,
    signal: AbortSignal.any([run.signal, failed.signal])
  })
  const merging = mergeLoop.run().catch((error: unknown) => {
    failed.abort()
    throw error
  })
  // It is awaited below; until then a failure must not count as unhandled.
  merging.catch(() => undefined)
  try {
    await combineLoop.run()
    if (loss) throw loss
    if (parts.exitAtEnd && !run.signal.aborted) sanity.end()
    mergeLoop.drain()
  } catch (error) {
    mergeLoop.stop()
    await merging.catch(() => undefined)
    throw error
  } finally {
    await source.close()
  }
  await merging
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
