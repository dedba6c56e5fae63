import { failure } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import { nearest } from '../core/nearest.ts'
import { formatDuration } from '../core/units.ts'
import { Calendar } from './calendar.ts'
import type { Grid } from './grid.ts'
import { type Keeping, keepLevels, type Raised } from './keep.ts'
import { levelBits } from './level-bits.ts'
import { DAY, HOUR, MINUTE, parseSize, type WindowSize } from './size.ts'
import { Zone } from './zone.ts'

/** One level of the roll-up. Level 0 is the finest pane, the UTC minute. */
export interface Level {
  readonly index: number
  /** Canonical: `1m`, `6h`, `1d`, `1q`, `30d/1d`. */
  readonly name: string
  /** Longest length in ms: what orders levels and bounds how long their children are kept. */
  readonly length: number
  readonly grid: Grid
  /** The level whose windows, united, make one of these; −1 for the panes. Sliding: that of its step. */
  readonly child: number
  readonly sliding: boolean
  /** False for a level that exists only because a larger one is made from it. */
  readonly asked: boolean
  /** Its bit among the sizes begun with, smallest first: what a partial counts for. −1 for all others. */
  readonly bit: number
  /** The bits that a partial must have for its windows to take it. */
  readonly needed: number
  /** True for a level that was not there when the app began. */
  readonly added: boolean
  /** How long windows are kept behind the watermark, ms. */
  readonly keepMs: number
}

export interface PlanOptions {
  /** As the user wrote them; each size once, however it is spelt. */
  readonly sizes: readonly string[]
  /** Those of them that the app began with, when the others were added later. Default all. */
  readonly begun?: readonly string[]
  /** IANA name. Default UTC. */
  readonly zone?: string
  readonly weekStart?: 'monday' | 'sunday'
  /** Local time at which days begin, `HH:MM`. Default 00:00. */
  readonly dayStart?: string
  /** How long windows of a size are kept, ms by size; the rest by default. */
  readonly keep?: ReadonlyMap<string, number>
  /** How far the watermark stays behind the clock, ms. Default 5 s. */
  readonly waitMs?: number
  /** How far partitions may be apart in event time, ms. Default 6 h. */
  readonly maxSkewMs?: number
}

const WAIT_MS = 5_000
const MAX_SKEW_MS = 6 * HOUR

/**
 * Which windows are made from which (protocol, stage 2): whole hours and the day from hours, other
 * sizes below a day from minutes, larger ones from days, sliding ones from their step. Every child
 * lies in exactly one tumbling parent.
 */
export class WindowPlan {
  /** A child comes before its parents. */
  readonly levels: readonly Level[]
  /** Smallest first. */
  readonly asked: readonly Level[]
  /** Those that the app began with, by their bits: stage 1 knows no others. */
  readonly begun: readonly Level[]
  /** The bits of all of these. */
  readonly mask: number
  /** How long frames are taken for each level that the app began with, asked or not, ms by its name. */
  readonly takenMs: ReadonlyMap<string, number>
  readonly zone: string
  /** Sizes whose default keep was raised, because a larger window is made from them. */
  readonly raised: readonly Raised[]
  /** First instant at which the zone's clocks show a local time, in ms of local time since 1970, or later. */
  readonly timeOf: (local: number) => number
  /** Later than the watermark by less than this, a frame counts for every size. */
  private readonly leastKeep: number
  /** By bit. */
  private readonly takenByBit: readonly number[]
  private readonly options: PlanOptions

  /**
   * @throws window-size, window-zone, window-day-start, window-week-start, window-keep, window-wait:
   *   all before anything is read
   */
  constructor(options: PlanOptions) {
    const zone = new Zone(options.zone ?? 'UTC')
    const calendar = new Calendar({
      zone,
      dayStart: parseDayStart(options.dayStart ?? '00:00'),
      weekStart: checkWeekStart(options.weekStart ?? 'monday')
    })
    const sizes = askedSizes(options.sizes)
    const begun = options.begun ? askedSizes(options.begun) : sizes
    const all = withChildren(sizes)
    const keep = canonicalKeep(options.keep, sizes)
    const keeping: Keeping = {
      keep,
      waitMs: checkDuration('wait', options.waitMs ?? WAIT_MS),
      maxSkewMs: checkDuration('max-skew', options.maxSkewMs ?? MAX_SKEW_MS)
    }
    const { keepMs, raised } = keepLevels(shapesOf(all, sizes), keeping)
    // A size that is added must not change what becomes of a frame in the others.
    const atFirst = withChildren(begun)
    const names = new Set(begun.map(({ name }) => name))
    const keepBegun = new Map([...keep].filter(([name]) => names.has(name)))
    const taken = keepLevels(shapesOf(atFirst, begun), { ...keeping, keep: keepBegun })
    this.takenMs = new Map(atFirst.map(({ name }, index) => [name, taken.keepMs[index]!]))
    const shapes = levelBits(shapesOf(all, sizes), names, this.takenMs)
    this.levels = shapes.map((shape, index) => ({
      ...shape,
      index,
      grid: calendar.grid(all[index]!),
      sliding: all[index]!.step !== undefined,
      keepMs: Math.max(keepMs[index]!, this.takenMs.get(shape.name) ?? 0)
    }))
    this.asked = this.levels.filter(({ asked }) => asked)
    this.begun = this.levels.filter(({ bit }) => bit >= 0)
    this.mask = 2 ** this.begun.length - 1
    this.zone = zone.name
    this.timeOf = local => zone.firstShowing(local)
    this.raised = raised
    this.takenByBit = this.begun.map(({ name }) => this.takenMs.get(name)!)
    this.leastKeep = Math.min(...this.takenByBit)
    this.options = options
  }

  /** The same sizes, for an app that began with only some of them. */
  begunWith(sizes: readonly string[]): WindowPlan {
    return new WindowPlan({ ...this.options, begun: sizes })
  }

  /**
   * The sizes begun with that a frame of `time` counts for: those whose last window that holds it ends
   * after `watermark` − keep. Both in ms; a watermark of −∞ means nothing is known yet.
   */
  maskFor(time: number, watermark: number): number {
    return time > watermark - this.leastKeep ? this.mask : this.maskBehind(time, watermark)
  }

  private maskBehind(time: number, watermark: number): number {
    let mask = 0
    for (const level of this.begun) {
      const bound = watermark - this.takenByBit[level.bit]!
      if (time > bound || this.lastEnd(level, time) > bound) mask |= 1 << level.bit
    }
    return mask
  }

  /** End of the last window that holds `time`: a sliding one begins with the step that holds it. */
  private lastEnd(level: Level, time: number): number {
    const first = level.sliding ? this.levels[level.child]! : level
    return level.grid.endOf(first.grid.firstHolding(time))
  }
}

function askedSizes(texts: readonly string[]): WindowSize[] {
  const sizes = new Map(texts.map(parseSize).map(size => [size.name, size]))
  if (sizes.size === 0) {
    throw failure('window-size', {
      size: 'nothing',
      reason: 'no size is given',
      cure: 'name one or more, for example 1m,1h,1d'
    })
  }
  if (sizes.size > limits.windowSizesMax) {
    throw failure('window-size', {
      size: `a list of ${sizes.size}`,
      reason: `at most ${limits.windowSizesMax} sizes are counted at once`,
      cure: 'leave some out, or count them as another app'
    })
  }
  return [...sizes.values()]
}

/** The sizes and all they are made from, down to the minute; children first. */
function withChildren(sizes: readonly WindowSize[]): WindowSize[] {
  const all = new Map([['1m', parseSize('1m')]])
  for (const size of sizes) {
    let next: WindowSize | undefined = size
    while (next && !all.has(next.name)) {
      all.set(next.name, next)
      const child = childName(next)
      next = child === undefined ? undefined : parseSize(child)
    }
  }
  return [...all.values()].sort(
    (left, right) => left.length - right.length || left.steps - right.steps
  )
}

function shapesOf(
  all: readonly WindowSize[],
  asked: readonly WindowSize[]
): { name: string; length: number; child: number; asked: boolean }[] {
  return all.map(size => ({
    name: size.name,
    length: size.length,
    child: all.findIndex(({ name }) => name === childName(size)),
    asked: asked.some(({ name }) => name === size.name)
  }))
}

function childName(size: WindowSize): string | undefined {
  if (size.step) return size.step.name
  if (size.unit === 'week' || size.unit === 'month') return '1d'
  if (size.unit === 'day') return '1h'
  if (size.length === MINUTE) return undefined
  return size.length > HOUR && size.length % HOUR === 0 ? '1h' : '1m'
}

function canonicalKeep(
  keep: ReadonlyMap<string, number> | undefined,
  sizes: readonly WindowSize[]
): Map<string, number> {
  const canonical = new Map<string, number>()
  for (const [text, ms] of keep ?? []) {
    const { name } = parseSize(text)
    if (!sizes.some(size => size.name === name)) {
      const names = sizes.map(size => size.name)
      const near = nearest(name, names) ?? names[0]!
      throw failure('window-keep', {
        size: name,
        keep: formatDuration(ms),
        reason: 'this size is not counted',
        cure: `add it to --window, or name one that is: ${near}`
      })
    }
    canonical.set(name, checkDuration(`keep of ${name}`, ms))
  }
  return canonical
}

function parseDayStart(text: string): number {
  const match = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text.trim())
  if (!match) throw failure('window-day-start', { start: text.slice(0, 40) })
  return (Number(match[1]) * HOUR + Number(match[2]) * MINUTE) % DAY
}

function checkWeekStart(text: string): 'monday' | 'sunday' {
  if (text === 'monday' || text === 'sunday') return text
  throw failure('window-week-start', { start: text.slice(0, 40) })
}

function checkDuration(name: string, ms: number): number {
  if (Number.isSafeInteger(ms) && ms >= 0) return ms
  throw failure('window-wait', { name, value: `${ms} ms` })
}
