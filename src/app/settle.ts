import { isFailure } from '../core/errors.ts'
import type { Clock } from '../port/clock.ts'
import type { Transactional } from '../port/transaction.ts'
import { type AppRecord, appRecordKey, checkSameApp, encodeAppRecord } from './record.ts'

/** Time for whoever came later to write the record. */
const PAUSE_MS = 200

/**
 * Refuses a start with other settings; the very first one writes the app record. `setup` are the
 * transactions of `<app>-setup`: whoever has begun them last reads what all before have written. Several
 * first starts at once drive each other out: the last one writes, the others wait for that.
 *
 * @throws app-settings
 */
export async function settleRecord(
  stored: () => Promise<AppRecord | undefined>,
  setup: Transactional,
  wanted: AppRecord,
  clock: Clock
): Promise<void> {
  for (;;) {
    const known = (await stored()) ?? (await writeFirst(stored, setup, wanted))
    if (known) {
      checkSameApp(known, wanted)
      return
    }
    await clock.sleep(PAUSE_MS)
  }
}

/** The record that holds from now on; undefined when somebody else is about to write it. */
async function writeFirst(
  stored: () => Promise<AppRecord | undefined>,
  setup: Transactional,
  wanted: AppRecord
): Promise<AppRecord | undefined> {
  try {
    await setup.init()
    const written = await stored()
    if (written) return written
    const records = [{ key: appRecordKey, value: encodeAppRecord(wanted) }]
    await setup.commit({ appends: [{ log: 'control', partition: 0, records }] })
    return wanted
  } catch (error) {
    if (!isFailure(error, 'transaction-fenced', 'transaction-aborted')) throw error
    return undefined
  }
}
