import { formatDuration } from '../core/units.ts'
import type { RunFigures } from './run-figures.ts'

/** A commit that takes longer than this needs somebody's help, or its broker does. */
const STUCK_MS = 60_000

/** Why a count is not ready (`now` in ms): undefined when it counts, and what it says can be relied on. */
export function unready(
  run: Pick<RunFigures, 'started' | 'failed' | 'misfits' | 'stopped' | 'pending'>,
  now: number
): string | undefined {
  if (run.failed) return 'the count has failed'
  if (!run.started) return 'starting: restoring its state, joining its consumer groups'
  const stuck = run.pending.longest(now)
  if (stuck && stuck.ms >= STUCK_MS) {
    const problem = stuck.problem === undefined ? '' : ` (${stuck.problem})`
    return `the commit of ${stuck.task} has not got through for ${formatDuration(stuck.ms)}${problem}`
  }
  const [stopped] = run.stopped.values()
  if (stopped !== undefined) {
    const others = run.stopped.size > 1 ? ` (and ${run.stopped.size - 1} more partitions)` : ''
    return `${stopped}${others}: final results wait`
  }
  if (run.misfits > 0) {
    return `the flushes of ${run.misfits} input partitions do not go on where they stood: final results wait`
  }
  return undefined
}
