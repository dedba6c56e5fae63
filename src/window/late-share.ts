/** Frames that the share is taken of. */
const FRAMES = 4_096

/**
 * The share of late frames among a partition's last 4,096. Above a half its clock is more likely wrong
 * than its frames are: `suspicious` says so.
 */
export class LateShare {
  private readonly late = new Uint8Array(FRAMES)
  private frames = 0
  private count = 0

  /** Takes one believed frame. */
  observe(late: boolean): void {
    const slot = this.frames % FRAMES
    const now = late ? 1 : 0
    this.count += now - this.late[slot]!
    this.late[slot] = now
    // Stays within one turn beyond the first, so that it is known to be full.
    this.frames = this.frames + 1 === 2 * FRAMES ? FRAMES : this.frames + 1
  }

  /** Takes as many frames in time as `observe(false)` would one by one. */
  observeInTime(frames: number): void {
    if (this.count > 0) {
      for (let i = 0; i < frames; i++) this.observe(false)
      return
    }
    const { frames: before } = this
    // Nothing but zeros in there: only how many they are changes.
    this.frames =
      before + frames < 2 * FRAMES ? before + frames : FRAMES + ((before + frames) % FRAMES)
  }

  /** 0 … 1, of the frames so far or of the last 4,096. */
  get share(): number {
    return this.frames === 0 ? 0 : this.count / Math.min(this.frames, FRAMES)
  }

  /** More than half of the last 4,096 frames were late. */
  get suspicious(): boolean {
    return this.frames >= FRAMES && this.count > FRAMES / 2
  }
}
