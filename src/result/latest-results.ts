import { type ResultRecord, resultKey } from './result-record.ts'

/** The newest record of every window: what a compacted results topic comes down to. */
export class LatestResults {
  private readonly byKey = new Map<string, ResultRecord>()

  take(record: ResultRecord): void {
    const key = resultKey(record)
    const known = this.byKey.get(key)
    if (!known || record.revision >= known.revision) this.byKey.set(key, record)
  }

  remove(record: ResultRecord): void {
    this.byKey.delete(resultKey(record))
  }

  get size(): number {
    return this.byKey.size
  }

  /** By start, then the smaller window first. */
  sorted(): ResultRecord[] {
    return [...this.byKey.values()].sort(
      (left, right) =>
        Date.parse(left.start) - Date.parse(right.start) || length(left) - length(right)
    )
  }
}

function length(record: ResultRecord): number {
  return Date.parse(record.end) - Date.parse(record.start)
}
