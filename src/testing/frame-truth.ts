import { UserSet } from './user-set.ts'

export interface TrueMinute {
  /** Unix seconds. */
  readonly start: number
  readonly frames: number
  readonly uniques: number
}

export interface TrueCounts {
  readonly distinct_uids: number
  readonly minutes: readonly TrueMinute[]
}

/** Why a line cannot be counted: the words of the rejects. */
export const brokenReasons = ['bad-json', 'no-key', 'bad-key', 'no-time', 'bad-time'] as const

export type BrokenReason = (typeof brokenReasons)[number]

/** The true counts of generated frames, as JSON for people and tests. */
export interface Truth extends TrueCounts {
  /** Lines, broken ones included. */
  readonly lines: number
  /** Frames that count: with a key and a time, right or flipped. */
  readonly frames: number
  /** Frames more than 5 s behind the newest before them; flipped ones neither count nor move it. */
  readonly late: number
  /** Frames that were drawn to be late, by however little. */
  readonly delayed: number
  readonly broken: Readonly<Record<BrokenReason, number>>
  /** Frames with a flipped bit in their time, in the minutes that their time says. */
  readonly flipped: { readonly frames: number; readonly minutes: readonly TrueMinute[] }
  /** What is left without the flipped frames, when there are any. */
  readonly without_flipped?: TrueCounts
}

const LATE_MS = 5_000
const MINUTE_MS = 60_000

/** Counts exactly what the generator writes, while it writes it. */
export class FrameTruth {
  private readonly all: Counts
  private readonly right: Counts
  private readonly flipped: Counts
  private readonly broken = new Map<BrokenReason, number>()
  private newestMs = -Infinity
  private late = 0
  private delayed = 0

  constructor(users: number) {
    this.all = new Counts(users)
    this.right = new Counts(users)
    this.flipped = new Counts(users)
  }

  count(user: number, timeMs: number, delayed: boolean, flipped: boolean): void {
    this.all.count(user, timeMs)
    if (delayed) this.delayed++
    if (flipped) {
      this.flipped.count(user, timeMs)
      return
    }
    this.right.count(user, timeMs)
    if (timeMs < this.newestMs - LATE_MS) this.late++
    if (timeMs > this.newestMs) this.newestMs = timeMs
  }

  reject(reason: BrokenReason): void {
    this.broken.set(reason, (this.broken.get(reason) ?? 0) + 1)
  }

  result(): Truth {
    const broken = Object.fromEntries(brokenReasons.map(name => [name, this.broken.get(name) ?? 0]))
    const rejected = [...this.broken.values()].reduce((sum, count) => sum + count, 0)
    return {
      lines: this.all.frames + rejected,
      frames: this.all.frames,
      ...this.all.result(),
      late: this.late,
      delayed: this.delayed,
      broken: broken as Record<BrokenReason, number>,
      flipped: { frames: this.flipped.frames, minutes: this.flipped.result().minutes },
      ...(this.flipped.frames > 0 && { without_flipped: this.right.result() })
    }
  }
}

class Counts {
  frames = 0
  private readonly users: number
  private readonly distinct: UserSet
  private readonly minutes = new Map<number, { frames: number; readonly users: UserSet }>()

  constructor(users: number) {
    this.users = users
    this.distinct = new UserSet(users)
  }

  count(user: number, timeMs: number): void {
    this.frames++
    this.distinct.add(user)
    const number = Math.floor(timeMs / MINUTE_MS)
    let minute = this.minutes.get(number)
    if (!minute) {
      minute = { frames: 0, users: new UserSet(this.users) }
      this.minutes.set(number, minute)
    }
    minute.frames++
    minute.users.add(user)
  }

  result(): TrueCounts {
    const minutes = [...this.minutes]
      .sort(([left], [right]) => left - right)
      .map(([number, { frames, users }]) => ({ start: number * 60, frames, uniques: users.size }))
    return { distinct_uids: this.distinct.size, minutes }
  }
}
