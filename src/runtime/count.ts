import { failure } from '../core/errors.ts'
import type { KeyType } from '../core/key-types.ts'
import { parseBytes, parseDuration } from '../core/units.ts'
import type { Condition } from '../extract/extractor.ts'
import type { ProvisionalPace } from '../merge/pacing.ts'
import type { Clock } from '../port/clock.ts'
import type { RejectSink } from '../port/sink.ts'
import type { Source } from '../port/source.ts'
import type { OpenStateCache } from '../port/state-cache.ts'
import type { Confidence, SketchKind } from '../sketch/sketch.ts'
import { WindowPlan } from '../window/plan.ts'
import type { AppSource } from './app-ports.ts'
import { type AppRunParts, type Role, runApp } from './app-run.ts'
import type { CountRun } from './count-run.ts'
import type { OnCorruptBatch, OnInputLoss } from './input-losses.ts'
import { runLocally } from './local-run.ts'
import type { CountSettings } from './settings.ts'

export interface CountOptions {
  readonly source: Source | AppSource
  /** Field whose distinct values are counted (several: their combinations); `@key` is the record's key. */
  readonly key: string | readonly string[]
  /** What the keys are hashed as, for sketches that others make of the same ids; utf8 unless said. */
  readonly keyType?: KeyType
  /** Field with the event time, `ts` unless said; `@timestamp` is the record's time. */
  readonly time?: string
  /** Up to four fields: each combination of their values is counted by itself. */
  readonly by?: readonly string[]
  /** Only frames of which all of this is true are counted. */
  readonly where?: readonly Condition[]
  /** With `by`: also count all frames together. */
  readonly total?: boolean
  /** Groups with windows of their own, 10,000 unless said; the rest go to *other*. */
  readonly maxGroups?: number
  /** Window sizes: `1m`, `5m`, `1h`, `1d`, `1w`, `1mo`, `1q`, `1y`, sliding `30d/1d`. */
  readonly windows: readonly string[]
  /** IANA zone whose days are meant; UTC unless said. */
  readonly zone?: string
  readonly weekStart?: 'monday' | 'sunday'
  /** Local time at which days begin: `05:00`. */
  readonly dayStart?: string
  /** How long windows take corrections, by size: ms, or `2d`. */
  readonly keep?: Readonly<Record<string, number | string>>
  /** `adaptive` (small, with bounds) unless said, or `exact`. */
  readonly sketch?: SketchKind
  /** Binary logarithm of the registers, 4 to 18; 14 unless said. */
  readonly precision?: number
  readonly confidence?: Confidence
  /** How far the watermark stays behind the partition's clock: ms, or `5s`. */
  readonly wait?: number | string
  /** How far the clock follows a frame that nobody else vouches for: ms, or `1h`. */
  readonly maxJump?: number | string
  /** How far an event may be ahead of its record: ms, or `1h`. */
  readonly maxAhead?: number | string
  /** False when producers stamp the event time on their records. */
  readonly trustRecordTime?: boolean
  /** How far a partition at its end may hold results back behind the others there: ms, or `10m`. */
  readonly maxHold?: number | string
  /** How far partitions may be apart in event time while all are being read: ms, or `6h`. */
  readonly maxSkew?: number | string
  readonly flushEvery?: number | string
  readonly emitEvery?: number | string
  /** When open windows are said: `paced` unless said; `at-stop` suits files, `never` is final only. */
  readonly provisional?: ProvisionalPace
  /** Share of the panes that are counted exactly too, 0 to 1; 0 unless said. */
  readonly audit?: number
  /** Bytes of kept windows, all tasks together, before the oldest are purged early: number, or `2GB`. */
  readonly maxState?: number | string
  /** Folder for the state cache; without one a nameless temporary file is used. */
  readonly stateDir?: string
  /** On Kafka: stop a partition whose input is gone, or go on behind the loss; `fail` unless said. */
  readonly onInputLoss?: OnInputLoss
  /** On Kafka: stop a partition with a batch that cannot be read, or leave that out; `fail` unless said. */
  readonly onCorruptBatch?: OnCorruptBatch
  /** On Kafka: which stages this instance runs; `both` unless said. */
  readonly role?: Role
  /**
   * Threads that stage 1 is spread over; 1 unless said. On Kafka each is a member of the consumer group; of
   * files and pipes each extracts frames for the main thread, and the results are the same bytes.
   */
  readonly threads?: number
  /** On Kafka: stop at the end that the topic had at the start. */
  readonly exitAtEnd?: boolean
  /** Keeps frames of files and pipes that could not be counted; on Kafka they go to `<app>-rejects`. */
  readonly rejects?: RejectSink
  /** Ends the count in order when it aborts. */
  readonly signal?: AbortSignal
}

/** What a run needs of its machine. */
export interface CountPorts {
  readonly clock: Clock
  readonly openStateCache: OpenStateCache
  /** The module that threads over files and pipes run; without it there is one thread. */
  readonly lineThread?: URL
}

const MAX_SKEW_MS = 6 * 3_600_000

/**
 * Checks the options and fills in the defaults.
 *
 * @throws window-…, option-value: all before anything is read
 */
export function countSettings(options: Omit<CountOptions, 'source'>): CountSettings {
  const { keyType, by = [], where = [], weekStart = 'monday', dayStart = '00:00' } = options
  const waitMs = milliseconds('wait', options.wait, 5_000)
  const maxSkewMs = milliseconds('max-skew', options.maxSkew, MAX_SKEW_MS)
  const keep = Object.entries(options.keep ?? {}).map(
    ([size, value]) => [size, milliseconds('keep', value, 0)] as const
  )
  const { zone } = options
  const twice = by.find((field, index) => by.indexOf(field) !== index)
  if (twice !== undefined) {
    const expected = 'a list of different fields'
    throw failure('option-value', {
      option: '--by',
      value: by.join(','),
      expected,
      example: 'country,device'
    })
  }
  if (by.includes('other')) {
    const expected = 'a field to group by: results call the groups beyond --max-groups so'
    throw failure('option-value', { option: '--by', value: 'other', expected, example: 'country' })
  }
  const plan = new WindowPlan({
    sizes: options.windows,
    ...(zone === undefined ? {} : { zone }),
    weekStart,
    dayStart,
    keep: new Map(keep),
    waitMs,
    // Less than usual is no reason to keep less: the state would have another shape.
    maxSkewMs: Math.max(maxSkewMs, MAX_SKEW_MS)
  })
  return {
    fields: {
      key: options.key,
      time: options.time ?? 'ts',
      by,
      where,
      localTime: plan.timeOf,
      ...(keyType === undefined ? {} : { keyType })
    },
    plan,
    weekStart,
    dayStart,
    sketch: options.sketch ?? 'adaptive',
    precision: options.precision ?? 14,
    confidence: options.confidence ?? 0.95,
    waitMs,
    maxJumpMs: milliseconds('max-jump', options.maxJump, 3_600_000),
    maxAheadMs: milliseconds('max-ahead', options.maxAhead, 3_600_000),
    trustRecordTime: options.trustRecordTime ?? true,
    maxHoldMs: milliseconds('max-hold', options.maxHold, 600_000),
    maxSkewMs,
    // Without groups everything is in the one group that a total would be.
    total: by.length > 0 && (options.total ?? false),
    maxGroups: options.maxGroups ?? 10_000,
    audit: options.audit ?? 0,
    maxStateBytes: bytes('max-state', options.maxState, 2 * 1_024 ** 3),
    flushEveryMs: milliseconds('flush-every', options.flushEvery, 1_000),
    emitEveryMs: milliseconds('emit-every', options.emitEvery, 1_000),
    provisional: options.provisional ?? 'paced',
    onInputLoss: options.onInputLoss ?? 'fail',
    onCorruptBatch: options.onCorruptBatch ?? 'fail'
  }
}

/** Starts a count on the given machine. The results come by iterating what it returns. */
export function startCount(options: CountOptions, ports: CountPorts): CountRun {
  const settings = countSettings(options)
  const { source, exitAtEnd = false, role = 'both', rejects, threads = 1 } = options
  const signal = options.signal ? { signal: options.signal } : {}
  if (!('attach' in source)) {
    const entry = threads > 1 && source.pieces ? ports.lineThread : undefined
    return runLocally({
      source,
      settings,
      ...ports,
      ...(rejects && { rejects }),
      ...(entry && { threads: { threads, entry } }),
      ...signal
    })
  }
  const inThreads = threads > 1 && source.forThreads
  return runApp({
    source,
    settings,
    ...ports,
    role,
    exitAtEnd,
    ...(inThreads && { threads: threadParts(inThreads, options, threads) }),
    ...signal
  })
}

/** The same count for threads: the options without what no thread can be given. */
function threadParts(
  { entry, onTrouble, options: source }: NonNullable<AppSource['forThreads']>,
  options: CountOptions,
  threads: number
): NonNullable<AppRunParts['threads']> {
  const notPlain = { source: undefined, rejects: undefined, signal: undefined }
  const counting = { ...options, ...notPlain, threads: 1 }
  return { threads, entry, onTrouble, data: { counting, source } }
}

function milliseconds(
  option: string,
  value: number | string | undefined,
  fallback: number
): number {
  const ms = typeof value === 'string' ? parseDuration(value) : (value ?? fallback)
  if (ms !== undefined && ms >= 0) return ms
  const expected = 'a duration'
  throw failure('option-value', {
    option: `--${option}`,
    value: String(value),
    expected,
    example: option === 'keep' ? '1m=7d' : '5s'
  })
}

function bytes(option: string, value: number | string | undefined, fallback: number): number {
  const size = typeof value === 'string' ? parseBytes(value) : (value ?? fallback)
  if (size !== undefined && size > 0) return size
  const expected = 'a size'
  throw failure('option-value', {
    option: `--${option}`,
    value: String(value),
    expected,
    example: '2GB'
  })
}
