import { isFailure } from '../core/errors.ts'
import type { Clock } from '../port/clock.ts'
import type { Membership } from '../port/log.ts'
import type { Transactional, TransactionWork } from '../port/transaction.ts'

const PAUSE_MS = 50

/** One task: the partition of its consumer group, and the transactions under its id. */
export interface TransactionTask {
  readonly partition: number
  readonly membership: Membership
  readonly transactions: Transactional
  readonly clock: Clock
}

/**
 * Sends the same work until it counts: after an abort, and under a new seat while the group says that the
 * partition is still ours. Throws what only another owner, or a person, can help with; after
 * `transaction-fenced` and `group-lost` the group has been asked, and its listeners know who has the task.
 */
export async function commitUntilDone(task: TransactionTask, work: TransactionWork): Promise<void> {
  const { partition, membership, transactions, clock } = task
  for (;;) {
    try {
      await transactions.commit(work)
      return
    } catch (error) {
      if (isTaskLost(error)) {
        const isOurs = (await membership.confirm()).includes(partition)
        if (!isOurs || isFailure(error, 'transaction-fenced')) throw error
      } else if (!isFailure(error, 'transaction-aborted')) throw error
      await clock.sleep(PAUSE_MS)
    }
  }
}

/** True for what means that somebody else may have the task now: drop its state. */
export function isTaskLost(error: unknown): boolean {
  return isFailure(error, 'transaction-fenced', 'group-lost')
}
