import { isFailure } from '../core/errors.ts'
import type { Clock } from '../port/clock.ts'
import type { Transactional } from '../port/transaction.ts'
import { type AppRecord, appRecordKey, encodeAppRecord } from './record.ts'

/** Time for whoever came later to write the record. */
const PAUSE_MS = 200

export interface SettleParts {
  /** The newest record that is committed. */
  readonly stored: () => Promise<AppRecord | undefined>
  /** The transactions of `<app>-setup`: who has begun them last reads what all before have written. */
  readonly setup: Transactional
  readonly clock: Clock
  /** The record that should hold, of the one there is: that one itself when there is nothing to write. */
  readonly next: (stored: AppRecord | undefined) => AppRecord
}

/**
 * Writes the app record where it has to be another one, and answers the one that holds. Several at once
 * drive each other out: the last one writes, the others wait for that and look again. Throws what `next`
 * throws: a refusal.
 */
export async function settleRecord(parts: SettleParts): Promise<AppRecord> {
  for (;;) {
    const known = await parts.stored()
    if (known && parts.next(known) === known) return known
    const written = await write(parts)
    if (written) return written
    await parts.clock.sleep(PAUSE_MS)
  }
}

/** The record that holds from now on; undefined when somebody else is about to write it. */
async function write({ stored, setup, next }: SettleParts): Promise<AppRecord | undefined> {
  try {
    await setup.init()
    const known = await stored()
    const wanted = next(known)
    if (wanted === known) return known
    const records = [{ key: appRecordKey, value: encodeAppRecord(wanted) }]
    await setup.commit({ appends: [{ log: 'control', partition: 0, records }] })
    return wanted
  } catch (error) {
    if (!isFailure(error, 'transaction-fenced', 'transaction-aborted')) throw error
    return undefined
  }
}
