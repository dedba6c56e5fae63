import assert from 'node:assert/strict'
import type { ResultRecord } from '../../src/result/result-record.ts'

/** What may follow what in one window: provisional* → final → corrected*, and revisions rise. */
export function checkOrder(
  name: string,
  before: ResultRecord | undefined,
  record: ResultRecord
): void {
  if (before === undefined) {
    assert.notEqual(record.status, 'corrected', `${name} begins corrected`)
    return
  }
  assert.ok(record.revision > before.revision, `${name}: revisions rise`)
  if (before.status !== 'provisional') assert.equal(record.status, 'corrected', name)
  else assert.notEqual(record.status, 'corrected', name)
}
