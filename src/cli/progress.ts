import { formatBytes, formatCount, formatDuration } from '../core/units.ts'
import type { Clock } from '../port/clock.ts'
import type { StatusLine } from './status-line.ts'

const REDRAW_MS = 100

/** Work done so far. `bytes` and `totalBytes` give the time left, when the total is known. */
export interface Work {
  readonly frames: number
  readonly bytes?: number
  readonly totalBytes?: number
  /** More to say at the end of the line. */
  readonly note?: string
}

/** One line of progress on a terminal: what, how much, how fast, how long still. */
export class Progress {
  private readonly status: StatusLine
  private readonly clock: Clock
  private readonly label: string
  private readonly started: number
  private drawnAt = -Infinity

  constructor(status: StatusLine, clock: Clock, label: string) {
    this.status = status
    this.clock = clock
    this.label = label
    this.started = clock.now()
  }

  /** Cheap to call often: it draws ten times a second at most, and only for a terminal. */
  update(work: Work): void {
    if (!this.status.visible) return
    const now = this.clock.now()
    if (now - this.drawnAt < REDRAW_MS) return
    this.drawnAt = now
    this.status.show(progressLine(this.label, work, now - this.started))
  }

  end(): void {
    this.status.clear()
  }
}

/** `produce  1.2 M frames  45% · 120 k/s · 30 MB/s · 12s left`. */
export function progressLine(label: string, work: Work, elapsedMs: number): string {
  const seconds = Math.max(elapsedMs, 1) / 1_000
  const { bytes = 0, totalBytes = 0 } = work
  const parts = [`${formatCount(work.frames)} frames`]
  if (totalBytes > 0) parts.push(`${Math.floor((100 * Math.min(bytes, totalBytes)) / totalBytes)}%`)
  parts.push(`${formatCount(work.frames / seconds)}/s`)
  if (bytes > 0) parts.push(`${formatBytes(bytes / seconds)}/s`)
  if (totalBytes > bytes && bytes > 0) {
    const left = ((totalBytes - bytes) * elapsedMs) / bytes
    parts.push(`${formatDuration(left)} left`)
  }
  if (work.note) parts.push(work.note)
  return `${label}  ${parts.join(' · ')}`
}
