import { KEY_ENTRIES, NEIGHBOUR_FRAMES, RING_ENTRIES } from './clock-limits.ts'
import type { RingEntry } from './clock-state.ts'

const SLOTS = RING_ENTRIES - 1
/** Keys are hashes: their low bits tell most of them apart without a search. */
const CELLS = 64

/**
 * The newest 16 of the last 1,024 frames, at most 4 of one key, in order of arrival. A circular
 * buffer: positions count from the oldest entry.
 */
export class ClockRing {
  size = 0
  /** Number of the newest frame that was entered. */
  newest = -1
  private head = 0
  private readonly time = new Float64Array(RING_ENTRIES)
  private readonly key = new Int32Array(RING_ENTRIES)
  private readonly frame = new Int32Array(RING_ENTRIES)
  /** Entries by the low bits of their key. */
  private readonly held = new Uint8Array(CELLS)
  /** While the ring is drawn: a key of the cell that has all its entries. */
  private readonly fullKey = new Int32Array(CELLS)
  private readonly isFull = new Uint8Array(CELLS)
  private readonly sorted = new Float64Array(RING_ENTRIES)

  /** Number of the oldest frame in the ring, which is not empty. */
  get oldest(): number {
    return this.frame[this.head]!
  }

  /** Frames are entered in order, though not every one. */
  enter(time: number, key: number, frame: number): void {
    const cell = key & (CELLS - 1)
    const oldest = this.held[cell]! < KEY_ENTRIES ? -1 : this.oldestOfFull(key)
    if (oldest > 0) this.remove(oldest)
    else if (oldest === 0 || this.size === RING_ENTRIES) this.removeOldest()
    const slot = (this.head + this.size) & SLOTS
    this.time[slot] = time
    this.key[slot] = key
    this.frame[slot] = frame
    this.size++
    this.held[cell]!++
    this.advance(frame)
  }

  /** Frame `newest` has passed: entries that are 1,024 frames old leave. */
  advance(newest: number): void {
    this.newest = newest
    while (this.size > 0 && this.frame[this.head]! <= newest - NEIGHBOUR_FRAMES) this.removeOldest()
  }

  /** M over the entries of the last `within` frames when it is later than `floor`, else `floor`. */
  middleOver(floor: number, within: number): number {
    const oldest = this.newest - within
    let beyond = 0
    let below = 0
    let least = Number.POSITIVE_INFINITY
    for (let i = this.head + this.size - 1; i >= this.head; i--) {
      if (this.frame[i & SLOTS]! <= oldest) break
      const time = this.time[i & SLOTS]!
      if (time > floor) {
        beyond++
        if (time < least) least = time
      } else if (++below >= RING_ENTRIES / 2) return floor
    }
    if (beyond <= below) return floor
    // The middle is the least of a bare majority: no sorting.
    return beyond === ((beyond + below) >> 1) + 1 ? least : this.middle(within)
  }

  /** M: the time that just more than half of the entries of the last `within` frames have reached. */
  middle(within: number): number {
    const { sorted } = this
    const oldest = this.newest - within
    let count = 0
    for (let i = this.head + this.size - 1; i >= this.head; i--) {
      if (this.frame[i & SLOTS]! <= oldest) break
      const time = this.time[i & SLOTS]!
      let at = count++
      for (; at > 0 && sorted[at - 1]! < time; at--) sorted[at] = sorted[at - 1]!
      sorted[at] = time
    }
    return count === 0 ? Number.NaN : sorted[count >> 1]!
  }

  /** The latest time in the ring; −Infinity when it is empty. */
  latest(): number {
    let latest = Number.NEGATIVE_INFINITY
    for (let i = this.head; i < this.head + this.size; i++) {
      if (this.time[i & SLOTS]! > latest) latest = this.time[i & SLOTS]!
    }
    return latest
  }

  /** True unless the key has all the entries that it may have; only while the ring is being drawn. */
  takes(key: number): boolean {
    const cell = key & (CELLS - 1)
    if (this.held[cell]! < KEY_ENTRIES) return true
    if (this.isFull[cell] === 1 && this.fullKey[cell] === key) return false
    if (this.oldestOfFull(key) < 0) return true
    this.isFull[cell] = 1
    this.fullKey[cell] = key
    return false
  }

  /** Puts a frame before the oldest entry: for drawing the ring from the newest frame back. */
  precede(time: number, key: number, frame: number): void {
    this.head = (this.head - 1) & SLOTS
    this.time[this.head] = time
    this.key[this.head] = key
    this.frame[this.head] = frame
    this.size++
    this.held[key & (CELLS - 1)]!++
  }

  /** Puts what still has room from an earlier ring before the oldest entry. */
  precedeAll(earlier: ClockRing): void {
    for (let i = earlier.size - 1; i >= 0 && this.size < RING_ENTRIES; i--) {
      const slot = (earlier.head + i) & SLOTS
      const frame = earlier.frame[slot]!
      if (frame <= this.newest - NEIGHBOUR_FRAMES) return
      const key = earlier.key[slot]!
      if (this.takes(key)) this.precede(earlier.time[slot]!, key, frame)
    }
  }

  /** Empty, as of frame `newest`: to be drawn or restored from the newest entry back. */
  clear(newest: number): void {
    this.newest = newest
    this.size = 0
    this.head = 0
    this.held.fill(0)
    this.isFull.fill(0)
  }

  copyFrom(other: ClockRing): void {
    this.size = other.size
    this.newest = other.newest
    this.head = other.head
    this.time.set(other.time)
    this.key.set(other.key)
    this.frame.set(other.frame)
    this.held.set(other.held)
  }

  entries(): RingEntry[] {
    return Array.from({ length: this.size }, (_, i) => {
      const slot = (this.head + i) & SLOTS
      const age = this.newest - this.frame[slot]!
      return { time: this.time[slot]!, key: this.key[slot]! >>> 0, age }
    })
  }

  /** Frame numbers count from `by` lower. */
  rebase(by: number): void {
    this.newest -= by
    for (let i = 0; i < RING_ENTRIES; i++) this.frame[i]! -= by
  }

  /** Position of the key's oldest entry when it has all its entries, else −1. */
  private oldestOfFull(key: number): number {
    let same = 0
    for (let i = this.size - 1; i >= 0; i--) {
      if (this.key[(this.head + i) & SLOTS] === key && ++same === KEY_ENTRIES) return i
    }
    return -1
  }

  private removeOldest(): void {
    this.held[this.key[this.head]! & (CELLS - 1)]!--
    this.head = (this.head + 1) & SLOTS
    this.size--
  }

  /** What is older than the entry moves up, so that the oldest place becomes free. */
  private remove(position: number): void {
    const { head, time, key, frame } = this
    const cell = key[(head + position) & SLOTS]! & (CELLS - 1)
    for (let i = head + position; i > head; i--) {
      const to = i & SLOTS
      const from = (i - 1) & SLOTS
      time[to] = time[from]!
      key[to] = key[from]!
      frame[to] = frame[from]!
    }
    this.held[cell]!--
    this.head = (head + 1) & SLOTS
    this.size--
  }
}
