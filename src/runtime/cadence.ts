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
