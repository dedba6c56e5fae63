import type { HeadcountError } from '../core/errors.ts'

/** Input that cannot be read any more, or not as it was (protocol, "Input that is gone"). */
export interface InputLoss {
  /**
   * `deleted`: the log begins behind the position, by its retention or by hand. `cut`: it ends before the
   * position, or holds other records there by now, as after an unclean leader election. `corrupt`: the batch
   * with the record is damaged, or too large to be read.
   */
  readonly kind: 'deleted' | 'cut' | 'corrupt'
  readonly topic: string
  readonly partition: number
  /** Of the record that was to be read next. */
  readonly offset: number
  /** What the log covers now: offsets [start, end). */
  readonly start: number
  readonly end: number
  /** Where reading can go on. */
  readonly resumeAt: number
  /**
   * Records that were deleted unread, read and then cut off, or in a damaged batch; at most so many, as far as
   * offsets tell.
   */
  readonly lost: number
  /** The line for people, and its cure. */
  readonly error: HeadcountError
}
