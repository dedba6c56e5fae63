import { failure } from '../core/errors.ts'
import { parseDuration } from '../core/units.ts'
import type { ProvisionalPace } from '../merge/pacing.ts'
import type { Clock } from '../port/clock.ts'
import type { RejectSink } from '../port/sink.ts'
import type { Source } from '../port/source.ts'
import type { Confidence, SketchKind } from '../sketch/sketch.ts'
import { WindowPlan } from '../window/plan.ts'
import { parseSizes } from '../window/size.ts'
import { type AppSource, runApp } from './app-run.ts'
import type { CountRun } from './count-run.ts'
import { runLocally } from './local-run.ts'
import type { CountSettings } from './settings.ts'

export interface CountOptions {
  readonly source: Source | AppSource
  /** Top-level field whose distinct values are counted; `@key` is the record's key. */
  readonly key: string
  /** Top-level field with the event time, `ts` unless said; `@timestamp` is the record's time. */
  readonly time?: string
  /** Window sizes: `1m`, `5m`, `1h`, `1d`. */
  readonly windows: readonly string[]
  /** `adaptive` (small, with bounds) unless said, or `exact`. */
  readonly sketch?: SketchKind
  /** Binary logarithm of the registers, 4 to 18; 14 unless said. */
  readonly precision?: number
  readonly confidence?: Confidence
  /** How far the watermark stays behind the newest event time: ms, or `5s`. */
  readonly wait?: number | string
  readonly flushEvery?: number | string
  readonly emitEvery?: number | string
  /** When open windows are said: `paced` unless said; `at-stop` suits files, `never` is final only. */
  readonly provisional?: ProvisionalPace
  /** On Kafka: stop at the end that the topic had at the start. */
  readonly exitAtEnd?: boolean
  /** Keeps frames of files and pipes that could not be counted; on Kafka they go to `<app>-rejects`. */
  readonly rejects?: RejectSink
  /** Ends the count in order when it aborts. */
  readonly signal?: AbortSignal
}

/** Checks the options and fills in the defaults. @throws window-size, option-value */
export function countSettings(options: Omit<CountOptions, 'source'>): CountSettings {
  return {
    key: options.key,
    time: options.time ?? 'ts',
    plan: new WindowPlan(parseSizes(options.windows)),
    sketch: options.sketch ?? 'adaptive',
    precision: options.precision ?? 14,
    confidence: options.confidence ?? 0.95,
    waitMs: milliseconds('wait', options.wait, 5_000),
    flushEveryMs: milliseconds('flushEvery', options.flushEvery, 1_000),
    emitEveryMs: milliseconds('emitEvery', options.emitEvery, 1_000),
    provisional: options.provisional ?? 'paced'
  }
}

/** Starts a count on the given clock. The results come by iterating what it returns. */
export function startCount(options: CountOptions, clock: Clock): CountRun {
  const settings = countSettings(options)
  const { source, exitAtEnd = false, rejects } = options
  const signal = options.signal ? { signal: options.signal } : {}
  return 'attach' in source
    ? runApp({ source, settings, clock, exitAtEnd, ...signal })
    : runLocally({ source, settings, clock, ...(rejects && { rejects }), ...signal })
}

function milliseconds(
  option: string,
  value: number | string | undefined,
  fallback: number
): number {
  const ms = typeof value === 'string' ? parseDuration(value) : (value ?? fallback)
  if (ms !== undefined && ms >= 0) return ms
  const expected = 'a duration'
  throw failure('option-value', { option, value: String(value), expected, example: '5s' })
}
