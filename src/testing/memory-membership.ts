import { assert } from '../core/assert.ts'
import { failure } from '../core/errors.ts'
import type { Clock } from '../port/clock.ts'
import type { CommittedOffset, Membership, Seat } from '../port/log.ts'
import { MemoryGroup, type StoredOffsets } from './memory-group.ts'

/** Milliseconds between two reports of a member. */
const HEARTBEAT_MS = 1_000

/**
 * A member of a consumer group in memory. Its heartbeats follow the given clock; without one time stands
 * still, and nobody is ever dropped.
 */
export class MemoryMember implements Membership {
  private readonly group: MemoryGroup
  private readonly clock: Clock | undefined
  private readonly changed: ((partitions: readonly number[]) => void)[] = []
  private readonly revoked: ((partitions: readonly number[]) => Promise<void>)[] = []
  private readonly ending = new AbortController()
  private current: Seat | undefined
  private owned: readonly number[] = []
  private returning = false
  private paused: PromiseWithResolvers<void> | undefined

  constructor(group: MemoryGroup, clock?: Clock) {
    this.group = group
    this.clock = clock
  }

  async join(): Promise<readonly number[]> {
    assert(this.current === undefined, 'a member joins once')
    this.enlist()
    void this.live()
    return this.owned
  }

  async committed(partition: number): Promise<CommittedOffset | undefined> {
    return this.group.offsets.get(partition)
  }

  async commit(offsets: ReadonlyMap<number, CommittedOffset>): Promise<void> {
    // What a paused process was about to do, it does when it goes on.
    await this.paused?.promise
    const before = this.current
    const strange = [...offsets.keys()].filter(partition => !this.owned.includes(partition))
    if (before === undefined || strange.length > 0) {
      const problem = before === undefined ? 'not a member' : `not the owner of ${strange.join()}`
      throw failure('group-lost', { group: 'memory', problem })
    }
    try {
      this.group.commit(before, offsets)
    } catch (error) {
      this.report()
      const now = this.current
      if (now?.memberId !== before.memberId || now.generation === before.generation) throw error
      await this.commit(offsets)
    }
  }

  seat(partition: number): Seat | undefined {
    return this.owned.includes(partition) ? this.current : undefined
  }

  async confirm(): Promise<readonly number[]> {
    await this.paused?.promise
    this.report()
    return this.owned
  }

  onRevoke(listener: (partitions: readonly number[]) => Promise<void>): void {
    this.revoked.push(listener)
  }

  onChange(listener: (partitions: readonly number[]) => void): void {
    this.changed.push(listener)
  }

  async leave(): Promise<void> {
    if (this.current !== undefined) this.group.leave(this.current.memberId)
    this.kill()
  }

  /** The process dies: the group learns it by its silence. */
  kill(): void {
    this.ending.abort()
    this.current = undefined
    this.owned = []
  }

  /** The process stands still, as by SIGSTOP, until `resume`. */
  pause(): void {
    this.paused ??= Promise.withResolvers()
  }

  resume(): void {
    this.paused?.resolve()
    this.paused = undefined
  }

  private enlist(): void {
    this.current = { memberId: this.group.enlist(), generation: 0 }
    this.report()
  }

  private async live(): Promise<void> {
    const { signal } = this.ending
    while (this.clock !== undefined && !signal.aborted) {
      await this.clock.sleep(HEARTBEAT_MS, signal)
      await this.paused?.promise
      if (!signal.aborted) this.report()
    }
  }

  private report(returned: readonly number[] = []): void {
    if (this.current === undefined) return
    const answer = this.group.report(this.current.memberId, returned)
    if (answer === undefined) {
      this.own([])
      this.returning = false
      this.enlist()
      return
    }
    this.current = answer.seat
    this.own(answer.held)
    if (answer.wanted.length > 0 && !this.returning) void this.giveBack(answer.wanted)
  }

  private async giveBack(partitions: readonly number[]): Promise<void> {
    const { memberId } = this.current!
    this.returning = true
    await Promise.allSettled(this.revoked.map(async revoke => revoke(partitions)))
    await this.paused?.promise
    if (this.current?.memberId !== memberId) return
    this.returning = false
    this.own(this.owned.filter(partition => !partitions.includes(partition)))
    this.report(partitions)
  }

  private own(partitions: readonly number[]): void {
    if (partitions.join() === this.owned.join()) return
    this.owned = partitions
    for (const listener of this.changed) listener(partitions)
  }
}

/** The only member of a consumer group in memory: whatever the offsets' last user did, everything is its own. */
export class MemoryMembership extends MemoryMember {
  constructor(offsets: StoredOffsets, partitions: number) {
    super(new MemoryGroup({ partitions, offsets, now: () => 0 }))
  }
}

export type { StoredOffsets }
