import type { Mark } from '../combine/mark.ts'
import { limits } from '../core/limits.ts'

/** Frames of an input partition that are missing, and the event times that they may have had. */
export interface LossSpan {
  readonly source: string
  readonly partition: number
  /** At most so many, as far as offsets tell. */
  readonly frames: number
  /** In ms, exclusive: the watermark when the loss was told; what ended before was closed. */
  readonly from: number
  /** In ms, inclusive. */
  readonly until: number
  /** False until a frame from behind the loss says how far event time went meanwhile. */
  readonly settled: boolean
}

/**
 * What went on although input was gone (protocol, "Input that is gone"). Nobody knows the times and
 * groups of lost frames, so every window that was open then, or that begins before event time had passed
 * the loss, says how many it may lack: `lost` is a bound, and does not add up over windows.
 */
export class Losses {
  private list: LossSpan[] = []

  get spans(): readonly LossSpan[] {
    return this.list
  }

  /** After a restore. */
  restore(spans: readonly LossSpan[]): void {
    this.list = [...spans]
  }

  /**
   * Takes what a mark tells: the end of a loss before it, or a new one. `latest` is the newest event time
   * (ms) that a lost frame can have had. Returns true when windows say something else from now on.
   */
  take(mark: Mark, watermark: number, latest: number): boolean {
    const ended = this.settle(mark)
    const frames = framesLost(mark)
    if (frames === 0) return ended
    const { source, partition } = mark.range
    const until = Math.max(latest, mark.clock)
    this.list.push({ source, partition, frames, from: watermark, until, settled: false })
    if (this.list.length > limits.lossSpansMax) this.unite()
    return true
  }

  /** Frames that a window [start, end) may lack. */
  within(start: number, end: number): number {
    let frames = 0
    for (const { frames: lost, from, until } of this.list) {
      if (end > from && start <= until) frames += lost
    }
    return frames
  }

  /** The first frames from behind a loss: what was lost had come before them. */
  private settle({ range, clock }: Mark): boolean {
    if (range.to === range.from || !Number.isFinite(clock)) return false
    let settled = false
    for (const [index, span] of this.list.entries()) {
      const isSame = span.source === range.source && span.partition === range.partition
      if (span.settled || !isSame) continue
      this.list[index] = { ...span, until: Math.max(clock, span.from), settled: true }
      settled = true
    }
    return settled
  }

  /** The two oldest become one that covers both. */
  private unite(): void {
    const [first, second, ...rest] = this.list as [LossSpan, LossSpan, ...LossSpan[]]
    const from = Math.min(first.from, second.from)
    const until = Math.max(first.until, second.until)
    const frames = first.frames + second.frames
    this.list = [{ ...second, frames, from, until, settled: true }, ...rest]
  }
}

/** Gone before they were read, or counted and then cut from the log. */
function framesLost({ accounting, restart, range }: Mark): number {
  return accounting.lost + (restart === undefined ? 0 : restart - range.to)
}
