import { failure } from '../core/errors.ts'
import { type AppRecord, createAppRecord } from './record.ts'

/** Window sizes that the app began with, by their canonical names. */
export function sizesBegunWith({ settings }: Pick<AppRecord, 'settings'>): readonly string[] {
  return (settings.window ?? '').split(',').filter(name => name !== '')
}

/** All window sizes that the app counts: those of the beginning, then those added since. */
export function countedSizes(record: AppRecord): readonly string[] {
  return [...sizesBegunWith(record), ...record.added]
}

/**
 * The record with the sizes that are asked for and not in it; the record itself when there are none.
 * Throws `app-settings` where one is missing that the app counts: taking sizes away is another app.
 */
export function addSizes(record: AppRecord, asked: readonly string[]): AppRecord {
  const counted = countedSizes(record)
  if (counted.some(size => !asked.includes(size))) {
    const difference = `--window ${counted.join(',')}, now ${asked.join(',')}`
    throw failure('app-settings', { app: record.app, difference })
  }
  const more = asked.filter(size => !counted.includes(size))
  if (more.length === 0) return record
  return createAppRecord({ ...record, added: [...record.added, ...more] }, record.formats)
}
