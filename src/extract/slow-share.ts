/** Rows after which the share is judged, and for how many the twin then works alone. */
const JUDGED_ROWS = 1_024
const RESTING_ROWS = 16 * JUDGED_ROWS
/** Above this share of odd frames looking at them twice costs more than the kernel saves. */
const SHARE_MAX = 0.6

/**
 * Says when frames are so odd that the plain twin alone is faster: for a while, since the next ones may be
 * as usual. Whoever judges a frame, the verdict is the same.
 */
export class SlowShare {
  private rows = 0
  private slow = 0
  private resting = 0

  /** The kernel should not look at the next frames. */
  get isHigh(): boolean {
    return this.resting > 0
  }

  /** Of so many rows of the kernel's, so many were left to the twin. */
  judged(rows: number, slow: number): void {
    this.rows += rows
    this.slow += slow
    if (this.rows < JUDGED_ROWS) return
    if (this.slow > this.rows * SHARE_MAX) this.resting = RESTING_ROWS
    this.rows = 0
    this.slow = 0
  }

  /** So many rows went by without the kernel. */
  passed(rows: number): void {
    this.resting -= rows
  }
}
