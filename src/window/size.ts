import { failure } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import { longestMonths } from './civil-month.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** What a size is counted in; an hour is 60 minutes, a quarter 3 months, a year 12. */
type SizeUnit = 'minute' | 'day' | 'week' | 'month'

/** A window size as users name it. */
export interface WindowSize {
  /** Canonical, because it is part of the result key: `60m` is `1h`. */
  readonly name: string
  readonly unit: SizeUnit
  /** Units in one tumbling window; for a sliding one, in all its steps. */
  readonly count: number
  /** Longest length in ms. From a day on with the hour that a change of offset can add. */
  readonly length: number
  /** Of a sliding size: the tumbling size it moves by, and how many of those it spans. */
  readonly step: WindowSize | undefined
  readonly steps: number
}

interface Suffix {
  readonly unit: SizeUnit
  readonly per: number
}

const SUFFIXES: ReadonlyMap<string, Suffix> = new Map([
  ['m', { unit: 'minute', per: 1 }],
  ['h', { unit: 'minute', per: 60 }],
  ['d', { unit: 'day', per: 1 }],
  ['w', { unit: 'week', per: 1 }],
  ['mo', { unit: 'month', per: 1 }],
  ['q', { unit: 'month', per: 3 }],
  ['y', { unit: 'month', per: 12 }]
])
const KNOWN = '1m, 5m, 15m, 1h, 6h, 1d, 1w, 1mo, 1q, 1y, or sliding: 1h/5m, 30d/1d'
const MINUTES_OF_DAY = 1_440
const MONTHS_OF_YEAR = 12

/**
 * Reads one size: minutes and hours that divide the day, `1d`, `1w`, months that divide the year,
 * `1q`, `1y`, or sliding as `size/step`, where the step is such a size and the size whole steps.
 *
 * @throws window-size
 */
export function parseSize(text: string): WindowSize {
  const parts = text.trim().split('/')
  if (parts.length > 2) throw refuse(text, 'it has more than one step', `use one of ${KNOWN}`)
  const whole = readCount(text, parts[0]!)
  if (parts.length === 1) return tumbling(text, whole)
  return sliding(text, whole, tumbling(text, readCount(text, parts[1]!)))
}

interface Count {
  readonly unit: SizeUnit
  readonly count: number
  readonly text: string
}

function readCount(size: string, text: string): Count {
  const match = /^(\d{1,7})([a-z]+)$/.exec(text.trim())
  if (!match) throw refuse(size, 'it is not a number with m, h, d, w, mo, q or y', `use ${KNOWN}`)
  if (match[2] === 's' || match[2] === 'ms') {
    throw refuse(size, 'the finest window is a minute', `use whole minutes: ${KNOWN}`)
  }
  const suffix = SUFFIXES.get(match[2]!)
  if (!suffix) throw refuse(size, `"${match[2]}" is not a unit`, `use ${KNOWN}`)
  const count = Number(match[1]) * suffix.per
  if (count === 0) throw refuse(size, 'it is empty', `use ${KNOWN}`)
  return { unit: suffix.unit, count, text: `${Number(match[1])}${match[2]}` }
}

function tumbling(asked: string, { unit, count, text }: Count): WindowSize {
  const name = tumblingName(asked, { unit, count, text })
  if (name !== text && unit !== 'minute') {
    throw refuse(asked, `${text} has another name here`, `write ${asked.replace(text, name)}`)
  }
  return { name, unit, count, length: longest(unit, count), step: undefined, steps: 1 }
}

function tumblingName(asked: string, { unit, count, text }: Count): string {
  if (unit === 'minute') {
    if (count === MINUTES_OF_DAY) {
      const cure = `write ${asked.replace(text, '1d')}`
      throw refuse(asked, 'a day has 23 or 25 hours when the clocks change', cure)
    }
    if (MINUTES_OF_DAY % count === 0) return minutesName(count)
    throw refuse(asked, 'a day is not a whole number of them', nearestDivisors(count))
  }
  if (unit === 'month') {
    if (count === MONTHS_OF_YEAR) return '1y'
    if (count === 3) return '1q'
    if (count < MONTHS_OF_YEAR && MONTHS_OF_YEAR % count === 0) return `${count}mo`
    const cure = `use 1mo, 2mo, 1q, 4mo, 6mo or 1y, or a sliding size such as 12mo/1mo`
    throw refuse(asked, 'a year is not a whole number of them', cure)
  }
  const [one, plural] = unit === 'day' ? ['1d', 'days'] : ['1w', 'weeks']
  if (count === 1) return one
  if (unit === 'day' && count === 7) return '1w'
  const cure = `use ${one}, or a sliding size such as ${unit === 'day' ? '30d/1d' : '4w/1w'}`
  throw refuse(asked, `nothing says where ${count} ${plural} begin`, cure)
}

/** A sliding size counts in the unit of its step, so that it is a fixed number of steps. */
function sliding(asked: string, { unit, count, text }: Count, step: WindowSize): WindowSize {
  const whole = unit === step.unit ? count : converted(asked, unit, count, text, step)
  const steps = whole / step.count
  if (!Number.isInteger(steps)) {
    throw refuse(
      asked,
      `${text} is not a whole number of ${step.name}`,
      'use a step that divides it'
    )
  }
  if (steps === 1) throw refuse(asked, 'size and step are the same', `write ${step.name}`)
  if (steps > limits.slidingStepsMax) {
    const reason = `every frame would count in ${steps} windows, at most ${limits.slidingStepsMax}`
    throw refuse(asked, reason, 'use a longer step')
  }
  const length = longest(unit, whole, step.count)
  if (length > limits.windowDaysMax * DAY) {
    throw refuse(asked, 'it is longer than ten years', 'use a shorter size')
  }
  const name = `${slidingName(step, whole)}/${step.name}`
  const canonical = unit === step.unit && (unit === 'minute' || name.startsWith(`${text}/`))
  if (!canonical) throw refuse(asked, `it is counted in steps of ${step.name}`, `write ${name}`)
  return { name, unit, count: whole, length, step, steps }
}

/** `1w/1d` → 7 days, only to say how it is written. */
function converted(
  asked: string,
  unit: SizeUnit,
  count: number,
  text: string,
  step: WindowSize
): number {
  const nominal = { minute: MINUTE, day: DAY, week: 7 * DAY, month: 0 }
  const whole = (count * nominal[unit]) / nominal[step.unit]
  if (whole >= step.count && Number.isFinite(whole)) return whole
  const reason = `${text} is not a whole number of ${step.name}`
  throw refuse(asked, reason, 'count the size in the unit of its step: 30d/1d, 24h/1h, 12mo/1mo')
}

function slidingName(step: WindowSize, count: number): string {
  if (step.unit === 'minute') return minutesName(count)
  if (step.unit === 'day') return `${count}d`
  if (step.unit === 'week') return `${count}w`
  if (step.name === '1y') return `${count / 12}y`
  return step.name === '1q' ? `${count / 3}q` : `${count}mo`
}

function minutesName(count: number): string {
  return count % 60 === 0 ? `${count / 60}h` : `${count}m`
}

function longest(unit: SizeUnit, count: number, every = count): number {
  if (unit === 'minute') return count * MINUTE
  const days = unit === 'month' ? longestMonths(count, every) : count * (unit === 'week' ? 7 : 1)
  return days * DAY + HOUR
}

function nearestDivisors(count: number): string {
  if (count > MINUTES_OF_DAY) return 'use 1d, 1w, 1mo, 1q or 1y, or a sliding size such as 36h/1h'
  let below = count
  while (MINUTES_OF_DAY % below !== 0) below--
  let above = count
  while (MINUTES_OF_DAY % above !== 0) above++
  const next = above === MINUTES_OF_DAY ? '1d' : minutesName(above)
  return `the nearest that fit: ${minutesName(below)} and ${next}`
}

function refuse(size: string, reason: string, cure: string): Error {
  return failure('window-size', { size: size.slice(0, 40) || 'an empty text', reason, cure })
}
