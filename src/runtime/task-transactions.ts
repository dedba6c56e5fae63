import { isFailure } from '../core/errors.ts'
import type { PendingCommits } from '../ops/pending-commits.ts'
import type { Clock } from '../port/clock.ts'
import type { Membership } from '../port/log.ts'
import type { Transactional, TransactionWork } from '../port/transaction.ts'

/** Between two attempts; longer from one to the next, for what does not pass soon. */
const PAUSE_MS = 50
const PAUSE_MS_MAX = 2_000

/** One task: the partition of its consumer group, and the transactions under its id. */
export interface TransactionTask {
  /** For people: `combine events-3`. */
  readonly name: string
  readonly partition: number
  readonly membership: Membership
  readonly transactions: Transactional
  readonly clock: Clock
  /** Where it is seen while it does not get through. */
  readonly pending: PendingCommits
  /** Asked before work that was aborted is sent again: true when it can never count. */
  givesUp?(): boolean
}

/**
 * Sends the same work until it counts: after an abort, and under a new seat while the group says that the
 * partition is still ours. Throws what only another owner, or a person, can help with; after
 * `transaction-fenced` and `group-lost` the group has been asked, and its listeners know who has the task.
 *
 * It never gives up by itself, since nothing is lost by trying: `pending` and the lines of the transactions
 * tell a person.
 */
export async function commitUntilDone(task: TransactionTask, work: TransactionWork): Promise<void> {
  const { name, clock, pending } = task
  pending.began(name, clock.now())
  try {
    for (let pauseMs = PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, PAUSE_MS_MAX)) {
      const problem = await attempt(task, work)
      if (problem === undefined) return
      pending.failed(name, problem)
      await clock.sleep(pauseMs)
    }
  } finally {
    pending.ended(name)
  }
}

/** What it failed with, when the same work may be sent again; undefined when it counts. */
async function attempt(task: TransactionTask, work: TransactionWork): Promise<string | undefined> {
  const { partition, membership, transactions } = task
  try {
    await transactions.commit(work)
    return undefined
  } catch (error) {
    if (isTaskLost(error)) {
      const isOurs = (await membership.confirm()).includes(partition)
      if (!isOurs || isFailure(error, 'transaction-fenced')) throw error
    } else if (!isFailure(error, 'transaction-aborted') || task.givesUp?.()) throw error
    return error instanceof Error ? error.message : String(error)
  }
}

/** True for what means that somebody else may have the task now: drop its state. */
export function isTaskLost(error: unknown): boolean {
  return isFailure(error, 'transaction-fenced', 'group-lost')
}
