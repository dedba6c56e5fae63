import { groupOf } from '../result/result-group.ts'
import { type Emission, formatTime, resultKey } from '../result/result-record.ts'
import type { Estimate } from '../sketch/sketch.ts'
import type { Content, Window } from './window.ts'

/** What every emission of a run has in common. */
export interface EmissionFrame {
  readonly zone: string
  /** Names of the `--by` fields. */
  readonly by: readonly string[]
}

/** The emission of a window as it stands; `header` must already say what it says now. */
export function emissionOf(
  frame: EmissionFrame,
  window: Window,
  content: Content,
  estimate: Estimate,
  nowMs: number
): Emission {
  const { level, start, end, group, header } = window
  // A set that outgrew its bound is no exact one any more.
  const exact = header.status === 'final' ? (window.audit?.entries ?? -1) : -1
  const record = {
    window: level.name,
    start: formatTime(start),
    end: formatTime(end),
    zone: frame.zone,
    group: groupOf(group, frame.by),
    uniques: estimate.value,
    low: estimate.low,
    high: estimate.high,
    confidence: estimate.confidence,
    method: estimate.method,
    precision: estimate.precision,
    frames: content.frames,
    late: content.late,
    status: header.status ?? 'provisional',
    revision: header.revision,
    ...(header.closedBy ? { closedBy: header.closedBy } : {}),
    ...(exact < 0 ? {} : { audit: { exact } }),
    emittedAt: new Date(nowMs).toISOString()
  } as const
  return { key: resultKey(record, group), record }
}
