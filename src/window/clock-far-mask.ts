/** Frames that the mask looks back on. */
const FAR_FRAMES = 64

/**
 * One bit for each of the last 64 frames: was it far ahead of the clock? Ordinary frames don't touch
 * it: the mask knows which frame its newest bit stands for, and moves on when it is looked at.
 */
export class ClockFarMask {
  /** Bit 0 is the newest frame. */
  private low = 0
  private high = 0
  /** Number of the frame that bit 0 stands for. */
  private newest = -1

  /** Frame `frame`, the newest, was far ahead. */
  set(frame: number): void {
    this.moveTo(frame)
    this.low |= 1
  }

  clear(): void {
    this.low = 0
    this.high = 0
  }

  /** Far frames among the last 64 up to `frame`. */
  count(frame: number): number {
    this.moveTo(frame)
    return ones(this.low) + ones(this.high)
  }

  /** The two halves as of `frame`, low first. */
  words(frame: number): [number, number] {
    this.moveTo(frame)
    return [this.low >>> 0, this.high >>> 0]
  }

  restore(low: number, high: number, frame: number): void {
    this.low = low | 0
    this.high = high | 0
    this.newest = frame
  }

  /** Frame numbers count from `by` lower. */
  rebase(frame: number, by: number): void {
    this.moveTo(frame)
    this.newest -= by
  }

  private moveTo(frame: number): void {
    let by = frame - this.newest
    this.newest = frame
    if (by >= FAR_FRAMES) this.clear()
    else if (by >= 32) {
      this.high = this.low
      this.low = 0
      by -= 32
    }
    // A shift by 32 would be a shift by 0.
    if (by === 0 || by >= 32) return
    this.high = (this.high << by) | (this.low >>> (32 - by))
    this.low <<= by
  }
}

/** Set bits of a 32-bit word (H. Warren, Hacker's Delight, figure 5-2). */
function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x5555_5555)
  const fours = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24
}
