import { failure } from '../core/errors.ts'
import { formatDuration } from '../core/units.ts'
import { DAY, HOUR, MINUTE } from './size.ts'

export interface Keeping {
  /** What the user asked for, ms by canonical size. */
  readonly keep: ReadonlyMap<string, number>
  readonly waitMs: number
  readonly maxSkewMs: number
}

/** A size that is kept longer than by default. */
export interface Raised {
  readonly size: string
  readonly keepMs: number
}

/** What of a level decides how long it is kept; levels ascend, children first. */
interface Shape {
  readonly name: string
  readonly length: number
  readonly child: number
  readonly asked: boolean
}

/**
 * How long each level is kept, ms behind the watermark. A child stays until the longest parent made
 * from it has closed: a level nobody asked for exactly that long (and `maxSkewMs`, for partitions that
 * lag), an asked one at least. And a parent is kept as long as its child: what a frame is too late for
 * must never come in through a smaller window. Defaults give way; what a user chose does not.
 *
 * @throws window-keep
 */
export function keepLevels(
  levels: readonly Shape[],
  { keep, waitMs, maxSkewMs }: Keeping
): { keepMs: number[]; raised: Raised[] } {
  const needed = levels.map((level, index) => {
    const longest = longestParent(levels, index)
    return longest === level ? 0 : longest.length + waitMs
  })
  const keepMs = levels.map((level, index) => {
    if (!level.asked) return needed[index]! + maxSkewMs
    const chosen = keep.get(level.name)
    if (chosen !== undefined)
      return checked(level, chosen, longestParent(levels, index), needed[index]!)
    const usual = usualKeep(level.length)
    return usual >= needed[index]! ? usual : needed[index]! + maxSkewMs
  })
  const asked = [...levels.keys()].filter(index => levels[index]!.asked)
  for (const index of asked.toReversed()) {
    const child = askedChild(levels, index)
    if (child < 0 || keep.has(levels[child]!.name)) continue
    keepMs[child] = Math.max(needed[child]!, Math.min(keepMs[child]!, keepMs[index]!))
  }
  for (const index of asked) {
    const child = askedChild(levels, index)
    if (child < 0 || keepMs[child]! <= keepMs[index]!) continue
    const level = levels[index]!
    if (keep.has(level.name))
      throw shorterThanChild(level, levels[child]!, keepMs[index]!, keepMs[child]!)
    keepMs[index] = keepMs[child]!
  }
  const raised = asked
    .filter(
      index => !keep.has(levels[index]!.name) && keepMs[index]! > usualKeep(levels[index]!.length)
    )
    .map(index => ({ size: levels[index]!.name, keepMs: keepMs[index]! }))
  return { keepMs, raised }
}

/** The longest level made from this one; the level itself when there is none. */
function longestParent(levels: readonly Shape[], index: number): Shape {
  const parents = levels.filter(({ child }) => child === index)
  return parents.reduce((most, next) => (next.length > most.length ? next : most), levels[index]!)
}

/** The nearest level below that was asked for; −1 when there is none. */
function askedChild(levels: readonly Shape[], index: number): number {
  let child = levels[index]!.child
  while (child >= 0 && !levels[child]!.asked) child = levels[child]!.child
  return child
}

function shorterThanChild(level: Shape, child: Shape, keep: number, childKeep: number): Error {
  return failure('window-keep', {
    size: level.name,
    keep: formatDuration(keep),
    reason: `windows of ${child.name}, which they are made from, are kept for ${formatDuration(childKeep)}`,
    cure: `keep them for ${durationAbove(childKeep)} or longer`
  })
}

function checked(level: Shape, chosen: number, parent: Shape, needed: number): number {
  if (chosen >= needed) return chosen
  const longer = `keep them for ${durationAbove(needed)} or longer`
  throw failure('window-keep', {
    size: level.name,
    keep: formatDuration(chosen),
    reason: `windows of ${parent.name} are made from them`,
    cure: parent.asked ? `${longer}, or leave ${parent.name} out` : longer
  })
}

/** Minutes 2 days, sizes below an hour a week, below a day 3 months, larger ones 6 years. */
function usualKeep(length: number): number {
  if (length === MINUTE) return 2 * DAY
  if (length < HOUR) return 7 * DAY
  return length < DAY ? 92 * DAY : 6 * 366 * DAY
}

/** Rounded up to what people write: whole minutes, hours or days. */
function durationAbove(ms: number): string {
  if (ms <= HOUR) return `${Math.ceil(ms / MINUTE)}m`
  return ms <= DAY ? `${Math.ceil(ms / HOUR)}h` : `${Math.ceil(ms / DAY)}d`
}
