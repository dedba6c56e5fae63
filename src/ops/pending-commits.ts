/** A commit that is under way, and what it has met so far. */
export interface PendingCommit {
  /** The task whose commit it is: `combine events-3`, `merge 0`. */
  readonly task: string
  /** Milliseconds it has taken so far. */
  readonly ms: number
  /** What the last attempt failed with; undefined while none has. */
  readonly problem: string | undefined
}

/** One as it crosses from a thread: its task, since when (ms), and what the last attempt failed with. */
export type PendingEntry = readonly [task: string, since: number, problem: string | undefined]

/** Flushes and commits that are under way: whether one does not get through is seen while it does not. */
export class PendingCommits {
  private readonly underWay = new Map<string, { since: number; problem: string | undefined }>()
  private elsewhere: readonly PendingEntry[] = []

  began(task: string, now: number): void {
    this.underWay.set(task, { since: now, problem: undefined })
  }

  /** An attempt failed; another one follows. */
  failed(task: string, problem: string): void {
    const found = this.underWay.get(task)
    if (found) found.problem = problem
  }

  ended(task: string): void {
    this.underWay.delete(task)
  }

  /** Those of this place. */
  entries(): readonly PendingEntry[] {
    return [...this.underWay].map(([task, { since, problem }]) => [task, since, problem])
  }

  /** All that are under way in other threads now. */
  gather(elsewhere: readonly PendingEntry[]): void {
    this.elsewhere = elsewhere
  }

  /** The one that has taken longest; undefined when none is under way. */
  longest(now: number): PendingCommit | undefined {
    let longest: PendingCommit | undefined
    for (const [task, since, problem] of [...this.entries(), ...this.elsewhere]) {
      const ms = now - since
      if (longest === undefined || ms > longest.ms) longest = { task, ms, problem }
    }
    return longest
  }
}
