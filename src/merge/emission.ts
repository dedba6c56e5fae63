import { formatTime, type ResultRecord } from '../result/result-record.ts'
import type { Estimate } from '../sketch/sketch.ts'
import type { Window } from './window.ts'

/** The result record of a window as it stands; `header` must already say what it says now. */
export function emissionOf(window: Window, estimate: Estimate, nowMs: number): ResultRecord {
  const { level, start, end, frames, late, header } = window
  return {
    window: level.name,
    start: formatTime(start),
    end: formatTime(end),
    zone: 'UTC',
    group: null,
    uniques: estimate.value,
    low: estimate.low,
    high: estimate.high,
    confidence: estimate.confidence,
    method: estimate.method,
    precision: estimate.precision,
    frames,
    late,
    status: header.status ?? 'provisional',
    revision: header.revision,
    ...(header.closedBy ? { closedBy: header.closedBy } : {}),
    emittedAt: new Date(nowMs).toISOString()
  }
}
