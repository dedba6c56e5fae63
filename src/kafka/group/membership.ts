import { assert } from '../../core/assert.ts'
import { failure, isFailure } from '../../core/errors.ts'
import { Inputs } from '../../core/inputs.ts'
import { formatDuration } from '../../core/units.ts'
import type { CommittedOffset, Membership, Seat } from '../../port/log.ts'
import { isBrokerError, isRetriable, ourError } from '../connection/client-errors.ts'
import * as K from '../connection/client-library.ts'
import type { Cluster } from '../connection/cluster.ts'
import { Outage } from '../connection/outage.ts'
import { withRetry } from '../connection/retry.ts'
import { call } from '../connection/wire.ts'
import { Coordinator } from './coordinator.ts'
import { groupClientOptions, sessionTimes } from './group-client.ts'
import { commitSlots, fetchSlot } from './slot-offsets.ts'

export interface MembershipOptions {
  readonly group: string
  /** One topic by its name; or topics that may grow: then partitions are named by their slots. */
  readonly topic: string | Inputs
  /** Milliseconds of silence after which the broker gives our partitions away; the broker's minimum is 6,000. */
  readonly sessionMs?: number
  /** Milliseconds that a request of ours is repeated while the broker is away; default for ever. */
  readonly patienceMs?: number
  /** Milliseconds that `committed` waits for somebody's open transaction. */
  readonly pendingMs?: number
  /** Milliseconds after which a group that gives out its partitions is asked again; default the rebalance timeout. */
  readonly settleMs?: number
  readonly onTrouble?: (line: string) => void
}

/** The session of a member that asks for no other. */
export const CLASSIC_SESSION_MS = 10_000
const LEAVE_MS = 5_000
const JOIN_MS = 60_000
/** A join that takes longer waits for somebody. */
const JOIN_NOTE_MS = 2_000
const SILENT = 'it was silent for longer than its session'
/** The group is giving partitions out anew, or has just done so. */
const UNSETTLED = ['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION']

/**
 * A member of a classic consumer group. The library joins, assigns and sends heartbeats by itself,
 * without its stream; offsets go over our own wire, because the library reads them without
 * requireStable. A partition may be taken away at any moment: there is no awaited revocation in this
 * protocol, the generation in each commit is what fences.
 */
export class ClassicMembership implements Membership {
  private readonly cluster: Cluster
  private readonly options: MembershipOptions
  private readonly coordinator: Coordinator
  private readonly client: Promise<K.Consumer>
  private readonly inputs: Inputs
  private readonly outage: Outage
  private readonly listeners: ((partitions: readonly number[]) => void)[] = []
  private readonly leaving = new AbortController()
  private current: Seat | undefined
  private owned: readonly number[] = []
  /** Resolved at the next completed rebalance. */
  private settled = Promise.withResolvers<void>()

  constructor(cluster: Cluster, options: MembershipOptions) {
    this.cluster = cluster
    this.options = options
    const tell = options.onTrouble ?? (() => {})
    this.outage = new Outage(tell, ms => {
      tell(`group ${options.group} goes on after ${formatDuration(ms)}`)
    })
    const limitMs = options.patienceMs ?? Number.POSITIVE_INFINITY
    const patience = { limitMs, signal: this.leaving.signal }
    this.coordinator = new Coordinator(cluster, 'group', options.group, patience)
    this.inputs = inputsOf(options.topic)
    this.client = this.open()
    this.inputs.onChange(() => void this.resubscribe())
  }

  get memberId(): string {
    return this.current?.memberId ?? ''
  }

  /** −1 while we are not a member. */
  get generation(): number {
    return this.current?.generation ?? -1
  }

  /**
   * Waits for the member that was there before, if it died: up to its session timeout. Throws
   * `broker-…`, with `broker-denied` for a group this user may not use.
   */
  async join(): Promise<readonly number[]> {
    const { group, onTrouble } = this.options
    const note = setTimeout(
      () => onTrouble?.(`group ${group} waits for a member that was there before`),
      JOIN_NOTE_MS
    )
    const client = await this.client
    await withRetry(
      () => client.joinGroup(),
      error => !mayPass(error),
      { limitMs: JOIN_MS, signal: this.leaving.signal, onAttempt: error => this.trouble(error) }
    )
      .catch(error => {
        throw ourError(error, this.cluster.address, `joining group ${group}`)
      })
      .finally(() => clearTimeout(note))
    return this.owned
  }

  async committed(partition: number): Promise<CommittedOffset | undefined> {
    return fetchSlot(this.coordinator, this.inputs, partition, this.options.pendingMs)
  }

  async commit(offsets: ReadonlyMap<number, CommittedOffset>): Promise<void> {
    const { memberId } = this
    for (;;) {
      const settled = this.settled.promise
      const seat = this.mine(memberId, offsets.keys())
      try {
        await commitSlots(this.coordinator, seat, this.inputs, offsets)
        return
      } catch (error) {
        // Somebody else came or went: once that is over, what is still ours may be stored.
        const cause = isFailure(error, 'group-lost') ? error.cause : undefined
        if (!isBrokerError(cause, ...UNSETTLED)) throw error
        if (seat === this.current) await this.nextRebalance(settled, cause)
      }
    }
  }

  seat(partition: number): Seat | undefined {
    return this.owned.includes(partition) ? this.current : undefined
  }

  /**
   * A group that gives out its partitions is waited for: it waits itself for members that it cannot reach,
   * and the broker may move meanwhile.
   */
  async confirm(): Promise<readonly number[]> {
    for (;;) {
      const { current } = this
      if (current === undefined) return []
      const settled = this.settled.promise
      const { generation, memberId } = current
      try {
        await this.coordinator.run(wire =>
          call(wire, K.heartbeatV4.api, this.options.group, generation, memberId, null)
        )
        return this.owned
      } catch (error) {
        if (!isBrokerError(error, ...UNSETTLED, 'UNKNOWN_MEMBER_ID')) throw error
        if (current === this.current) await this.nextRebalance(settled, error)
        if (current !== this.current) return this.owned
      }
    }
  }

  /** Never called: this protocol does not wait for anybody. */
  onRevoke(): void {}

  onChange(listener: (partitions: readonly number[]) => void): void {
    this.listeners.push(listener)
  }

  /** Gives the partitions back at once; a broker that is away learns it by our silence. */
  async leave(): Promise<void> {
    if (this.leaving.signal.aborted) return
    this.leaving.abort()
    this.current = undefined
    this.owned = []
    const { promise: late, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, LEAVE_MS)
    const closed = this.client.then(client => client.close(true)).catch(() => {})
    await Promise.race([closed, late])
    clearTimeout(timer)
  }

  // The clients of the library are loaded by those who need one.
  private async open(): Promise<K.Consumer> {
    const { group, sessionMs = CLASSIC_SESSION_MS } = this.options
    const { Consumer } = await K.wholeLibrary()
    const client = new Consumer(groupClientOptions(this.cluster, group, sessionMs))
    this.track(client)
    client.on('consumer:group:join', joined => this.joined(joined))
    client.on('consumer:heartbeat:end', () => this.well())
    client.on('consumer:heartbeat:error', ({ error }) => this.trouble(error))
    // The library stops trying when a rejoin fails: then it is up to us.
    client.on('error', error => void this.rejoin(error))
    return client
  }

  private joined(event: K.ConsumerGroupJoinPayload): void {
    if (this.leaving.signal.aborted) return
    const { memberId, generationId } = event
    assert(generationId !== undefined && generationId >= 0, 'a member has a generation')
    // A new id means that the broker had dropped us.
    const dropped = this.current !== undefined && this.current.memberId !== memberId
    this.current = { memberId, generation: generationId }
    this.well()
    if (dropped) {
      const { length } = this.owned
      this.own([])
      this.options.onTrouble?.(fencedLine(this.options.group, length, SILENT))
    }
    const ours = (event.assignments ?? []).flatMap(({ topic, partitions }) =>
      partitions.map(partition => this.inputs.slotOfName(topic, partition))
    )
    this.own(ours.filter(slot => slot !== undefined).sort((a, b) => a - b))
    const { resolve } = this.settled
    this.settled = Promise.withResolvers()
    resolve()
  }

  private own(partitions: readonly number[]): void {
    if (partitions.join() === this.owned.join()) return
    this.owned = partitions
    for (const listener of this.listeners) listener(partitions)
  }

  /** The seat under which these partitions are ours, still that of the same member. */
  private mine(memberId: string, partitions: Iterable<number>): Seat {
    const { current: seat } = this
    const lost = [...partitions].filter(partition => !this.owned.includes(partition))
    if (seat === undefined || seat.memberId !== memberId || lost.length > 0) {
      const problem =
        lost.length > 0
          ? `${lost.map(slot => this.inputs.label(slot)).join()} went away`
          : 'dropped by the broker'
      throw failure('group-lost', { group: this.options.group, problem })
    }
    return seat
  }

  /** Resolves with the next rebalance or the end of the membership; or, as trouble, after a while without either. */
  private async nextRebalance(settled: Promise<void>, problem: unknown): Promise<void> {
    const { sessionMs = CLASSIC_SESSION_MS } = this.options
    const { settleMs = sessionTimes(sessionMs).rebalanceMs } = this.options
    const { promise: over, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(() => {
      this.trouble(problem)
      resolve()
    }, settleMs)
    const end = (): void => resolve()
    this.leaving.signal.addEventListener('abort', end)
    await Promise.race([settled, over])
    this.leaving.signal.removeEventListener('abort', end)
    clearTimeout(timer)
  }

  /** The library assigns what it knows of: it forgets that, and the group gives out everything anew. */
  private async resubscribe(): Promise<void> {
    if (this.leaving.signal.aborted) return
    const client = await this.client
    this.track(client)
    // The first join takes what is tracked then.
    if (this.current === undefined) return
    client.clearMetadata()
    await this.joinAgain()
  }

  private track({ topics }: K.Consumer): void {
    const names = new Set(this.inputs.readable.map(({ name }) => name))
    for (const name of topics.current.filter(each => !names.has(each))) topics.untrack(name)
    for (const name of names) if (!topics.has(name)) topics.track(name)
  }

  private async rejoin(error: unknown): Promise<void> {
    this.trouble(error)
    await this.joinAgain()
  }

  private async joinAgain(): Promise<void> {
    const client = await this.client
    try {
      await withRetry(
        () => client.joinGroup(),
        () => this.leaving.signal.aborted,
        { limitMs: Number.POSITIVE_INFINITY, signal: this.leaving.signal }
      )
    } catch {
      // Only when we are leaving.
    }
  }

  private trouble(error: unknown): void {
    if (this.leaving.signal.aborted) return
    const { message } = ourError(error, this.cluster.address, `group ${this.options.group}`)
    this.outage.failed(this.options.group, message, performance.now())
  }

  private well(): void {
    this.outage.succeeded(this.options.group, performance.now())
  }
}

/** Of a topic that is only named, its name and its partitions are all that matters. */
export function inputsOf(topic: string | Inputs): Inputs {
  return typeof topic === 'string' ? Inputs.of({ name: topic, id: topic, partitions: 0 }) : topic
}

/** For people: whoever was silent for too long has lost its tasks, and knows it now. */
export function fencedLine(group: string, tasks: number, problem: string): string {
  const lost =
    tasks === 0
      ? `group ${group} dropped this instance`
      : `this instance was fenced: its tasks of group ${group} were taken over`
  return `${lost} (${problem}); it joins again`
}

/** Trouble that the next attempt may not meet; the library's own network errors say so too. */
function mayPass(error: unknown): boolean {
  return isRetriable(error) || K.findErrorBy(error as Error, 'canRetry', true) !== null
}
