import type { Flush } from '../combine/combiner.ts'
import { isFailure } from '../core/errors.ts'
import type { Clock } from '../port/clock.ts'
import type { FrameSource } from '../port/source.ts'
import { Cadence, flushInterval } from './cadence.ts'
import type { Handover } from './handover.ts'
import type { Intake } from './intake.ts'
import type { RunReport } from './report.ts'

const LEASE_EVERY_MS = 30_000
const POLL_WAIT_MS = 200

export interface CombineLoopParts {
  readonly source: FrameSource
  /** What a partition is called in the report. */
  readonly label: (partition: number) => string
  readonly intake: Intake
  readonly handover: Handover
  readonly clock: Clock
  readonly report: RunReport
  readonly flushEveryMs: number
  /** Called before every read: partitions come and go here. */
  readonly beforePoll?: (flush: (partitions: ReadonlySet<number>) => Promise<void>) => Promise<void>
  /** Called after every read; the place for stage 2's turn when both run in one loop. */
  readonly afterPoll?: () => Promise<void>
  /** True when reading should end although more may come (`--exit-at-end`). */
  readonly enough: () => boolean
  readonly signal: AbortSignal
}

/**
 * Stage 1's loop: read, combine, and about once a second hand everything over. Ends with a last
 * flush when the input ends, when it is told to stop, or when enough was read.
 */
export class CombineLoop {
  private readonly parts: CombineLoopParts
  private readonly cadence: Cadence
  private readonly saidAt = new Map<number, number>()
  private readonly late = new Map<number, number>()

  constructor(parts: CombineLoopParts) {
    this.parts = parts
    this.cadence = new Cadence(parts.flushEveryMs, parts.clock.now())
  }

  async run(): Promise<void> {
    const { source, intake, clock, report, signal } = this.parts
    const wake = (): void => source.wake()
    signal.addEventListener('abort', wake)
    try {
      let more = true
      while (more && !signal.aborted && !this.parts.enough()) {
        await this.parts.beforePoll?.(partitions => this.flush(partitions))
        const waitMs = Math.min(POLL_WAIT_MS, this.cadence.remaining(clock.now()))
        more = await source.poll(intake, waitMs)
        this.observe()
        if (this.cadence.due(clock.now()) || intake.full || this.isWaiting) await this.flush()
        await this.parts.afterPoll?.()
      }
      // Nothing follows that could decide on suspended frames.
      if (!more) for (const combiner of intake.combiners.values()) combiner.end()
      await this.flush()
      this.observe()
    } catch (error) {
      // What was read before the damage counts; the damage is told after it.
      if (isFailure(error, 'input-damaged', 'input-failed')) await this.flush()
      else for (const { pending } of intake.combiners.values()) report.accounting.add(pending)
      throw error
    } finally {
      signal.removeEventListener('abort', wake)
    }
  }

  /** Flushes everything, or only some partitions before they go. */
  private async flush(only?: ReadonlySet<number>): Promise<void> {
    const { intake, handover, clock, report } = this.parts
    const now = clock.now()
    if (!only) {
      this.cadence.turn(now)
      this.cadence.interval = flushInterval(this.parts.flushEveryMs, intake.combiners.size)
    }
    const flushes = new Map<number, Flush>()
    for (const [partition, combiner] of intake.combiners) {
      if (only && !only.has(partition)) continue
      const state = intake.state(partition)
      const lease = state !== 'behind' && now - (this.saidAt.get(partition) ?? 0) >= LEASE_EVERY_MS
      if (!combiner.hasNews(state) && !lease) continue
      this.saidAt.set(partition, now)
      flushes.set(partition, combiner.flush(state))
    }
    if (flushes.size === 0) return
    if (!only) intake.flushed()
    for (const [partition, { mark, rejectsDropped }] of await handover.deliver(flushes)) {
      report.accounting.add(mark.accounting)
      this.late.set(partition, (this.late.get(partition) ?? 0) + mark.accounting.late)
      report.rejectsDropped += rejectsDropped
    }
    // Where a flush takes as long as the time between two, there has to be time for reading, too.
    if (!only) this.cadence.turn(clock.now())
    report.flushes++
    report.flushTimes.observe(clock.now() - now)
  }

  /** True when nothing is read before others know how far this is. */
  private get isWaiting(): boolean {
    const { intake } = this.parts
    if (!intake.stands) return false
    const combiners = [...intake.combiners]
    return combiners.some(([partition, combiner]) => combiner.hasNews(intake.state(partition)))
  }

  private observe(): void {
    const { intake, report } = this.parts
    let lag: number | undefined
    let pending = 0
    // Partitions that are not ours any more must not go on being reported.
    report.partitions.clear()
    for (const [partition, combiner] of intake.combiners) {
      const { newest: clock, watermark } = combiner.clock
      report.clock = Math.max(report.clock, clock)
      const behind = intake.lag(partition)
      if (behind !== undefined) lag = (lag ?? 0) + behind
      pending += combiner.pending.read
      const name = this.parts.label(partition)
      const late = this.late.get(partition) ?? 0
      report.partitions.set(name, {
        clock,
        watermark,
        lag: behind,
        state: intake.state(partition),
        suspended: combiner.suspendedCount,
        late
      })
      const ahead = combiner.lateShare
      if (ahead !== undefined) {
        report.warnings.add(
          `clock-ahead ${name}`,
          `the clock of ${name} seems ahead: ${Math.round(ahead * 100)} % of its last frames were late`
        )
      }
    }
    report.lag = lag
    report.framesRead = report.accounting.read + pending
  }
}
