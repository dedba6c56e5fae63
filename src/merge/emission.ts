import { groupOf } from '../result/result-group.ts'
import { type Emission, formatTime, resultKey } from '../result/result-record.ts'
import type { Estimate } from '../sketch/sketch.ts'
import type { Content, Window } from './window.ts'

/** What every emission of a commit has in common. */
export class EmissionFrame {
  readonly zone: string
  /** Names of the `--by` fields. */
  readonly by: readonly string[]
  /** Wall clock in ms, and as text. */
  readonly nowMs: number
  readonly emittedAt: string
  /** Starts and ends as text: the groups of a commit share a few of them. */
  private readonly times = new Map<number, string>()

  constructor(zone: string, by: readonly string[], nowMs: number) {
    this.zone = zone
    this.by = by
    this.nowMs = nowMs
    this.emittedAt = new Date(nowMs).toISOString()
  }

  time(ms: number): string {
    let text = this.times.get(ms)
    if (text === undefined) {
      text = formatTime(ms)
      this.times.set(ms, text)
    }
    return text
  }
}

/**
 * The emission of a window as it stands; `header` must already say what it says now. `lost` are the frames
 * that it may lack.
 */
export function emissionOf(
  frame: EmissionFrame,
  window: Window,
  content: Content,
  estimate: Estimate,
  lost: number
): Emission {
  const { level, start, end, group, header } = window
  window.named ??= groupOf(group, frame.by)
  // A set that outgrew its bound is no exact one any more.
  const exact = header.status === 'final' ? (window.audit?.entries ?? -1) : -1
  const record = {
    window: level.name,
    start: frame.time(start),
    end: frame.time(end),
    zone: frame.zone,
    group: window.named,
    uniques: estimate.value,
    low: estimate.low,
    high: estimate.high,
    confidence: estimate.confidence,
    method: estimate.method,
    precision: estimate.precision,
    frames: content.frames,
    late: content.late,
    ...(lost > 0 ? { lost } : {}),
    status: header.status ?? 'provisional',
    revision: header.revision,
    ...(header.closedBy ? { closedBy: header.closedBy } : {}),
    ...(exact < 0 ? {} : { audit: { exact } }),
    emittedAt: frame.emittedAt
  } as const
  return { key: resultKey(record, group), record }
}
