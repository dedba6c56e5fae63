import type { GroupNames } from '../../combine/combiner.ts'
import { COUNTED, type Columns } from '../../extract/columns.ts'

const UNKNOWN = -1

/** The groups of one thread by its ids, and the ids that they have here. */
export class ThreadGroups {
  readonly texts: string[] = []
  /** Ids of the epoch; `UNKNOWN` where none was needed yet. */
  readonly ids: number[] = []
  epoch = 0
}

/** The groups of all threads since the last `clear`, by ids of their own in the order of their first frames. */
export class GatheredGroups implements GroupNames {
  private readonly ids = new Map<string, number>()
  private texts: string[] = []
  private epoch = 0

  get size(): number {
    return this.texts.length
  }

  text(id: number): string {
    return this.texts[id]!
  }

  clear(): void {
    this.ids.clear()
    this.texts = []
    this.epoch++
  }

  /** Puts our ids for the thread's. */
  translate(columns: Columns, groups: ThreadGroups): void {
    const { count, verdict, group } = columns
    const { ids } = groups
    if (groups.epoch !== this.epoch) {
      groups.epoch = this.epoch
      ids.fill(UNKNOWN)
    }
    for (let row = 0; row < count; row++) {
      // Others have no group.
      if (verdict[row] !== COUNTED) continue
      const theirs = group[row]!
      const known = ids[theirs]
      group[row] = known === undefined || known === UNKNOWN ? this.learn(theirs, groups) : known
    }
  }

  private learn(theirs: number, groups: ThreadGroups): number {
    const text = groups.texts[theirs]!
    let id = this.ids.get(text)
    if (id === undefined) {
      id = this.texts.push(text) - 1
      this.ids.set(text, id)
    }
    while (groups.ids.length <= theirs) groups.ids.push(UNKNOWN)
    groups.ids[theirs] = id
    return id
  }
}
