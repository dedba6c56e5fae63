import { copyOf } from '../core/bytes.ts'
import { type Columns, FILTERED } from '../extract/columns.ts'

/** A frame that its partition's clock can't believe yet, with all that is needed once it is decided. */
export interface SuspendedFrame {
  readonly offset: number
  /** In ms. */
  readonly time: number
  readonly hash: readonly [number, number, number, number]
  readonly group: string
  /** `--where` leaves it out: decided or not, it is not counted. */
  readonly filtered: boolean
  /** The whole frame, for a reject. */
  readonly bytes: Uint8Array
}

/**
 * The frames behind the clock's list of suspended offsets; at most 64. After a hand-over the offsets
 * come from the stored clock and the frames from reading those offsets again.
 */
export class SuspendedFrames {
  private readonly frames = new Map<number, SuspendedFrame>()
  /** Offsets that are known to be suspended, and were not read again yet. */
  private readonly awaited: Set<number>

  constructor(offsets: readonly number[]) {
    this.awaited = new Set(offsets)
  }

  /** Where reading must begin so that every awaited frame comes by; undefined when none is awaited. */
  get firstAwaited(): number | undefined {
    return this.awaited.size === 0 ? undefined : Math.min(...this.awaited)
  }

  hold(columns: Columns, row: number, bytes: Uint8Array, group: string): void {
    const { h1lo, h1hi, h2lo, h2hi } = columns
    const offset = columns.offset[row]!
    this.frames.set(offset, {
      offset,
      time: columns.time[row]!,
      hash: [h1lo[row]!, h1hi[row]!, h2lo[row]!, h2hi[row]!],
      group,
      filtered: columns.verdict[row] === FILTERED,
      bytes: copyOf(bytes.subarray(columns.start[row]!, columns.end[row]!))
    })
  }

  /** True for a frame that was suspended before a hand-over and has come by again. */
  wants(offset: number): boolean {
    return this.awaited.delete(offset)
  }

  /** What is awaited and lies before `position` will not come any more. */
  passed(): void {
    this.awaited.clear()
  }

  /** The log was cut before this offset: another frame may come there. */
  forget(offset: number): void {
    this.awaited.delete(offset)
    this.frames.delete(offset)
  }

  /** The decided frame; undefined when it was gone after a hand-over. */
  take(offset: number): SuspendedFrame | undefined {
    const frame = this.frames.get(offset)
    this.frames.delete(offset)
    return frame
  }
}
