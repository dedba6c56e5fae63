import { failure } from '../../core/errors.ts'
import type { CountOptions } from '../../runtime/count.ts'
import type { CommandContext } from '../command.ts'

/** What to count, from flags, environment and configuration. */
export function countOptions(
  context: CommandContext,
  bounded: boolean
): Omit<CountOptions, 'source'> {
  const { options } = context
  // A file's end is near: its windows are said when they close, unless it is stopped before.
  const paced = !bounded || options.given('emit-every')
  return {
    key: options.need('key', 'a count'),
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
    confidence: Number(options.get('confidence')) as 0.68 | 0.95 | 0.997,
    wait: options.get('wait'),
    maxJump: options.get('max-jump'),
    maxAhead: options.get('max-ahead'),
    trustRecordTime: options.get('trust-record-time'),
    maxHold: options.get('max-hold'),
    maxSkew: options.get('max-skew'),
    audit: options.get('audit'),
    maxState: options.get('max-state'),
    emitEvery: options.get('emit-every'),
    flushEvery: options.get('flush-every'),
    exitAtEnd: options.get('exit-at-end'),
    onInputLoss: options.get('on-input-loss'),
    role: options.get('role'),
    threads: options.get('threads'),
    provisional: options.get('only-final') ? 'never' : paced ? 'paced' : 'at-stop'
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
