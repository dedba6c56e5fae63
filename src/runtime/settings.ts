import type { ProvisionalPace } from '../merge/pacing.ts'
import type { Confidence, SketchKind } from '../sketch/sketch.ts'
import type { WindowPlan } from '../window/plan.ts'

/** What to count and how; the part of the options that both stages need. */
export interface CountSettings {
  /** Top-level field whose distinct values are counted; `@key` is the record's key. */
  readonly key: string
  /** Top-level field with the event time; `@timestamp` is the record's time. */
  readonly time: string
  readonly plan: WindowPlan
  readonly sketch: SketchKind
  readonly precision: number
  readonly confidence: Confidence
  /** How far the watermark stays behind the newest event time, in ms. */
  readonly waitMs: number
  /** Stage 1 flushes at most this often, in ms. */
  readonly flushEveryMs: number
  /** Stage 2 commits, and says what changed, at most this often, in ms. */
  readonly emitEveryMs: number
  readonly provisional: ProvisionalPace
}

/**
 * The settings that shape the state, by the long names of their options: what an app's fingerprint
 * is made of. A test proves that these are the options the table says so of.
 */
export function stateSettings(settings: CountSettings): Record<string, string> {
  const { key, time, plan, sketch, precision, waitMs } = settings
  const sizes = plan.levels.filter(level => level.asked).map(level => level.name)
  return {
    key,
    time,
    window: sizes.join(','),
    sketch,
    precision: String(precision),
    wait: `${waitMs}ms`
  }
}
