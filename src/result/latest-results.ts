import { type ResultRecord, resultKey } from './result-record.ts'

/** The newest record of every window: what a compacted results topic comes down to. */
export class LatestResults {
  private readonly byKey = new Map<string, ResultRecord>()

  /**
   * Without the record key the values stand for it: `groupOf` takes care that they tell groups apart,
   * but for texts that look like an unusual number.
   */
  take(record: ResultRecord, key: string = keyByValues(record)): void {
    const known = this.byKey.get(key)
    if (!known || record.revision >= known.revision) this.byKey.set(key, record)
  }

  remove(record: ResultRecord, key: string = keyByValues(record)): void {
    this.byKey.delete(key)
  }

  clear(): void {
    this.byKey.clear()
  }

  get size(): number {
    return this.byKey.size
  }

  /** By start, then the smaller window first, then the total before its groups in the order of their values. */
  sorted(): ResultRecord[] {
    return [...this.byKey.values()]
      .map(record => {
        const start = Date.parse(record.start)
        const length = Date.parse(record.end) - start
        return { record, start, length, group: groupText(record) }
      })
      .sort(
        (left, right) =>
          left.start - right.start ||
          left.length - right.length ||
          (left.group === right.group ? 0 : left.group < right.group ? -1 : 1)
      )
      .map(({ record }) => record)
  }
}

function keyByValues(record: ResultRecord): string {
  return resultKey(record, groupText(record) || 'null')
}

function groupText(record: ResultRecord): string {
  return record.group === null ? '' : JSON.stringify(record.group)
}
