import type { Inputs } from '../core/inputs.ts'
import type { Merger } from '../merge/merger.ts'
import type { Clock } from '../port/clock.ts'
import type { AppLog, Membership } from '../port/log.ts'
import type { OpenStateCache } from '../port/state-cache.ts'
import type { Transactional } from '../port/transaction.ts'
import type { Emission } from '../result/result-record.ts'
import { createMerger } from './count-run.ts'
import { MergeLoop } from './merge-loop.ts'
import { reportMergers } from './merge-report.ts'
import type { RunReport } from './report.ts'
import type { CountSettings } from './settings.ts'
import { isTaskLost } from './task-transactions.ts'

export interface MergeOwnerParts {
  readonly log: AppLog
  readonly membership: Membership
  readonly settings: CountSettings
  /** The topics that hold the watermark. */
  readonly inputs: Inputs
  readonly clock: Clock
  readonly report: RunReport
  readonly openStateCache: OpenStateCache
  /** The transactions of the task of a partials partition. */
  transactions(partition: number): Transactional
  readonly onResults: (results: readonly Emission[]) => Promise<void>
  /** A task failed in a way that ends the run. */
  readonly onFailure: (error: unknown) => void
}

interface Task {
  wanted: boolean
  loop: MergeLoop | undefined
  merger: Merger | undefined
  done: Promise<void>
}

/** Stage 2's tasks in this instance: the partials partitions that the consumer group gave to it. */
export class MergeOwner {
  private readonly parts: MergeOwnerParts
  private readonly tasks = new Map<number, Task>()
  private readonly stopping = new AbortController()
  private draining = false
  /** State records that were read back so far. */
  restored = 0
  private readonly ready = new Set<number>()
  private onReady: (() => void) | undefined

  constructor(parts: MergeOwnerParts) {
    this.parts = parts
    parts.inputs.onChange(() => {
      for (const { merger } of this.tasks.values()) merger?.watermark.follow(parts.inputs.list)
    })
  }

  /** What the group says is ours from now on. */
  assign(partitions: readonly number[]): void {
    if (this.draining) return
    const next = new Set(partitions)
    for (const [partition, task] of this.tasks) if (!next.has(partition)) this.end(task)
    for (const partition of next) {
      const before = this.tasks.get(partition)
      if (!before?.wanted) this.start(partition, before?.done)
    }
    this.changed()
  }

  /** The group wants these back: resolves when their last commit is done. */
  async release(partitions: readonly number[]): Promise<void> {
    const tasks = partitions.flatMap(partition => this.tasks.get(partition) ?? [])
    for (const task of tasks) {
      task.wanted = false
      task.loop?.handOver()
    }
    await Promise.all(tasks.map(({ done }) => done))
  }

  /** Resolves when every task that is ours now has its state back. */
  async settled(): Promise<void> {
    while ([...this.tasks].some(([index, task]) => task.wanted && !this.ready.has(index))) {
      await new Promise<void>(resolve => {
        this.onReady = resolve
      })
    }
  }

  /** Stage 1 has sent its last flush: merge what is there, say everything, end. */
  async drain(): Promise<void> {
    this.draining = true
    for (const { loop } of this.tasks.values()) loop?.drain()
    await Promise.all([...this.tasks.values()].map(({ done }) => done))
  }

  /** Ends all tasks without a last commit. */
  async stop(): Promise<void> {
    this.draining = true
    for (const task of this.tasks.values()) this.end(task)
    this.stopping.abort()
    await Promise.allSettled([...this.tasks.values()].map(({ done }) => done))
  }

  private start(partition: number, after: Promise<void> | undefined): void {
    const task: Task = { wanted: true, loop: undefined, merger: undefined, done: Promise.resolve() }
    this.ready.delete(partition)
    this.tasks.set(partition, task)
    task.done = Promise.resolve(after)
      .then(() => this.run(partition, task))
      .catch((error: unknown) => this.parts.onFailure(error))
      .finally(() => this.changed())
  }

  private end(task: Task): void {
    task.wanted = false
    task.loop?.stop()
  }

  /** Takes the task over as often as it is ours and somebody ended its transaction. */
  private async run(partition: number, task: Task): Promise<void> {
    while (task.wanted && !this.stopping.signal.aborted) {
      try {
        await this.own(partition, task)
        return
      } catch (error) {
        this.ready.delete(partition)
        if (!isTaskLost(error)) throw error
      }
    }
  }

  private async own(partition: number, task: Task): Promise<void> {
    const { log, settings, inputs, clock, report } = this.parts
    const transactions = this.parts.transactions(partition)
    const cache = this.parts.openStateCache(`merge-${partition}`)
    try {
      const tasks = log.partitions('partials')
      const sources = inputs.list.map(({ id }) => id)
      const merger = createMerger({ settings, sources, partition, tasks, stored: true }, cache)
      const loop = new MergeLoop({
        log,
        partition,
        merger,
        membership: this.parts.membership,
        transactions,
        clock,
        report,
        emitEveryMs: settings.emitEveryMs,
        onResults: this.parts.onResults,
        onCommit: () => this.report()
      })
      await transactions.init()
      const isWanted = (): boolean => task.wanted && !this.stopping.signal.aborted
      const restored = await loop.restore(isWanted)
      if (!isWanted()) return
      this.restored += restored
      merger.watermark.follow(inputs.list)
      task.merger = merger
      task.loop = loop
      this.ready.add(partition)
      this.changed()
      if (this.draining) loop.drain()
      if (task.wanted) await loop.run()
    } finally {
      task.loop = undefined
      task.merger = undefined
      await transactions.close()
      cache.close()
    }
  }

  private report(): void {
    const mergers = [...this.tasks.values()].map(({ merger }) => merger)
    reportMergers(
      this.parts.report,
      mergers.filter(merger => merger !== undefined)
    )
  }

  private changed(): void {
    this.onReady?.()
  }
}
