import { setTimeout as sleep } from 'node:timers/promises'
import { failure } from '../../core/errors.ts'
import { formatDuration } from '../../core/units.ts'
import {
  brokerErrorIds,
  isBrokerError,
  isRetriable,
  ourError
} from '../connection/client-errors.ts'
import type { Cluster } from '../connection/cluster.ts'
import { requestLimit } from '../connection/options.ts'
import { Outage } from '../connection/outage.ts'
import { withRetry } from '../connection/retry.ts'
import type { ConsumerMemberState } from './consumer-member-state.ts'
import { GroupConnection } from './group-connection.ts'
import { type Subscription, sendHeartbeat, sendLeave } from './group-heartbeat.ts'

const DROPPED = ['UNKNOWN_MEMBER_ID', 'FENCED_MEMBER_EPOCH']
/** Of a member: the group was deleted. Of a newcomer: it is a group of another kind. */
const NO_GROUP = 'GROUP_ID_NOT_FOUND'
const REASONS: Readonly<Record<string, string>> = {
  UNKNOWN_MEMBER_ID: 'it was silent for longer than its session',
  FENCED_MEMBER_EPOCH: 'the group went on without it',
  [NO_GROUP]: 'the group was deleted'
}
/** Silence after which a heartbeat counts as lost: two intervals, at least this. */
const ANSWER_MS_MIN = 2_000
const LEAVE_MS = 5_000

export interface HeartbeatOptions {
  /** The broker answered: there may be something to do. */
  onOrders(): void
  /** The broker does not know us any more. */
  onDropped(problem: string): void
  readonly onTrouble: (line: string) => void
  /** Milliseconds between two heartbeats at most, whatever the broker wants. */
  readonly everyMs?: number
}

/**
 * Says that a member lives, one heartbeat at a time, as often as the broker wants it. A broker that is
 * away is asked again until `stop`; after a lost answer everything is said again.
 */
export class ConsumerHeartbeat {
  private readonly subscription: Subscription
  private readonly state: ConsumerMemberState
  private readonly options: HeartbeatOptions
  private readonly address: string
  private readonly requestMs: number
  private readonly connection: GroupConnection
  private readonly outage: Outage
  private readonly stopping = new AbortController()
  private intervalMs = 0
  private sentAt = 0
  /** Who waits for the answer to a heartbeat that is not sent yet. */
  private readonly waiting: (() => void)[] = []
  private pausing: AbortController | undefined
  private hurried = false

  constructor(
    cluster: Cluster,
    subscription: Subscription,
    state: ConsumerMemberState,
    options: HeartbeatOptions
  ) {
    this.subscription = subscription
    this.state = state
    this.options = options
    this.address = cluster.address
    this.requestMs = requestLimit(cluster.options)
    this.connection = new GroupConnection(cluster, subscription.group)
    this.outage = new Outage(options.onTrouble, ms => {
      options.onTrouble(`group ${subscription.group} goes on after ${formatDuration(ms)}`)
    })
  }

  /** The first heartbeat; the others follow by themselves. Throws what no repeat can cure. */
  async start(limitMs: number): Promise<void> {
    const mayPass = (error: unknown): boolean =>
      isRetriable(error) || isBrokerError(error, ...DROPPED)
    await this.beat(limitMs, error => !mayPass(error))
    this.options.onOrders()
    void this.live()
  }

  /** The next heartbeat goes out at once. */
  hurry(): void {
    this.hurried = true
    this.pausing?.abort()
  }

  /** Resolves when a heartbeat sent from now on was answered, or at `stop`. */
  next(): Promise<void> {
    if (this.stopping.signal.aborted) return Promise.resolve()
    this.hurry()
    return new Promise(resolve => this.waiting.push(resolve))
  }

  /** Ends the heartbeats, and says good-bye for this id if there is one. */
  async stop(memberId: string | undefined): Promise<void> {
    this.stopping.abort()
    this.pausing?.abort()
    for (const resolve of this.waiting.splice(0)) resolve()
    if (memberId !== undefined) {
      const done = new AbortController()
      const late = sleep(LEAVE_MS, undefined, { signal: done.signal }).catch(() => {})
      await Promise.race([this.release(memberId), late])
      done.abort()
    }
    this.connection.close()
  }

  /** Frees what the broker still holds for an id that is ours no more. It learns it by silence otherwise. */
  async release(memberId: string): Promise<void> {
    try {
      const { group } = this.subscription
      await this.connection.run(wire => sendLeave(wire, group, memberId, LEAVE_MS))
    } catch {
      // The session ends it.
    }
  }

  private async live(): Promise<void> {
    const { signal } = this.stopping
    while (!signal.aborted) {
      await this.pause()
      if (signal.aborted) return
      const heard = this.waiting.splice(0)
      // It ends without success only when it is stopped.
      await this.beat(Number.POSITIVE_INFINITY, () => signal.aborted).catch(() => {})
      if (!signal.aborted) this.options.onOrders()
      for (const resolve of heard) resolve()
    }
  }

  private async beat(limitMs: number, isFinal: (error: unknown) => boolean): Promise<void> {
    const { signal } = this.stopping
    await withRetry(() => this.exchange(), isFinal, {
      limitMs,
      signal,
      onAttempt: error => this.trouble(error)
    })
    this.outage.succeeded(this.subscription.group, performance.now())
  }

  private async exchange(): Promise<void> {
    const { group } = this.subscription
    if (this.stopping.signal.aborted) throw failure('group-lost', { group, problem: 'left' })
    const limitMs = Math.min(this.requestMs, Math.max(ANSWER_MS_MIN, 2 * this.intervalMs))
    const { report, answered } = this.state.report()
    this.sentAt = performance.now()
    try {
      const answer = await this.connection.run(wire =>
        sendHeartbeat(wire, this.subscription, report, limitMs)
      )
      this.intervalMs = Math.min(answer.intervalMs, this.options.everyMs ?? answer.intervalMs)
      answered(answer)
    } catch (error) {
      const dropped = isBrokerError(error, ...(report.epoch > 0 ? [...DROPPED, NO_GROUP] : DROPPED))
      if (dropped && report.memberId === this.state.memberId) {
        const [id = ''] = brokerErrorIds(error)
        this.options.onDropped(REASONS[id] ?? id)
      }
      throw error
    }
  }

  private async pause(): Promise<void> {
    const rest = this.sentAt + this.intervalMs - performance.now()
    if (!this.hurried && rest > 0) {
      this.pausing = new AbortController()
      await sleep(rest, undefined, { signal: this.pausing.signal }).catch(() => {})
      this.pausing = undefined
    }
    this.hurried = false
  }

  private trouble(error: unknown): void {
    if (this.stopping.signal.aborted) return
    const { message } = ourError(error, this.address, `group ${this.subscription.group}`)
    this.outage.failed(this.subscription.group, message, performance.now())
  }
}
