import { otherGroup, TOTAL_GROUP } from '../combine/group.ts'

/**
 * The groups of one stage-2 task, at most `max`: first come. A group is known while any window of it
 * is kept; frames of groups beyond that go to *other*.
 */
export class GroupRoster {
  private readonly max: number
  private readonly other: string
  private readonly windows = new Map<string, number>()
  /** Partials that went to *other*. */
  overflow = 0

  constructor(max: number, partition: number) {
    this.max = max
    this.other = otherGroup(partition)
  }

  get size(): number {
    return this.windows.size
  }

  /** True for a group with a window: its name was looked at before. */
  has(group: string): boolean {
    return this.windows.has(group)
  }

  isOther(group: string): boolean {
    return group === this.other
  }

  /** The group to count for: itself while there is room. */
  admit(group: string): string {
    if (this.isFree(group) || this.has(group)) return group
    if (this.windows.size < this.max) return group
    this.overflow++
    return this.other
  }

  /** A window of the group came to be. */
  add(group: string): void {
    if (this.isFree(group)) return
    this.windows.set(group, (this.windows.get(group) ?? 0) + 1)
  }

  /** A window of the group was purged. */
  remove(group: string): void {
    const count = (this.windows.get(group) ?? 0) - 1
    if (count > 0) this.windows.set(group, count)
    else this.windows.delete(group)
  }

  /** The total and *other* take up no room. */
  private isFree(group: string): boolean {
    return group === TOTAL_GROUP || group === this.other
  }
}
