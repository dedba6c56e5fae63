import type { Transactional } from '../port/transaction.ts'
import { type AppRecord, appRecordKey, checkSameApp, encodeAppRecord } from './record.ts'

/**
 * Refuses a start with other settings; the very first one writes the app record. `setup` are the
 * transactions of `<app>-setup`: whoever has begun them last reads what all before have written.
 *
 * @throws app-settings
 */
export async function settleRecord(
  stored: () => Promise<AppRecord | undefined>,
  setup: Transactional,
  wanted: AppRecord
): Promise<void> {
  const known = await stored()
  if (known) {
    checkSameApp(known, wanted)
    return
  }
  await setup.init()
  const written = await stored()
  if (written) checkSameApp(written, wanted)
  else {
    const records = [{ key: appRecordKey, value: encodeAppRecord(wanted) }]
    await setup.commit({ appends: [{ log: 'control', partition: 0, records }] })
  }
}
