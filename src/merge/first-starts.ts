import { limits } from '../core/limits.ts'
import type { Level, WindowPlan } from '../window/plan.ts'

const MINUTE = 60_000
/** Before any event time, in whole minutes as the position record has it. */
const EARLIEST = -Math.ceil((2 * limits.eventTimeMsMax) / MINUTE) * MINUTE

/**
 * By level: no window that starts before this is held, in ms. It is what a position record says of purging;
 * of a level that it does not know, because the size was added since, it is where its windows are whole from.
 * Those are made of their children, so no child of theirs may be purged. Of these the ones that are
 * not over yet are held, and what larger ones among them are made of: windows that were over before
 * anybody asked for them are left out, since there may be any number of them.
 *
 * @param watermark ms; −∞ where nothing has happened yet
 */
export function firstStarts(
  { levels }: WindowPlan,
  purgedBefore: ReadonlyMap<string, number>,
  watermark: number
): readonly number[] {
  const isNew = ({ name, added }: Level): boolean => added && !purgedBefore.has(name)
  const starts: number[] = []
  for (const level of levels) {
    const known = purgedBefore.get(level.name) ?? Number.NEGATIVE_INFINITY
    starts.push(isNew(level) ? wholeFrom(level, starts[level.child]!) : known)
  }
  const needed = levels.map(({ grid }) =>
    Number.isFinite(watermark) ? grid.firstHolding(watermark) : EARLIEST
  )
  for (const level of [...levels].reverse()) {
    const { index, child } = level
    if (!isNew(level)) continue
    // Never −∞: what the position record has of it says that it is known from now on.
    starts[index] = Math.max(starts[index]!, needed[index]!, EARLIEST)
    needed[child] = Math.min(needed[child]!, starts[index])
  }
  return starts
}

/** Start of a level's first window that begins at `from` or later. */
function wholeFrom({ grid }: Level, from: number): number {
  if (from <= EARLIEST) return from
  let start = grid.firstHolding(from)
  while (start < from) start = grid.after(start)
  return start
}
