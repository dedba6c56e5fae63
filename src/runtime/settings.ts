import type { ExtractOptions } from '../extract/extractor.ts'
import type { ProvisionalPace } from '../merge/pacing.ts'
import type { Confidence, SketchKind } from '../sketch/sketch.ts'
import type { WindowPlan } from '../window/plan.ts'
import type { OnCorruptBatch, OnInputLoss } from './input-losses.ts'

/** What to count and how; the part of the options that both stages need. */
export interface CountSettings {
  /** Key, event time, groups and conditions. */
  readonly fields: ExtractOptions
  readonly plan: WindowPlan
  readonly weekStart: 'monday' | 'sunday'
  readonly dayStart: string
  readonly sketch: SketchKind
  readonly precision: number
  readonly confidence: Confidence
  /** How far the watermark stays behind the partition's clock, in ms. */
  readonly waitMs: number
  /** How far the clock follows a frame that nobody else vouches for, in ms. */
  readonly maxJumpMs: number
  /** How far an event may be ahead of its record, in ms. */
  readonly maxAheadMs: number
  readonly trustRecordTime: boolean
  /** How far a partition at its end may hold the watermark behind the others there, in ms. */
  readonly maxHoldMs: number
  /** How far partitions may be apart in event time while all are being read, in ms. */
  readonly maxSkewMs: number
  /** Count all frames together too, beside the groups. */
  readonly total: boolean
  readonly maxGroups: number
  /** Share of the panes that are counted exactly beside their sketch. */
  readonly audit: number
  readonly maxStateBytes: number
  /** Stage 1 flushes at most this often, in ms. */
  readonly flushEveryMs: number
  /** Stage 2 commits, and says what changed, at most this often, in ms. */
  readonly emitEveryMs: number
  readonly provisional: ProvisionalPace
  /** What becomes of a partition whose input is gone. */
  readonly onInputLoss: OnInputLoss
  /** And of one with a batch that cannot be read. */
  readonly onCorruptBatch: OnCorruptBatch
}

/** Groups are spread over this many partitions of partials; without `--by` there is one group. */
export function partialsPartitions({
  fields
}: {
  readonly fields: Pick<ExtractOptions, 'by'>
}): number {
  return (fields.by ?? []).length > 0 ? 16 : 1
}

/** Names of the key's fields, for people and for the app's name. */
export function keyFields({ key }: ExtractOptions): readonly string[] {
  return typeof key === 'string' ? [key] : key
}

/**
 * The settings that shape the state, by the long names of their options: what an app's fingerprint
 * is made of. Sizes are those that the app began with. A test proves that these are the options the table says so of.
 */
export function stateSettings(settings: CountSettings): Record<string, string> {
  const { fields, plan } = settings
  return {
    key: keyFields(fields).join(','),
    'key-type': fields.keyType ?? 'utf8',
    time: fields.time,
    by: (fields.by ?? []).join(','),
    where: (fields.where ?? []).map(({ field, value }) => `${field}=${value}`).join(','),
    total: String(settings.total),
    'max-groups': String(settings.maxGroups),
    window: plan.begun.map(({ name }) => name).join(','),
    zone: plan.zone,
    'week-start': settings.weekStart,
    'day-start': settings.dayStart,
    keep: [...plan.takenMs].map(([name, ms]) => `${name}=${ms}ms`).join(','),
    sketch: settings.sketch,
    precision: String(settings.precision),
    wait: `${settings.waitMs}ms`,
    'max-jump': `${settings.maxJumpMs}ms`,
    'max-ahead': `${settings.maxAheadMs}ms`,
    'trust-record-time': String(settings.trustRecordTime),
    audit: String(settings.audit)
  }
}
