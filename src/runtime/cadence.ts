import { limits } from '../core/limits.ts'

/** Flushes of one instance: each is a transaction, which costs the brokers some milliseconds. */
const FLUSHES_PER_SECOND_MAX = 50
const COMMIT_EVERY_MAX_MS = 30_000

/** Milliseconds between two flushes of all `tasks` partitions that an instance reads. */
export function flushInterval(everyMs: number, tasks: number): number {
  return Math.max(everyMs, (tasks / FLUSHES_PER_SECOND_MAX) * 1_000)
}

/**
 * Milliseconds until the next commit: after a large one the pause is longer, so that the changelog stays
 * within its budget.
 */
export function commitInterval(everyMs: number, stateBytes: number): number {
  const needed = (stateBytes / limits.stateBytesPerSecondMax) * 1_000
  return Math.max(everyMs, Math.min(COMMIT_EVERY_MAX_MS, needed))
}

/** Says when the next turn of something periodic is due. Wall-clock time comes from outside. */
export class Cadence {
  private everyMs: number
  private last: number

  constructor(everyMs: number, nowMs: number) {
    this.everyMs = everyMs
    this.last = nowMs
  }

  due(nowMs: number): boolean {
    return nowMs - this.last >= this.everyMs
  }

  /** Milliseconds until the next turn, never negative. */
  remaining(nowMs: number): number {
    return Math.max(0, this.last + this.everyMs - nowMs)
  }

  /** From now on turns are due this often. */
  set interval(everyMs: number) {
    this.everyMs = everyMs
  }

  turn(nowMs: number): void {
    this.last = nowMs
  }
}
