/** Where windows of one size lie; all times in ms since 1970, UTC. */
export interface Grid {
  /** Start of the earliest window that holds `time`. Tumbling: the only one. */
  firstHolding(time: number): number
  /** Exclusive end of the window that starts at `start`. */
  endOf(start: number): number
  /** Start of the window after the one that starts at `start`: tumbling its end, sliding one step on. */
  after(start: number): number
}

/** One window: what a calendar fills in. */
export interface Span {
  start: number
  end: number
}

/** Windows of one length, side by side from `origin`: integer arithmetic. */
export class EvenGrid implements Grid {
  private readonly length: number
  private readonly origin: number

  constructor(length: number, origin: number) {
    this.length = length
    this.origin = origin
  }

  firstHolding(time: number): number {
    return Math.floor((time - this.origin) / this.length) * this.length + this.origin
  }

  endOf(start: number): number {
    return start + this.length
  }

  after(start: number): number {
    return start + this.length
  }
}

/** Windows of a calendar. Panes come in runs, so the last answer is nearly always the next one, too. */
export class TumblingGrid implements Grid {
  private readonly find: (time: number, span: Span) => void
  private readonly last: Span = { start: 0, end: 0 }

  constructor(find: (time: number, span: Span) => void) {
    this.find = find
  }

  firstHolding(time: number): number {
    const { last } = this
    if (time < last.start || time >= last.end) this.find(time, last)
    return last.start
  }

  endOf(start: number): number {
    this.firstHolding(start)
    return this.last.end
  }

  after(start: number): number {
    return this.endOf(start)
  }
}
