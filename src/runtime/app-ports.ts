import type { AppLog, Membership } from '../port/log.ts'
import type { SharedSource } from '../port/source.ts'
import type { Transactional } from '../port/transaction.ts'
import type { WindowPlan } from '../window/plan.ts'
import type { CountSettings } from './settings.ts'
import type { CombineThreadsParts } from './threads/combine-threads.ts'

/** Everything an app's run needs of Kafka, behind ports. */
export interface AppPorts {
  /** The sizes as the app has them, where some were added after it began. */
  readonly plan?: WindowPlan
  readonly source: SharedSource
  readonly log: AppLog
  /**
   * Keeps `source.inputs` up to date until the signal aborts: topics and partitions come, topics go.
   * Throws what only a person can help with.
   */
  followInputs?(stop: AbortSignal): Promise<void>
  /** Consumer group of stage 1, over the slots of the input. */
  readonly combine: Membership
  /** Consumer group of stage 2, over the partials' partitions. */
  readonly merge: Membership
  /** The transactions of one task of each stage; a new object each time. */
  combineTransactions(partition: number): Transactional
  mergeTransactions(partition: number): Transactional
  /** First offset to read of a partition nobody has read before; of a new one the first there is. */
  startOf(partition: number, isNew: boolean): Promise<number>
  /** Offset behind the newest record that can be read now. */
  latestOf(partition: number): Promise<number>
  /** Offset at which reading ends; without it reading goes on. */
  endOf?(partition: number): Promise<number>
  /**
   * Commit metadata of every stage-2 task as it is stored now, pending transactions or not; undefined
   * while the brokers are away.
   */
  hints(): Promise<readonly (string | undefined)[] | undefined>
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
  /** How threads make such a source of their own, where they can. */
  readonly forThreads?: Pick<CombineThreadsParts, 'entry' | 'onTrouble'> & {
    /** Plain data: what the threads' module makes the source of. */
    readonly options: unknown
  }
}
