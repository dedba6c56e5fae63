import { SUSPENDED_MAX } from './clock-limits.ts'
import type { ClockNeighbours } from './clock-neighbours.ts'

/**
 * The frames that wait for their neighbours, in offset order. How many frames have passed each, and
 * how many of those agree with it, follows from the neighbours' log; only what lies before a restore
 * is remembered as numbers.
 */
export class ClockSuspended {
  size = 0
  readonly offset = new Float64Array(SUSPENDED_MAX)
  /** Clock time. */
  readonly time = new Float64Array(SUSPENDED_MAX)
  /** Frame number in the neighbours' count. */
  readonly frame = new Int32Array(SUSPENDED_MAX)
  private readonly agreedBefore = new Uint8Array(SUSPENDED_MAX)
  /** Agreement with frames before this number is in `agreedBefore`. */
  private since = 0

  add(offset: number, time: number, frame: number, agreed = 0): void {
    const at = this.size++
    this.offset[at] = offset
    this.time[at] = time
    this.frame[at] = frame
    this.agreedBefore[at] = agreed
  }

  /** Forgets everything; frames from number `since` on are in the neighbours' log. */
  clear(since: number): void {
    this.size = 0
    this.since = since
  }

  /** Keeps entry `from` as entry `to`; entries in between are gone. */
  keep(from: number, to: number): void {
    if (from === to) return
    this.offset[to] = this.offset[from]!
    this.time[to] = this.time[from]!
    this.frame[to] = this.frame[from]!
    this.agreedBefore[to] = this.agreedBefore[from]!
  }

  /** Forgets the entries at or behind an offset. */
  forgetFrom(offset: number): void {
    while (this.size > 0 && this.offset[this.size - 1]! >= offset) this.size--
  }

  /** The earliest time; +Infinity when nothing is suspended. */
  earliest(): number {
    let earliest = Number.POSITIVE_INFINITY
    for (let i = 0; i < this.size; i++) earliest = Math.min(earliest, this.time[i]!)
    return earliest
  }

  /** Later frames whose time is no more than `jump` behind that of entry `index`. */
  agreed(index: number, jump: number, neighbours: ClockNeighbours): number {
    const least = this.time[index]! - jump
    let count = this.agreedBefore[index]!
    const first = Math.max(this.frame[index]! + 1, this.since)
    for (let frame = first; frame < neighbours.frames; frame++) {
      if (neighbours.timeOf(frame) >= least) count++
    }
    return count
  }

  /** The neighbours count from `by` lower. */
  rebase(by: number): void {
    for (let i = 0; i < this.size; i++) this.frame[i]! -= by
    this.since -= by
  }
}
