import { failure } from '../core/errors.ts'
import type { CommittedOffset, Membership } from '../port/log.ts'

/** Stored offsets of one consumer group: they outlive its members. */
export type StoredOffsets = Map<number, CommittedOffset>

/** A consumer group with one member at a time, in memory. The newest member has everything. */
export class MemoryMembership implements Membership {
  private readonly offsets: StoredOffsets
  private readonly partitions: number
  private joined = false

  constructor(offsets: StoredOffsets, partitions: number) {
    this.offsets = offsets
    this.partitions = partitions
  }

  async join(): Promise<readonly number[]> {
    this.joined = true
    return Array.from({ length: this.partitions }, (_, partition) => partition)
  }

  async committed(partition: number): Promise<CommittedOffset | undefined> {
    return this.offsets.get(partition)
  }

  async commit(offsets: ReadonlyMap<number, CommittedOffset>): Promise<void> {
    if (!this.joined) throw failure('group-lost', { group: 'memory', problem: 'not a member' })
    for (const [partition, offset] of offsets) this.offsets.set(partition, offset)
  }

  onChange(): void {}

  async leave(): Promise<void> {
    this.joined = false
  }
}
