import { failure } from '../core/errors.ts'
import type { Inputs } from '../core/inputs.ts'
import type { CommittedOffset, Seat } from '../port/log.ts'

/** Stored offsets of one consumer group: they outlive its members. */
export type StoredOffsets = Map<number, CommittedOffset>

export interface MemoryGroupOptions {
  /** Of one topic that does not change; or topics that may: then partitions are named by their slots. */
  readonly partitions: number | Inputs
  /** The time in ms that sessions are measured by. */
  readonly now: () => number
  readonly offsets?: StoredOffsets
  /** Milliseconds of silence after which a member is dropped. */
  readonly sessionMs?: number
  /** Milliseconds that a member may take to give partitions back; then it is dropped. */
  readonly rebalanceMs?: number
}

interface Enlisted {
  epoch: number
  heardAt: number
  /** What the member may use. */
  held: Set<number>
  /** Held, and wanted back; since when. */
  wanted: Set<number>
  wantedAt: number
}

const SESSION_MS = 6_000
const REBALANCE_MS = 30_000

/**
 * The broker's side of a consumer group (KIP-848) in memory: members come, report, and are dropped when
 * they are silent for too long. A partition has one owner at any moment: the next one gets it after the
 * last one has confirmed, left, or lost its session. Everybody keeps what a fair share leaves him.
 */
export class MemoryGroup {
  readonly offsets: StoredOffsets
  private readonly options: MemoryGroupOptions
  private readonly members = new Map<string, Enlisted>()
  private ids = 0

  constructor(options: MemoryGroupOptions) {
    this.options = options
    this.offsets = options.offsets ?? new Map()
  }

  /** A new member's id; it owns nothing before its first report. */
  enlist(): string {
    this.expire()
    const id = `member-${++this.ids}`
    const heardAt = this.options.now()
    this.members.set(id, { epoch: 1, heardAt, held: new Set(), wanted: new Set(), wantedAt: 0 })
    this.balance()
    return id
  }

  /**
   * A heartbeat: the member lives. `returned` are partitions that it has given up since the last one.
   * Answers what is its own, and which of it is wanted back; undefined when it is no member any more.
   */
  report(
    id: string,
    returned: readonly number[] = []
  ): { seat: Seat; held: readonly number[]; wanted: readonly number[] } | undefined {
    this.expire()
    const member = this.members.get(id)
    if (member === undefined) return undefined
    member.heardAt = this.options.now()
    for (const partition of returned) {
      member.held.delete(partition)
      member.wanted.delete(partition)
    }
    if (returned.length > 0) member.epoch++
    this.balance()
    return {
      seat: { memberId: id, generation: member.epoch },
      held: [...member.held].sort(ascending),
      wanted: [...member.wanted].sort(ascending)
    }
  }

  /** The member goes: everything of it is free at once. */
  leave(id: string): void {
    this.members.delete(id)
    this.balance()
  }

  /** Stores offsets of a member's partitions. Throws `group-lost` when the seat is not valid any more. */
  commit(seat: Seat, offsets: ReadonlyMap<number, CommittedOffset>): void {
    this.check(seat, offsets.keys())
    for (const [partition, offset] of offsets) this.offsets.set(partition, offset)
  }

  /** Throws `group-lost` unless the seat is a living member's, of this epoch, that owns the partitions. */
  check({ memberId, generation }: Seat, partitions: Iterable<number>): void {
    this.expire()
    const member = this.members.get(memberId)
    if (member === undefined) throw lost('UNKNOWN_MEMBER_ID')
    if (member.epoch !== generation) throw lost('STALE_MEMBER_EPOCH')
    for (const partition of partitions) {
      if (!member.held.has(partition)) throw lost(`partition ${partition} is not its own`)
    }
  }

  private expire(): void {
    const { now, sessionMs = SESSION_MS, rebalanceMs = REBALANCE_MS } = this.options
    const before = this.members.size
    for (const [id, { heardAt, wanted, wantedAt }] of this.members) {
      const silent = now() - heardAt >= sessionMs
      const slow = wanted.size > 0 && now() - wantedAt >= rebalanceMs
      if (silent || slow) this.members.delete(id)
    }
    if (this.members.size < before) this.balance()
  }

  /** Wants back what is above a fair share, and hands out what nobody holds. */
  private balance(): void {
    const members = [...this.members.values()]
    if (members.length === 0) return
    const { partitions } = this.options
    const all = typeof partitions === 'number' ? [...Array(partitions).keys()] : partitions.slots
    const share = Math.floor(all.length / members.length)
    let larger = all.length % members.length
    const there = new Set(all)
    const free = new Set(all)
    for (const { held } of members) for (const partition of held) free.delete(partition)
    // Who holds most may keep one more: then fewer partitions move.
    for (const member of members.toSorted((a, b) => b.held.size - a.held.size)) {
      const fair = share + (larger-- > 0 ? 1 : 0)
      const held = [...member.held].sort(ascending)
      const gone = held.filter(partition => !there.has(partition))
      const kept = held.filter(partition => there.has(partition))
      this.want(member, [...kept.slice(fair), ...gone])
      for (const partition of free) {
        if (member.held.size - gone.length >= fair) break
        free.delete(partition)
        member.held.add(partition)
        member.epoch++
      }
    }
  }

  private want(member: Enlisted, partitions: readonly number[]): void {
    if (member.wanted.size === 0) member.wantedAt = this.options.now()
    member.wanted = new Set(partitions)
  }
}

function lost(problem: string): Error {
  return failure('group-lost', { group: 'memory', problem })
}

function ascending(left: number, right: number): number {
  return left - right
}
