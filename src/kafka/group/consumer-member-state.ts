import { randomUUID } from 'node:crypto'
import type { Seat } from '../../port/log.ts'

/** What a heartbeat says of its member. */
export interface MemberReport {
  readonly memberId: string
  /** 0 joins. */
  readonly epoch: number
  /** True when all fields are said: the broker may not know them. */
  readonly whole: boolean
  /** What is ours; undefined when the broker knows it. */
  readonly owned: readonly number[] | undefined
}

/** What the broker answers. */
export interface MemberOrders {
  readonly epoch: number
  /** All that shall be ours now; undefined when nothing has changed. */
  readonly assigned: readonly number[] | undefined
}

/**
 * A member of a consumer group as KIP-848 sees it: the broker computes an assignment, the member moves
 * towards it. First it gives back, as long as that takes; what it reports as its own afterwards is the
 * confirmation. Only then the broker moves it to the next epoch, with new partitions. Nothing here waits.
 *
 * Whoever was dropped comes back under another id: nothing said by or to the old one can be mistaken.
 */
export class ConsumerMemberState {
  private id: string = randomUUID()
  private epoch = 0
  private held: readonly number[] = []
  private assigned: readonly number[] | undefined
  private returning: readonly number[] = []
  /** Counts changes of `held`; the broker knows those up to `known`. */
  private version = 0
  private known = 0
  /** Counts changes of the subscription; the broker knows those up to `subscribed`. */
  private subscription = 0
  private subscribed = 0
  /** Nothing came back to the last report: the broker may or may not have heard it. */
  private unsure = false

  get memberId(): string {
    return this.id
  }

  /** True from the first answer until the membership ends. */
  get joined(): boolean {
    return this.epoch > 0
  }

  /** What is ours, also while it is being given back. */
  get owned(): readonly number[] {
    return this.held
  }

  /** True when the broker does not know yet what is ours, or what we want. */
  get hasNews(): boolean {
    const { version, known, subscription, subscribed } = this
    return this.joined && (version !== known || subscription !== subscribed)
  }

  /** Other topics than before: the next report says them. */
  resubscribe(): void {
    this.subscription++
  }

  /** The epoch under which an id is a member; undefined when it is none. */
  epochOf(memberId: string): number | undefined {
    return this.joined && this.id === memberId ? this.epoch : undefined
  }

  seat(partition: number): Seat | undefined {
    if (!this.joined || !this.held.includes(partition)) return undefined
    return { memberId: this.id, generation: this.epoch }
  }

  /** The next report, and what to call when it was answered. */
  report(): { report: MemberReport; answered: (orders: MemberOrders) => void } {
    const { id, epoch, version, subscription } = this
    const whole = !this.joined || this.unsure || subscription !== this.subscribed
    const news = whole || version !== this.known
    this.unsure = true
    const answered = (orders: MemberOrders): void => {
      // A late answer to a member that is none any more.
      if (this.id !== id) return
      this.unsure = false
      this.known = version
      this.subscribed = subscription
      this.epoch = orders.epoch
      if (orders.assigned !== undefined) this.assigned = orders.assigned
    }
    return {
      report: { memberId: id, epoch, whole, owned: news ? this.held : undefined },
      answered
    }
  }

  /**
   * The next step towards the assignment. `revoke`: partitions to give back, then `gaveBack` is called;
   * none while others are on their way back. `gained`: true when partitions came to `owned`.
   */
  reconcile(): { revoke: readonly number[]; gained: boolean } {
    const { assigned, held } = this
    if (assigned === undefined || this.returning.length > 0) return { revoke: [], gained: false }
    const revoke = held.filter(partition => !assigned.includes(partition))
    this.returning = revoke
    if (revoke.length > 0 || assigned.length === held.length) return { revoke, gained: false }
    this.hold(assigned)
    return { revoke, gained: true }
  }

  /** What was on its way back is not ours any more. */
  gaveBack(): void {
    const { returning } = this
    this.returning = []
    this.hold(this.held.filter(partition => !returning.includes(partition)))
  }

  /** The membership ended: nothing is ours. Returns the id that is gone, if the broker may know it. */
  end(): string | undefined {
    const gone = this.joined || this.unsure ? this.id : undefined
    this.id = randomUUID()
    this.epoch = 0
    this.held = []
    this.assigned = undefined
    this.returning = []
    this.version = 0
    this.known = 0
    this.unsure = false
    return gone
  }

  private hold(partitions: readonly number[]): void {
    this.held = [...partitions].sort((a, b) => a - b)
    this.version++
  }
}
