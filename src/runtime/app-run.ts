import { failure } from '../core/errors.ts'
import type { Clock } from '../port/clock.ts'
import type { AppLog, Membership } from '../port/log.ts'
import type { SharedSource } from '../port/source.ts'
import type { OpenStateCache } from '../port/state-cache.ts'
import type { Transactional } from '../port/transaction.ts'
import { CombineLoop } from './combine-loop.ts'
import { CombineOwner } from './combine-owner.ts'
import { CountRun, createIntake } from './count-run.ts'
import { GoalWatch } from './goal-watch.ts'
import { MergeOwner } from './merge-owner.ts'
import type { CountSettings } from './settings.ts'

/** The stages of an instance. */
export type Role = 'combine' | 'merge' | 'both'

/** How long a stop may wait for brokers, and closing after that. */
const STOP_MS = 10_000
const CLOSE_MS = 5_000
/** Until a group has given a dead member's partitions to others. */
const SESSION_SPARE_MS = 3_000

/** Everything an app's run needs of Kafka, behind ports. */
export interface AppPorts {
  readonly source: SharedSource
  readonly log: AppLog
  /** Consumer group of stage 1, over the input's partitions. */
  readonly combine: Membership
  /** Consumer group of stage 2, over the partials' partitions. */
  readonly merge: Membership
  /** The transactions of one task of each stage; a new object each time. */
  combineTransactions(partition: number): Transactional
  mergeTransactions(partition: number): Transactional
  /** First offset to read of a partition nobody has read before. */
  startOf(partition: number): Promise<number>
  /** Offset behind the newest record that can be read now. */
  latestOf(partition: number): Promise<number>
  /** Offset at which reading ends; without it reading goes on. */
  endOf?(partition: number): Promise<number>
  /** Silence in ms after which the groups drop a member. */
  readonly sessionMs: number
  /** For the notes: what a first start begins with (`earliest`, a time …). */
  readonly from: string
  close(): Promise<void>
}

/** A topic with an app around it: the state, the results and the positions live in Kafka. */
export interface AppSource {
  /** Makes or checks the app's topics. */
  attach(settings: CountSettings): Promise<AppPorts>
}

export interface AppRunParts {
  readonly source: AppSource
  readonly settings: CountSettings
  readonly clock: Clock
  readonly openStateCache: OpenStateCache
  /** Which stages this instance runs: `both` unless others run one of them. */
  readonly role: Role
  /** Stop when every partition has reached the end that it had at the start, whoever counts it. */
  readonly exitAtEnd: boolean
  readonly signal?: AbortSignal
}

/** Both stages over Kafka, in one process: restore, resume, count until stopped. */
export function runApp(parts: AppRunParts): CountRun {
  return new CountRun(run => work(parts, run), parts.signal)
}

async function work(parts: AppRunParts, run: CountRun): Promise<void> {
  const ports = await parts.source.attach(parts.settings)
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
  if (signal.aborted) return Promise.resolve()
  return new Promise(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
}

async function countApp(ports: AppPorts, parts: AppRunParts, run: CountRun): Promise<void> {
  const { settings, clock } = parts
  const { source, log } = ports
  const { report } = run
  report.sizes = settings.plan.asked.map(({ name }) => name)
  const begun = clock.now()
  const failed = new AbortController()
  let trouble: unknown
  const stageTwo = new MergeOwner({
    log,
    membership: ports.merge,
    settings,
    sources: [source.id],
    clock,
    report,
    openStateCache: parts.openStateCache,
    transactions: partition => ports.mergeTransactions(partition),
    onResults: results => run.push(results),
    onFailure: error => {
      trouble ??= error
      failed.abort()
    }
  })
  try {
    if (parts.role !== 'combine') {
      ports.merge.onChange(partitions => stageTwo.assign(partitions))
      ports.merge.onRevoke(partitions => stageTwo.release(partitions))
      stageTwo.assign(await joined(ports.merge, run.signal))
      await Promise.race([stageTwo.settled(), once(failed.signal)])
      if (failed.signal.aborted) throw trouble
      if (stageTwo.restored > 0) report.notes.push(`restored ${stageTwo.restored} state records`)
    }
    const signal = AbortSignal.any([run.signal, failed.signal])
    if (parts.role !== 'merge') await combine(ports, parts, run, signal)
    else {
      report.started = true
      await once(signal)
    }
    if (failed.signal.aborted) throw trouble
    if (parts.exitAtEnd && parts.role === 'both') await mergedOrOurs(ports, clock, begun, signal)
    await stageTwo.drain()
    if (failed.signal.aborted) throw trouble
  } finally {
    await stageTwo.stop()
    await source.close()
  }
}

/** Joins; a stop ends the wait for members that may be dead. */
async function joined(membership: Membership, stop: AbortSignal): Promise<readonly number[]> {
  const partitions = await Promise.race([membership.join(), once(stop).then(() => undefined)])
  if (partitions) return partitions
  throw failure('interrupted', { state: 'stopped before the count began' })
}

/** Stage 1 until it is told to stop, or has read what it was asked for. */
async function combine(
  ports: AppPorts,
  parts: AppRunParts,
  run: CountRun,
  signal: AbortSignal
): Promise<void> {
  const { settings, clock } = parts
  const { source, log } = ports
  const ends = await offsetsOf(ports, at => ports.endOf?.(at))
  const { intake, sanity } = createIntake({
    source,
    settings,
    clock,
    positions: new Map(),
    ends,
    groupPartitions: log.partitions('partials')
  })
  const stageOne = new CombineOwner({
    source,
    log,
    intake,
    membership: ports.combine,
    settings,
    clock,
    report: run.report,
    transactions: partition => ports.combineTransactions(partition),
    startOf: partition => ports.startOf(partition),
    from: ports.from
  })
  try {
    ports.combine.onChange(partitions => stageOne.assign(partitions))
    ports.combine.onRevoke(partitions => stageOne.release(partitions))
    await source.open(new Map())
    stageOne.assign(await joined(ports.combine, run.signal))
    await stageOne.turn(async () => {})
    const watch = new GoalWatch({
      goals: await goalsOf(ports, parts.exitAtEnd, ends),
      membership: ports.combine,
      clock,
      position: partition => intake.combiners.get(partition)?.position
    })
    const isBounded = parts.exitAtEnd || ends.size > 0
    if (isBounded) watch.start(() => source.wake())
    if (stageOne.resumed) {
      run.report.notes.push('goes on where it stopped')
      // An app that has counted before was right once: bad frames later on must not keep it from starting.
      sanity.trust()
    }
    run.report.started = true
    await new CombineLoop({
      source,
      intake,
      handover: stageOne,
      clock,
      report: run.report,
      flushEveryMs: settings.flushEveryMs,
      beforePoll: flush => stageOne.turn(flush),
      enough: () => isBounded && watch.isOver,
      signal
    }).run()
    await watch.stop()
    if (parts.exitAtEnd && !run.signal.aborted) sanity.end()
    await stageOne.close()
    // Others go on with our partitions while we say our last words.
    await ports.combine.leave()
  } finally {
    await stageOne.close()
  }
}

/** An offset of each input partition that has one. */
async function offsetsOf(
  { source }: AppPorts,
  offsetOf: (partition: number) => Promise<number> | undefined
): Promise<Map<number, number>> {
  const offsets = new Map<number, number>()
  for (let partition = 0; partition < source.partitions; partition++) {
    const offset = await offsetOf(partition)
    if (offset !== undefined) offsets.set(partition, offset)
  }
  return offsets
}

/** What stage 1 has sent is merged by others, or will be by us: the tasks of a dead instance come late. */
async function mergedOrOurs(
  ports: AppPorts,
  clock: Clock,
  begun: number,
  signal: AbortSignal
): Promise<void> {
  const { log, merge } = ports
  // What a dead instance has merged it has not said yet.
  const othersFrom = begun + ports.sessionMs + SESSION_SPARE_MS
  const goals = new Map<number, number>()
  for (let partition = 0; partition < log.partitions('partials'); partition++) {
    goals.set(partition, (await log.bounds('partials', partition, 'written')).end)
  }
  const position = (partition: number): number | undefined =>
    merge.seat(partition) ? Number.POSITIVE_INFINITY : undefined
  const watch = new GoalWatch({ goals, membership: merge, clock, position, othersFrom })
  const over = new Promise<void>(resolve => watch.start(resolve))
  await Promise.race([over, once(signal)])
  await watch.stop()
}

/** Where stage 1 has done what it was asked for, by partition. */
async function goalsOf(
  ports: AppPorts,
  exitAtEnd: boolean,
  ends: ReadonlyMap<number, number>
): Promise<ReadonlyMap<number, number>> {
  if (!exitAtEnd) return ends
  const latest = await offsetsOf(ports, at => ports.latestOf(at))
  return new Map([...latest].map(([at, goal]) => [at, Math.min(goal, ends.get(at) ?? goal)]))
}
