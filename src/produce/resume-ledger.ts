/**
 * Knows the line of every send that is not acked yet. Sends are numbered without gaps, lines have
 * gaps where one was blank or rejected; only the gaps are kept.
 */
export class ResumeLedger {
  /** From send `sends[i]` on, the line is `shifts[i]` more than the send's number. */
  private sends: number[] = []
  private shifts: number[] = []
  private sent = 0

  /** Entries held; bounded by the gaps among the sends that are not acked. */
  get size(): number {
    return this.sends.length
  }

  /** The next sends carry this line and those that follow it. */
  record(line: number, count = 1): void {
    const shift = line - this.sent
    if (this.shifts.at(-1) !== shift) {
      this.sends.push(this.sent)
      this.shifts.push(shift)
    }
    this.sent += count
  }

  /** Line of the first send that is not acked, or `nextLine` when all are. */
  position(ackedThrough: number, nextLine: number): number {
    if (ackedThrough >= this.sent) return nextLine
    const at = this.sends.findLastIndex(send => send <= ackedThrough)
    return ackedThrough + this.shifts[at]!
  }

  /** Forgets the gaps before the first send that is not acked. */
  prune(ackedThrough: number): void {
    const at = this.sends.findLastIndex(send => send <= ackedThrough)
    if (at <= 0) return
    this.sends = this.sends.slice(at)
    this.shifts = this.shifts.slice(at)
  }
}
