import { failure } from '../../core/errors.ts'
import type { CountOptions } from '../../runtime/count.ts'
import type { OptionName } from '../../runtime/options/option-table.ts'
import type { CommandContext } from '../command.ts'

/** What to count and when to say it, from flags, environment and configuration. */
export function countOptions(
  context: CommandContext,
  bounded: boolean
): Omit<CountOptions, 'source'> {
  const { options } = context
  // A file's end is near: its windows are said when they close, unless it is stopped before.
  const paced = !bounded || options.given('emit-every')
  return {
    ...countedOptions(context, options.need('key', 'a count')),
    confidence: Number(options.get('confidence')) as 0.68 | 0.95 | 0.997,
    maxHold: options.get('max-hold'),
    maxSkew: options.get('max-skew'),
    maxState: options.get('max-state'),
    emitEvery: options.get('emit-every'),
    flushEvery: options.get('flush-every'),
    exitAtEnd: options.get('exit-at-end'),
    onInputLoss: options.get('on-input-loss'),
    onCorruptBatch: options.get('on-corrupt-batch'),
    role: options.get('role'),
    threads: options.get('threads'),
    provisional: options.get('only-final') ? 'never' : paced ? 'paced' : 'at-stop'
  }
}

/** Options that say what is done with a frame, beside the key. */
export const countedOptionNames = [
  'key-type',
  'time',
  'by',
  'total',
  'max-groups',
  'where',
  'window',
  'zone',
  'week-start',
  'day-start',
  'sketch',
  'precision',
  'wait',
  'keep',
  'max-jump',
  'max-ahead',
  'trust-record-time',
  'audit'
] as const satisfies readonly OptionName[]

/** What to count: what those options say. */
export function countedOptions(
  { options }: CommandContext,
  key: readonly string[]
): Omit<CountOptions, 'source'> {
  return {
    key,
    keyType: options.get('key-type'),
    time: options.get('time'),
    by: options.get('by') ?? [],
    where: (options.get('where') ?? []).map(([field, value]) => ({ field, value })),
    total: options.get('total'),
    maxGroups: options.get('max-groups'),
    windows: options.get('window'),
    zone: options.get('zone'),
    weekStart: options.get('week-start'),
    dayStart: options.get('day-start'),
    keep: keepOf(options.get('keep') ?? []),
    sketch: options.get('sketch'),
    precision: options.get('precision'),
    wait: options.get('wait'),
    maxJump: options.get('max-jump'),
    maxAhead: options.get('max-ahead'),
    trustRecordTime: options.get('trust-record-time'),
    audit: options.get('audit')
  }
}

/** `1m=2d`, one for each size. @throws option-value */
function keepOf(items: readonly string[]): Record<string, string> {
  const keep: Record<string, string> = {}
  for (const item of items) {
    const [size, duration, ...more] = item.split('=')
    if (!size || !duration || more.length > 0) {
      const expected = 'a list of sizes and durations'
      throw failure('option-value', { option: '--keep', value: item, expected, example: '1m=7d' })
    }
    keep[size.trim()] = duration.trim()
  }
  return keep
}
