import type { RunFigures } from './run-figures.ts'

/** Why a count is not ready: undefined when it counts, and what it says can be relied on. */
export function unready(
  run: Pick<RunFigures, 'started' | 'failed' | 'misfits'>
): string | undefined {
  if (run.failed) return 'the count has failed'
  if (!run.started) return 'starting: restoring its state, joining its consumer groups'
  if (run.misfits > 0) {
    return `the flushes of ${run.misfits} input partitions do not go on where they stood: final results wait`
  }
  return undefined
}
