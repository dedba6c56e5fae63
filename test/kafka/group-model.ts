/** A refusal by its code in the protocol. */
export class Refused extends Error {
  readonly errorCode: number

  constructor(errorCode: number) {
    super(`error ${errorCode}`)
    this.errorCode = errorCode
  }
}

export const UNKNOWN_MEMBER_ID = 25
export const FENCED_MEMBER_EPOCH = 110
export const STALE_MEMBER_EPOCH = 113

export interface ModelReport {
  readonly memberId: string
  readonly epoch: number
  readonly owned: readonly number[] | undefined
}

interface Member {
  epoch: number
  previous: number
  /** What the broker takes for its own, without `pending`. */
  assigned: readonly number[]
  /** Asked back, not yet confirmed. */
  pending: readonly number[]
  target: readonly number[]
}

/**
 * A group coordinator as KIP-848 describes it (reconciliation, the epochs of a member, and when it is
 * fenced), without sessions: a test drops members. Targets are as the test says, or fair.
 */
export class GroupModel {
  readonly partitions: number
  readonly members = new Map<string, Member>()
  private epoch = 0

  constructor(partitions: number) {
    this.partitions = partitions
  }

  heartbeat({ memberId, epoch, owned }: ModelReport): {
    epoch: number
    assigned: readonly number[] | undefined
  } {
    if (epoch === -1) {
      this.drop(memberId)
      return { epoch: -1, assigned: undefined }
    }
    const known = this.members.get(memberId)
    if (known === undefined && epoch > 0) throw new Refused(UNKNOWN_MEMBER_ID)
    const member = known ?? this.admit(memberId)
    const repeats =
      epoch === member.previous && owned?.every(each => member.assigned.includes(each))
    if (epoch > member.epoch || (epoch < member.epoch && repeats !== true)) {
      throw new Refused(FENCED_MEMBER_EPOCH)
    }
    const before = member.assigned
    this.reconcile(member, owned)
    const isNews = epoch === 0 || owned !== undefined || member.assigned.join() !== before.join()
    return { epoch: member.epoch, assigned: isNews ? member.assigned : undefined }
  }

  /** The end of a session. */
  drop(memberId: string): void {
    if (this.members.delete(memberId)) this.share()
  }

  /** Gives a member another target; the others keep theirs. */
  target(memberId: string, partitions: readonly number[]): void {
    this.epoch++
    this.members.get(memberId)!.target = partitions
  }

  /** Who may store an offset of this partition under this seat; throws as OffsetCommit answers. */
  checkSeat(memberId: string, epoch: number): void {
    const member = this.members.get(memberId)
    if (member === undefined) throw new Refused(UNKNOWN_MEMBER_ID)
    if (member.epoch !== epoch) throw new Refused(STALE_MEMBER_EPOCH)
  }

  private admit(memberId: string): Member {
    const member: Member = { epoch: 0, previous: -1, assigned: [], pending: [], target: [] }
    this.members.set(memberId, member)
    this.share()
    return member
  }

  /** Everybody a fair share, in turn: more moves than a good assignor would make. */
  private share(): void {
    this.epoch++
    const count = this.members.size
    for (const [turn, member] of [...this.members.values()].entries()) {
      const all = Array.from({ length: this.partitions }, (_, partition) => partition)
      member.target = all.filter(partition => (partition + this.epoch) % count === turn)
    }
  }

  private reconcile(member: Member, owned: readonly number[] | undefined): void {
    const owns = (partitions: readonly number[]): boolean =>
      partitions.length > 0 &&
      (owned === undefined || partitions.some(partition => owned.includes(partition)))
    if (owns(member.pending)) return
    const revoke = member.assigned.filter(each => !member.target.includes(each))
    member.assigned = member.assigned.filter(each => member.target.includes(each))
    // Nobody has to confirm what he never had: the answer that gave it to him was lost.
    member.pending = owns(revoke) ? revoke : []
    if (member.pending.length > 0) return
    if (member.epoch !== this.epoch) {
      member.previous = member.epoch
      member.epoch = this.epoch
    }
    const others = [...this.members.values()].filter(other => other !== member)
    const taken = new Set(others.flatMap(other => [...other.assigned, ...other.pending]))
    member.assigned = member.target.filter(each => !taken.has(each))
  }
}
