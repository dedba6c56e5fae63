import { NEIGHBOUR_FRAMES, RECENT_FRAMES, RING_ENTRIES } from './clock-limits.ts'
import { ClockRing } from './clock-ring.ts'
import type { RingEntry } from './clock-state.ts'

const SLOT = NEIGHBOUR_FRAMES - 1
/** So few frames enter the ring one by one faster than it is drawn anew. */
const FEW_FRAMES = 32

/**
 * The frames around the newest one. A frame is only written down, in two columns; the ring follows
 * when somebody asks, because nearly every frame is decided without it. It is a function of the last
 * 1,024 frames, so it can be drawn from the newest one back and then stops after 16 entries.
 */
export class ClockNeighbours {
  /** Frames so far; the newest has number `frames − 1`. */
  frames = 0
  readonly times = new Float64Array(NEIGHBOUR_FRAMES)
  readonly keys = new Int32Array(NEIGHBOUR_FRAMES)
  private readonly ring = new ClockRing()
  /** The ring as `follow` found it. */
  private readonly base = new ClockRing()

  append(time: number, key: number): void {
    const slot = this.frames & SLOT
    this.times[slot] = time
    this.keys[slot] = key
    this.frames++
  }

  /** Time of one of the last 1,024 frames that were appended here. */
  timeOf(frame: number): number {
    return this.times[frame & SLOT]!
  }

  /** The ring as of the newest frame. */
  settled(): ClockRing {
    const { ring } = this
    const behind = this.frames - 1 - ring.newest
    if (behind > FEW_FRAMES) {
      this.base.copyFrom(ring)
      this.draw(this.frames - 1)
    } else if (behind > 0) this.enter(ring.newest + 1, this.frames)
    return ring
  }

  /**
   * C after the frames that the ring has not seen, from C before them. For frames that no record
   * vouches for, or not beyond `clock`, and none of them or of the ring more than a day ahead of it:
   * each moves C to M(48), when it is itself beyond C and M is.
   */
  follow(clock: number): number {
    const { ring, base, frames } = this
    const first = ring.newest + 1
    if (frames - first <= FEW_FRAMES) return this.replay(first, clock)
    base.copyFrom(ring)
    this.draw(frames - 1)
    const floor = ring.middleOver(clock, RECENT_FRAMES)
    const start = base.latest() > floor ? first : this.firstBeyond(floor, first)
    if (start > first) {
      const reached = this.highest(start, clock, floor)
      if (!Number.isNaN(reached)) return reached
    }
    ring.copyFrom(base)
    return this.replay(first, clock)
  }

  /** Goes on after a stored ring; numbers begin where all its ages have room. */
  restore(entries: readonly RingEntry[]): void {
    this.frames = NEIGHBOUR_FRAMES
    this.ring.clear(NEIGHBOUR_FRAMES - 1)
    for (const { time, key, age } of entries.toReversed()) {
      this.ring.precede(time, key | 0, NEIGHBOUR_FRAMES - 1 - age)
    }
  }

  /** Frame numbers count from `by` lower: a multiple of 1,024, so that the columns keep their places. */
  rebase(by: number): void {
    this.settled().rebase(by)
    this.frames -= by
  }

  /** The readable form of `follow`. */
  private replay(first: number, clock: number): number {
    const { ring, times, keys } = this
    let reached = clock
    for (let frame = first; frame < this.frames; frame++) {
      const time = times[frame & SLOT]!
      ring.enter(time, keys[frame & SLOT]!, frame)
      if (time > reached) reached = ring.middleOver(reached, RECENT_FRAMES)
    }
    return reached
  }

  /**
   * The same without the frames before `start`, when no time up to there exceeds `floor`, which is M
   * now or C. While no entry leaves the recent ones by its age, M exceeds a limit only through a frame
   * that is at least as late as M, and such a frame moves C. So C is the highest M of all frames, if
   * any exceeds `floor`, or if the newest frame itself moves C there. Otherwise NaN.
   */
  private highest(start: number, clock: number, floor: number): number {
    const { ring, times, keys, frames } = this
    this.draw(start - 1)
    let reached = floor
    for (let frame = start; frame < frames; frame++) {
      if (ring.oldest <= frame - RECENT_FRAMES) return Number.NaN
      const time = times[frame & SLOT]!
      ring.enter(time, keys[frame & SLOT]!, frame)
      if (time > reached) reached = ring.middleOver(reached, RECENT_FRAMES)
    }
    const isReached = reached > floor || floor === clock || this.timeOf(frames - 1) >= floor
    return isReached ? reached : Number.NaN
  }

  private enter(first: number, end: number): void {
    const { ring, times, keys } = this
    for (let frame = first; frame < end; frame++) {
      ring.enter(times[frame & SLOT]!, keys[frame & SLOT]!, frame)
    }
  }

  /** Draws the ring as of frame `newest` from the frames after `base`, then from `base`. */
  private draw(newest: number): void {
    const { ring, base, times, keys } = this
    ring.clear(newest)
    const oldest = Math.max(base.newest + 1, newest - SLOT, 0)
    for (let frame = newest; frame >= oldest && ring.size < RING_ENTRIES; frame--) {
      const key = keys[frame & SLOT]!
      if (ring.takes(key)) ring.precede(times[frame & SLOT]!, key, frame)
    }
    ring.precedeAll(base)
  }

  private firstBeyond(floor: number, first: number): number {
    const { times, frames } = this
    let frame = first
    while (frame < frames && times[frame & SLOT]! <= floor) frame++
    return frame
  }
}
