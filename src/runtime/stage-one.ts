import { isFailure } from '../core/errors.ts'
import { sourceKey } from '../merge/range-check.ts'
import type { Clock } from '../port/clock.ts'
import { AlignmentGate } from './alignment-gate.ts'
import type { AppPorts } from './app-ports.ts'
import { CombineLoop } from './combine-loop.ts'
import { CombineOwner } from './combine-owner.ts'
import { type CountRun, createIntake } from './count-run.ts'
import { GoalWatch } from './goal-watch.ts'
import type { Intake } from './intake.ts'
import { joined } from './joining.ts'
import type { CountSettings } from './settings.ts'
import { type CombineThreadsParts, combineInThreads } from './threads/combine-threads.ts'

export interface StageOneRunParts {
  readonly settings: CountSettings
  readonly clock: Clock
  /** Threads that stage 1 is spread over, when it is not this one. */
  readonly threads?: Pick<CombineThreadsParts, 'threads' | 'entry' | 'data' | 'onTrouble'>
  /** Stop when every partition has reached the end that it had at the start, whoever counts it. */
  readonly exitAtEnd: boolean
}

/**
 * Stage 1, here or in threads. Resolves with the failure when it ended because input was gone: stage 2 says
 * all it has before the run fails of it.
 */
export async function runStageOne(
  ports: AppPorts,
  parts: StageOneRunParts,
  run: CountRun,
  signal: AbortSignal
): Promise<unknown> {
  const { threads } = parts
  try {
    if (threads) await combineInThreads({ ...threads, report: run.report, signal })
    else await combine(ports, parts, run, signal)
    return undefined
  } catch (error) {
    if (!isFailure(error, 'offset-gone', 'log-cut')) throw error
    return error
  }
}

/** Stage 1 until it is told to stop, or has read what it was asked for. */
async function combine(
  ports: AppPorts,
  parts: StageOneRunParts,
  run: CountRun,
  signal: AbortSignal
): Promise<void> {
  const { settings, clock } = parts
  const { source, log } = ports
  const ends = await offsetsOf(ports, at => ports.endOf?.(at))
  const { intake, sanity } = createIntake({
    settings,
    clock,
    ends,
    arena: source.arena,
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
    startOf: (partition, isNew) => ports.startOf(partition, isNew),
    beforeRead: async partition => {
      // One that came later has its end, too.
      const end = ends.has(partition) ? undefined : await ports.endOf?.(partition)
      if (end !== undefined) ends.set(partition, end)
    },
    from: ports.from
  })
  const { losses } = stageOne
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
      // What is not read any more keeps nobody waiting: the run ends, and says why.
      position: partition =>
        losses.isStuck(partition) || !source.inputs.isReadable(partition)
          ? Number.POSITIVE_INFINITY
          : intake.reached(partition)
    })
    const isBounded = parts.exitAtEnd || ends.size > 0
    if (isBounded) watch.start(() => source.wake())
    if (stageOne.resumed) {
      run.report.notes.push('goes on where it stopped')
      // An app that has counted before was right once: bad frames later on must not keep it from starting.
      sanity.trust()
    }
    run.report.started = true
    const gate = alignmentOf(ports, parts, intake, ends.size > 0)
    await new CombineLoop({
      source,
      label: partition => source.inputs.label(partition),
      intake,
      handover: stageOne,
      clock,
      report: run.report,
      flushEveryMs: settings.flushEveryMs,
      beforePoll: async flush => {
        await stageOne.turn(flush)
        gate.turn()
      },
      enough: () => losses.isAll || (isBounded && watch.isOver),
      signal
    }).run()
    await watch.stop()
    const gone = signal.aborted ? undefined : losses.failure
    if (parts.exitAtEnd && !run.signal.aborted && !gone) sanity.end()
    await stageOne.close()
    // Others go on with our partitions while we say our last words.
    await ports.combine.leave()
    if (gone) throw gone
  } finally {
    await stageOne.close()
  }
}

/** Keeps the partitions that are read here together with all others in event time. */
function alignmentOf(
  ports: AppPorts,
  { settings, clock }: StageOneRunParts,
  intake: Intake,
  bounded: boolean
): AlignmentGate {
  const { source } = ports
  const { inputs } = source
  return new AlignmentGate({
    source,
    intake,
    maxSkewMs: settings.maxSkewMs,
    clock,
    partitions: () => inputs.slots.length,
    nameOf: slot => {
      const { input, partition } = inputs.place(slot)
      return sourceKey({ source: input.id, partition })
    },
    hints: () => ports.hints(),
    bounded
  })
}

/** An offset of each input partition that has one. */
async function offsetsOf(
  { source }: AppPorts,
  offsetOf: (partition: number) => Promise<number> | undefined
): Promise<Map<number, number>> {
  const offsets = new Map<number, number>()
  for (const partition of source.inputs.slots) {
    const offset = await offsetOf(partition)
    if (offset !== undefined) offsets.set(partition, offset)
  }
  return offsets
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
