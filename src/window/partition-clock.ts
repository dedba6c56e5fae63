import { limits } from '../core/limits.ts'
import { ClockFarMask } from './clock-far-mask.ts'
import { NEIGHBOUR_FRAMES, RECENT_FRAMES, SUSPENDED_MAX } from './clock-limits.ts'
import { ClockNeighbours } from './clock-neighbours.ts'
import { decodeClockState, encodeClockState } from './clock-state.ts'
import { ClockSuspended } from './clock-suspended.ts'

/** The frame counts. */
export const BELIEVED = 0
/** It counts, and lies more than the wait behind the clock. */
export const LATE = 1
/** Too far ahead to be believed before its neighbours decide. */
export const SUSPENDED = 2
/** Its time can't be: far after its own record, or outside ±2^47 ms. */
export const REFUSED = 3

const NOTHING = Number.NEGATIVE_INFINITY
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Frame numbers start again long before they leave the range of small integers. */
const REBASE_FRAMES = 2 ** 20
/** Frames that may wait for C to be computed; all must be among the last 1,024 then. */
const DEFERRED_FRAMES = 960
/** Entries that the first clock needs, with a record that vouches for the frame and without. */
const ENTRIES_MIN = 3
const ENTRIES_FIRST = 8
/** Frames after which the first majority needs no further entries. */
const FRAMES_FIRST = 64
/** Far frames among the last 64 that make a jump of more than a day; more when few keys speak. */
const FAR_MIN = 24
const FAR_MIN_FEW = 44

export interface ClockOptions {
  /** How far the watermark stays behind the clock, in ms. */
  readonly waitMs: number
  /** A frame further ahead of the clock than this needs its neighbours, or its record; 1 h. */
  readonly maxJumpMs?: number
  /** A frame further ahead of its own record than this is refused; 1 h. */
  readonly maxAheadMs?: number
}

/** Columns of frames, one row each. */
export interface ClockRows {
  readonly time: Float64Array
  readonly recordTime: Float64Array
  readonly h1lo: Uint32Array
  readonly verdict: Uint8Array
}

/**
 * The partition's clock: what event time is it? It follows the times that their records or their
 * neighbours vouch for, so one broken clock neither closes windows nor makes good frames late. A
 * function of the partition's sequence alone: no wall clock, no flush, no other partition.
 *
 * The rule and what it passes: docs/specs/clock.md. Its readable twin: test/window/clock-oracle.ts.
 */
export class PartitionClock {
  /** Suspended frames that the last `observe` or `end` decided, by offset; valid until the next. */
  decided = 0
  readonly decidedOffset = new Float64Array(SUSPENDED_MAX)
  /** 1 believed (never late), 0 rejected as bad-time. */
  readonly decidedBelieved = new Uint8Array(SUSPENDED_MAX)
  /** The watermark that the last late frame lies before; costs nothing, unlike `watermark`. */
  watermarkBefore = NOTHING
  private readonly wait: number
  private readonly jump: number
  private readonly ahead: number
  /** What the newest neighbours alone may move C by: harmless, since the finest panes are kept longer. */
  private readonly day: number
  /** C, or when `deferred` what it was some frames ago. */
  private low = NOTHING
  /** C, or when `deferred` no less than it. */
  private high = NOTHING
  /** Frames were believed since C was last computed; their neighbours may have moved it. */
  private deferred = false
  /** Frames below this number can be decided quickly. */
  private quickUntil = 0
  /** A clock that reaches this decides a suspended frame. */
  private ceiling = Number.POSITIVE_INFINITY
  /** Frames so far while there is no clock. */
  private unset = 0
  private readonly neighbours = new ClockNeighbours()
  private readonly far = new ClockFarMask()
  private readonly suspended = new ClockSuspended()

  constructor({ waitMs, maxJumpMs = HOUR_MS, maxAheadMs = HOUR_MS }: ClockOptions) {
    this.wait = waitMs
    this.jump = maxJumpMs
    this.ahead = maxAheadMs
    this.day = Math.max(DAY_MS, maxJumpMs)
  }

  /** There is a C. Unlike C itself this costs nothing to ask after every frame. */
  get known(): boolean {
    return this.low !== NOTHING
  }

  /** C, the newest event time that is believed, in ms; −Infinity while nothing is. */
  get newest(): number {
    this.compute()
    return this.low
  }

  /**
   * Everything before this is complete as far as this partition knows. To be read once a chunk:
   * computed anew for every frame, it takes most of the clock's time.
   */
  get watermark(): number {
    return this.newest - this.wait
  }

  /**
   * Takes one frame; returns its verdict. Times are whole ms; `recordTime` is NaN where the record has
   * none to trust; `key` is 32 bits of the key's hash. Offsets ascend.
   *
   * Ordinary frames are decided here, without the ring: those that are late or far for no C between
   * `low` and `high`. Whether they move C is computed when it matters.
   */
  observe(
    time: number,
    recordTime: number,
    logAppendTime: boolean,
    key: number,
    offset: number
  ): number {
    this.decided = 0
    let seen = time
    let vouched = false
    if (recordTime >= 0) {
      if (time > recordTime + this.ahead) return REFUSED
      if (recordTime < time) seen = recordTime
      vouched = recordTime - seen <= this.jump
    }
    if (!(time >= -limits.eventTimeMsMax && time <= limits.eventTimeMsMax)) return REFUSED
    const { neighbours, low } = this
    if (
      neighbours.frames < this.quickUntil &&
      time >= this.high - this.wait &&
      seen <= low + this.jump &&
      (seen <= low || (seen < this.ceiling && (vouched ? seen >= this.high : this.deferred)))
    ) {
      if (seen > low) {
        if (seen > this.high) this.high = seen
        if (vouched) {
          this.low = seen
          this.deferred = false
        }
      }
      neighbours.append(seen, key)
      return BELIEVED
    }
    return this.decide(time, seen, vouched, logAppendTime, key, offset)
  }

  /**
   * Takes rows from `from` on while they are ordinary and counted (verdict 0), all of them believed; the first
   * row that is not, which `observe` can take. The readable form: `observe`, row by row.
   */
  observeRows(rows: ClockRows, trustRecordTime: boolean, from: number, to: number): number {
    const { neighbours, wait, jump, ahead, ceiling } = this
    const { time, recordTime, h1lo, verdict } = rows
    let { low, high, deferred } = this
    const until = Math.min(to, from + this.quickUntil - neighbours.frames)
    let row = from
    for (; row < until && verdict[row] === 0; row++) {
      const at = time[row]!
      const record = trustRecordTime ? recordTime[row]! : Number.NaN
      let seen = at
      let vouched = false
      if (record >= 0) {
        if (at > record + ahead) break
        if (record < at) seen = record
        vouched = record - seen <= jump
      }
      const isNear = at >= high - wait && seen <= low + jump && at <= limits.eventTimeMsMax
      if (!isNear || at < -limits.eventTimeMsMax) break
      if (seen > low) {
        if (seen >= ceiling || !(vouched ? seen >= high : deferred)) break
        if (seen > high) high = seen
        if (vouched) {
          low = seen
          deferred = false
        }
      }
      neighbours.append(seen, h1lo[row]!)
    }
    this.decided = 0
    this.low = low
    this.high = high
    this.deferred = deferred
    return row
  }

  /** Offsets that are suspended now, ascending. */
  suspendedOffsets(): number[] {
    return Array.from(this.suspended.offset.subarray(0, this.suspended.size))
  }

  /** The bounded input is over: what is still suspended is decided by what came after it. */
  end(): void {
    this.decided = 0
    const { suspended, neighbours } = this
    const last = neighbours.frames - 1
    for (let i = 0; i < suspended.size; i++) {
      const agreed = suspended.agreed(i, this.jump, neighbours)
      this.settle(i, agreed * 2 >= last - suspended.frame[i]!)
    }
    suspended.clear(neighbours.frames)
    this.compute()
    this.bound(false)
  }

  /**
   * The log was cut at this offset: what is suspended there or behind it will never be decided. C stays:
   * the frames that moved it were there once. Returns those offsets.
   */
  forgetFrom(offset: number): number[] {
    const { suspended } = this
    const gone = this.suspendedOffsets().filter(each => each >= offset)
    this.compute()
    suspended.forgetFrom(offset)
    this.bound(false)
    return gone
  }

  /** The state after the frames before `position`; at most 1.5 kB. */
  serialize(position: number): Uint8Array {
    const { suspended, neighbours } = this
    const last = neighbours.frames - 1
    const [farLow, farHigh] = this.far.words(last)
    const entries = this.suspendedOffsets().map((offset, i) => ({
      offset,
      time: suspended.time[i]!,
      passed: last - suspended.frame[i]!,
      agreed: suspended.agreed(i, this.jump, neighbours)
    }))
    const state = {
      newest: this.newest,
      unset: this.unset,
      farLow,
      farHigh,
      ring: neighbours.settled().entries(),
      suspended: entries
    }
    return encodeClockState(state, position)
  }

  /**
   * Goes on where `serialize` was called, with the same options and position.
   *
   * @throws format-version, format-damaged
   */
  restore(bytes: Uint8Array, position: number): void {
    const state = decodeClockState(bytes, position)
    const { suspended, neighbours, far } = this
    this.decided = 0
    this.low = state.newest
    this.deferred = false
    this.unset = state.unset
    neighbours.restore(state.ring)
    const last = neighbours.frames - 1
    far.restore(state.farLow, state.farHigh, last)
    suspended.clear(neighbours.frames)
    for (const { offset, time, passed, agreed } of state.suspended) {
      suspended.add(offset, time, last - passed, agreed)
    }
    this.bound(false)
  }

  /** The rule, step by step. */
  private decide(
    time: number,
    seen: number,
    vouched: boolean,
    logAppendTime: boolean,
    key: number,
    offset: number
  ): number {
    const { neighbours, jump } = this
    const before = this.newest
    if (neighbours.frames >= REBASE_FRAMES) this.rebase()
    const frame = neighbours.frames
    neighbours.append(seen, key)
    const near = seen <= before + jump
    if (!near && before !== NOTHING) this.far.set(frame)
    if (vouched && (logAppendTime || near)) this.low = Math.max(before, seen)
    else if (before === NOTHING) this.low = this.first(vouched)
    else if (seen > before) this.low = this.moved(before, vouched)
    let verdict = BELIEVED
    if (vouched || near) {
      if (time < before - this.wait) {
        verdict = LATE
        this.watermarkBefore = before - this.wait
      }
    } else if (seen > this.low + jump) verdict = SUSPENDED
    if (this.suspended.size > 0) this.review(frame)
    if (verdict === SUSPENDED) this.suspended.add(offset, seen, frame)
    this.bound(!vouched && seen > before)
    return verdict
  }

  /** The first C, or nothing yet. */
  private first(vouched: boolean): number {
    this.unset++
    const ring = this.neighbours.settled()
    const enough = ring.size >= ENTRIES_FIRST || (vouched && ring.size >= ENTRIES_MIN)
    return enough || this.unset >= FRAMES_FIRST ? ring.middle(NEIGHBOUR_FRAMES) : NOTHING
  }

  /** C after a frame beyond it that does not move it by itself. */
  private moved(before: number, vouched: boolean): number {
    const { neighbours, far } = this
    const ring = neighbours.settled()
    const recent = ring.middleOver(before, RECENT_FRAMES)
    if (recent <= before + this.day) return recent
    const middle = ring.middleOver(before, NEIGHBOUR_FRAMES)
    const needed = ring.size < ENTRIES_FIRST ? FAR_MIN_FEW : FAR_MIN
    const believed = vouched || far.count(neighbours.frames - 1) >= needed
    if (middle === before || !believed) return before
    far.clear()
    return middle
  }

  /** Makes sure that `low` is C. */
  private compute(): void {
    if (!this.deferred) return
    this.low = this.neighbours.follow(this.low)
    this.high = this.low
    this.deferred = false
  }

  /**
   * Says which of the next frames need no closer look. `settled`: the ring is up to date, and the next
   * frames that nobody vouches for may be deferred, if nothing in it could move C by more than a day
   * or to a suspended frame.
   */
  private bound(settled: boolean): void {
    const { suspended, neighbours } = this
    this.high = this.low
    this.quickUntil = REBASE_FRAMES
    this.ceiling = Number.POSITIVE_INFINITY
    if (suspended.size > 0) {
      this.ceiling = suspended.earliest() - this.jump
      this.quickUntil = suspended.frame[0]! + SUSPENDED_MAX
    }
    const latest = settled ? neighbours.settled().latest() : Number.POSITIVE_INFINITY
    if (latest > this.low + this.day || latest >= this.ceiling) return
    this.deferred = true
    this.high = Math.max(this.low, latest)
    this.quickUntil = Math.min(this.quickUntil, neighbours.frames + DEFERRED_FRAMES)
  }

  /** Decides what the clock has reached, and what too many frames have passed. */
  private review(last: number): void {
    const { suspended } = this
    const reach = this.low + this.jump
    let kept = 0
    for (let i = 0; i < suspended.size; i++) {
      if (suspended.time[i]! <= reach) this.settle(i, true)
      else if (last - suspended.frame[i]! >= SUSPENDED_MAX) this.settle(i, false)
      else suspended.keep(i, kept++)
    }
    suspended.size = kept
  }

  private settle(index: number, believed: boolean): void {
    this.decidedOffset[this.decided] = this.suspended.offset[index]!
    this.decidedBelieved[this.decided++] = believed ? 1 : 0
  }

  private rebase(): void {
    const { neighbours, far, suspended } = this
    const by = neighbours.frames - (neighbours.frames % NEIGHBOUR_FRAMES) - NEIGHBOUR_FRAMES
    far.rebase(neighbours.frames - 1, by)
    suspended.rebase(by)
    neighbours.rebase(by)
  }
}
