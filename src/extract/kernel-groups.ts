import { COUNTED } from './columns.ts'
import type { GroupIds } from './group-ids.ts'
import { FRESH_GROUPS, GROUP_COUNT, type KernelMemory } from './kernel-memory.ts'

/** Words of a group in the kernel's memory. */
const WORDS = 4
const AT = 1
const LENGTH = 2
const ROW = 3

/**
 * Gives the groups that the kernel met first the ids that they have in the plain twin: those are counted
 * in the order of their first frame, whoever judged it.
 */
export class KernelGroups {
  private readonly memory: KernelMemory
  private readonly ids: GroupIds
  private epoch: number
  /** The next of the last call's groups that has no id yet. */
  private next = 0

  constructor(memory: KernelMemory, ids: GroupIds) {
    this.memory = memory
    this.ids = ids
    this.epoch = ids.epoch
  }

  /** Before a call: forgets what the ids have forgotten. */
  begin(): void {
    const { words } = this.memory
    if (this.epoch !== this.ids.epoch) {
      this.epoch = this.ids.epoch
      if (words[GROUP_COUNT]! > 0) this.memory.clearGroups()
    }
    words[FRESH_GROUPS] = 0
    this.next = words[GROUP_COUNT]!
  }

  /** Gives ids to the groups that were met before row `row`. */
  resolve(row: number): void {
    const { groups, words, bytes } = this.memory
    while (this.next < words[GROUP_COUNT]!) {
      const at = this.next * WORDS
      if (groups[at + ROW]! >= row) return
      const start = groups[at + AT]!
      const length = groups[at + LENGTH]!
      this.ids.bytes.set(bytes.subarray(start, start + length))
      groups[at] = this.ids.find(length)
      this.next++
    }
  }

  /** After a call: rows from `from` on that hold a group's number get its id. */
  finish(from: number, to: number): void {
    const { columns, groups, words } = this.memory
    this.resolve(to)
    if (words[FRESH_GROUPS] === 0) return
    for (let row = from; row < to; row++) {
      const group = columns.group[row]!
      // The kernel marks a number with the sign.
      if (group < 0 && columns.verdict[row] === COUNTED) {
        columns.group[row] = groups[(group & 0x7fff_ffff) * WORDS]!
      }
    }
  }
}
