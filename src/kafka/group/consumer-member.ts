import { setTimeout as sleep } from 'node:timers/promises'
import { assert } from '../../core/assert.ts'
import { failure, isFailure } from '../../core/errors.ts'
import { Inputs } from '../../core/inputs.ts'
import { formatDuration } from '../../core/units.ts'
import type { CommittedOffset, Membership, Seat } from '../../port/log.ts'
import { ourError } from '../connection/client-errors.ts'
import type { Cluster } from '../connection/cluster.ts'
import { ConsumerHeartbeat } from './consumer-member-heartbeat.ts'
import { ConsumerMemberState } from './consumer-member-state.ts'
import { Coordinator } from './coordinator.ts'
import { fencedLine, inputsOf, type MembershipOptions } from './membership.ts'
import { commitSlots, fetchSlot } from './slot-offsets.ts'

export interface ConsumerMembershipOptions extends Omit<MembershipOptions, 'sessionMs'> {
  /** Milliseconds that the broker waits for partitions to be given back; then it drops the member. */
  readonly rebalanceMs?: number
  /**
   * Milliseconds between heartbeats, when the broker's interval (5 s unless set) is longer: what others
   * leave is learned by a heartbeat.
   */
  readonly heartbeatMs?: number
}

const REBALANCE_MS = 30_000
const JOIN_MS = 60_000
/** A first assignment comes within the broker's `group.consumer.assignment.interval.ms`, 1 s unless set. */
const SETTLE_MS = 3_000
const SETTLE_EVERY_MS = 200

/**
 * A member of a consumer group of the new protocol (KIP-848), on our own wire. The broker assigns;
 * a partition that it wants back is flushed by its owner first, and confirmed after that.
 */
export class ConsumerMembership implements Membership {
  private readonly cluster: Cluster
  private readonly options: ConsumerMembershipOptions
  private readonly coordinator: Coordinator
  private readonly state = new ConsumerMemberState()
  private readonly leaving = new AbortController()
  private readonly changed: ((partitions: readonly number[]) => void)[] = []
  private readonly revoked: ((partitions: readonly number[]) => Promise<void>)[] = []
  private readonly tell: (line: string) => void
  private heartbeat: ConsumerHeartbeat | undefined
  /** Known when it joins. */
  private inputs: Inputs

  constructor(cluster: Cluster, options: ConsumerMembershipOptions) {
    this.cluster = cluster
    this.options = options
    this.tell = options.onTrouble ?? (() => {})
    this.inputs = inputsOf(options.topic)
    const limitMs = options.patienceMs ?? Number.POSITIVE_INFINITY
    const patience = { limitMs, signal: this.leaving.signal }
    this.coordinator = new Coordinator(cluster, 'group', options.group, patience)
  }

  /**
   * Waits for the first assignment, a few seconds when all partitions have owners. Throws `broker-…`,
   * `topic-missing`, with `broker-denied` for a group or topic this user may not use.
   */
  async join(): Promise<readonly number[]> {
    assert(this.heartbeat === undefined, 'a member joins once')
    const { group, topic, rebalanceMs = REBALANCE_MS, heartbeatMs } = this.options
    if (typeof topic === 'string') {
      const { name, id, partitions } = await this.cluster.topic(topic)
      this.inputs = Inputs.of({ name, id, partitions: partitions.length })
    }
    const { inputs } = this
    const subscription = { group, inputs, rebalanceMs }
    inputs.onChange(() => {
      this.state.resubscribe()
      if (this.state.hasNews) this.heartbeat?.hurry()
    })
    this.heartbeat = new ConsumerHeartbeat(this.cluster, subscription, this.state, {
      ...(heartbeatMs === undefined ? {} : { everyMs: heartbeatMs }),
      onOrders: () => this.reconcile(),
      onDropped: problem => this.lose(problem),
      onTrouble: this.tell
    })
    await this.heartbeat.start(JOIN_MS).catch(async error => {
      await this.leave()
      throw ourError(error, this.cluster.address, `joining group ${group}`)
    })
    await this.settle()
    if (this.leaving.signal.aborted) throw this.lost('left while joining')
    return this.state.owned
  }

  async committed(partition: number): Promise<CommittedOffset | undefined> {
    return fetchSlot(this.coordinator, this.inputs, partition, this.options.pendingMs)
  }

  async commit(offsets: ReadonlyMap<number, CommittedOffset>): Promise<void> {
    const { memberId } = this.state
    for (;;) {
      const seat = this.mine(memberId, offsets.keys())
      try {
        await commitSlots(this.coordinator, seat, this.inputs, offsets)
        return
      } catch (error) {
        if (!isFailure(error, 'group-lost')) throw error
        // An answer may have moved the epoch on meanwhile; the next one tells, too, if all is lost.
        if (this.state.epochOf(memberId) === seat.generation) await this.confirm()
        const epoch = this.state.epochOf(memberId)
        if (epoch === undefined || epoch === seat.generation) throw error
      }
    }
  }

  seat(partition: number): Seat | undefined {
    return this.state.seat(partition)
  }

  async confirm(): Promise<readonly number[]> {
    await this.heartbeat?.next()
    return this.state.owned
  }

  onRevoke(listener: (partitions: readonly number[]) => Promise<void>): void {
    this.revoked.push(listener)
  }

  onChange(listener: (partitions: readonly number[]) => void): void {
    this.changed.push(listener)
  }

  /** Gives the partitions back at once; a broker that is away learns it by our silence. */
  async leave(): Promise<void> {
    if (this.leaving.signal.aborted) return
    this.leaving.abort()
    await this.heartbeat?.stop(this.state.end())
  }

  /** Several heartbeats in short order: what a new member gets, it gets within moments. */
  private async settle(): Promise<void> {
    const until = performance.now() + SETTLE_MS
    while (this.state.owned.length === 0 && performance.now() < until) {
      const { signal } = this.leaving
      await sleep(SETTLE_EVERY_MS, undefined, { signal }).catch(() => {})
      if (signal.aborted) return
      await this.confirm()
    }
  }

  private reconcile(): void {
    const { revoke, gained } = this.state.reconcile()
    if (gained) this.change()
    if (revoke.length > 0) void this.giveBack(revoke)
    if (this.state.hasNews) this.heartbeat?.hurry()
  }

  /** The owner flushes; then the partitions are dropped here, then by the next heartbeat there. */
  private async giveBack(partitions: readonly number[]): Promise<void> {
    const { memberId } = this.state
    const { rebalanceMs = REBALANCE_MS } = this.options
    const { promise: late, resolve } = Promise.withResolvers<'late'>()
    const timer = setTimeout(() => resolve('late'), rebalanceMs)
    const flushed = Promise.allSettled(this.revoked.map(async revoke => revoke(partitions)))
    const outcome = await Promise.race([flushed, late])
    clearTimeout(timer)
    if (this.state.memberId !== memberId) return
    if (outcome === 'late') {
      this.lose(`its partitions were not given back within ${formatDuration(rebalanceMs)}`)
      this.heartbeat?.hurry()
      return
    }
    this.state.gaveBack()
    this.change()
    this.reconcile()
  }

  /** Tells first: whoever hears it stops before anything is ours again. */
  private lose(problem: string): void {
    const { owned, joined } = this.state
    const gone = this.state.end()
    if (owned.length > 0) this.change()
    if (joined) this.tell(fencedLine(this.options.group, owned.length, problem))
    if (gone !== undefined) void this.heartbeat?.release(gone)
  }

  private change(): void {
    for (const listener of this.changed) listener(this.state.owned)
  }

  /** The seat under which all these partitions are ours, still that of the same member. */
  private mine(memberId: string, partitions: Iterable<number>): Seat {
    const seats = [...partitions].map(partition => ({
      partition,
      seat: this.state.seat(partition)
    }))
    const gone = seats.filter(({ seat }) => seat === undefined).map(({ partition }) => partition)
    if (gone.length > 0) throw this.lost(`${this.labels(gone)} went away`)
    const seat = seats[0]?.seat
    if (seat?.memberId !== memberId) throw this.lost('dropped by the broker')
    return seat
  }

  private labels(slots: readonly number[]): string {
    return slots.map(slot => this.inputs.label(slot)).join()
  }

  private lost(problem: string): Error {
    return failure('group-lost', { group: this.options.group, problem })
  }
}
