import { failure } from '../core/errors.ts'
import type { Clock } from '../port/clock.ts'
import type { OpenStateCache } from '../port/state-cache.ts'
import type { AppPorts, AppSource } from './app-ports.ts'
import { CountRun } from './count-run.ts'
import { joined, once } from './joining.ts'
import { MergeOwner } from './merge-owner.ts'
import { mergedOrOurs } from './merged-watch.ts'
import { runStageOne, type StageOneRunParts } from './stage-one.ts'

/** The stages of an instance. */
export type Role = 'combine' | 'merge' | 'both'

/** How long a stop may wait for brokers, and closing after that. */
const STOP_MS = 10_000
const CLOSE_MS = 5_000

export interface AppRunParts extends StageOneRunParts {
  readonly source: AppSource
  readonly openStateCache: OpenStateCache
  /** Which stages this instance runs: `both` unless others run one of them. */
  readonly role: Role
  readonly signal?: AbortSignal
}

/** Both stages over Kafka, in one process: restore, resume, count until stopped. */
export function runApp(parts: AppRunParts): CountRun {
  return new CountRun(run => work(parts, run), parts.signal)
}

async function work(parts: AppRunParts, run: CountRun): Promise<void> {
  const ports = await parts.source.attach(parts.settings)
  const { plan = parts.settings.plan } = ports
  const inForce = { ...parts, settings: { ...parts.settings, plan } }
  const ended = new AbortController()
  try {
    await Promise.race([
      countApp(ports, inForce, run, ended.signal),
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

async function countApp(
  ports: AppPorts,
  parts: AppRunParts,
  run: CountRun,
  ended: AbortSignal
): Promise<void> {
  const { settings, clock } = parts
  const { source, log } = ports
  const { report } = run
  report.sizes = settings.plan.begun.map(({ name }) => name)
  const begun = clock.now()
  const failed = new AbortController()
  let trouble: unknown
  const fail = (error: unknown): void => {
    trouble ??= error
    failed.abort()
  }
  const following = new AbortController()
  const followed = ports.followInputs?.(following.signal).catch(fail)
  const stageTwo = new MergeOwner({
    log,
    membership: ports.merge,
    settings,
    inputs: source.inputs,
    clock,
    report,
    openStateCache: parts.openStateCache,
    transactions: partition => ports.mergeTransactions(partition),
    onResults: results => run.push(results),
    onFailure: fail
  })
  // A task that is being restored would go on without its readers, for ever.
  ended.addEventListener('abort', () => void stageTwo.stop())
  try {
    if (parts.role !== 'combine') {
      ports.merge.onChange(partitions => stageTwo.assign(partitions))
      ports.merge.onRevoke(partitions => stageTwo.release(partitions))
      stageTwo.assign(await joined(ports.merge, run.signal))
      await Promise.race([restored(stageTwo, run.signal), once(failed.signal)])
      if (failed.signal.aborted) throw trouble
      if (stageTwo.restored > 0) report.notes.push(`restored ${stageTwo.restored} state records`)
    }
    const signal = AbortSignal.any([run.signal, failed.signal])
    let gone: unknown
    if (parts.role !== 'merge') gone = await runStageOne(ports, parts, run, signal)
    else {
      report.started = true
      await once(signal)
    }
    if (failed.signal.aborted) throw trouble
    if (parts.exitAtEnd && parts.role === 'both' && !gone)
      await mergedOrOurs(ports, clock, begun, signal)
    await stageTwo.drain()
    if (failed.signal.aborted) throw trouble
    if (gone) throw gone
  } finally {
    following.abort()
    await followed
    await stageTwo.stop()
    await source.close()
  }
}

/** Resolves when stage 2 has its state back; a stop ends the wait, however much is left to read. */
async function restored(stageTwo: MergeOwner, stop: AbortSignal): Promise<void> {
  const isDone = stageTwo.settled().then(() => true)
  if (await Promise.race([isDone, once(stop).then(() => false)])) return
  const state = 'stopped while it read its state back; the next start reads it again'
  throw failure('interrupted', { state })
}
