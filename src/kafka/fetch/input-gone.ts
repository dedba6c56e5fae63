import { failure } from '../../core/errors.ts'
import type { InputLoss } from '../../port/input-loss.ts'
import type { Cluster } from '../connection/cluster.ts'
import { listOffsets } from './list-offsets.ts'

/** What a reader knows of a partition that does not give it what it asks for. */
export interface GoneQuestion {
  readonly topic: string
  readonly index: number
  /** The offset that it asked for. */
  readonly offset: number
  /** Where the log left what was read, when the broker says so (KIP-320, KIP-595). */
  readonly divergesAt: number | undefined
}

/** Compares a position with what the log covers; undefined when the log has it. */
export async function findLoss(
  cluster: Cluster,
  { topic, index, offset, divergesAt }: GoneQuestion
): Promise<InputLoss | undefined> {
  const [starts, ends] = await Promise.all([
    listOffsets(cluster, topic, [index], 'earliest'),
    listOffsets(cluster, topic, [index], 'latest', 'uncommitted')
  ])
  const start = starts.get(index) ?? 0
  const end = ends.get(index) ?? 0
  const where = { topic, partition: index, offset, start, end }
  if (offset < start) {
    const lost = start - offset
    const error = failure('offset-gone', { ...where, lost })
    return { ...where, kind: 'deleted', resumeAt: start, lost, error }
  }
  if (divergesAt === undefined && offset <= end) return undefined
  const resumeAt = Math.max(start, Math.min(offset, end, divergesAt ?? end))
  const lost = offset - resumeAt
  const error = failure('log-cut', { topic, partition: index, offset, end, resumeAt, lost })
  return { ...where, kind: 'cut', resumeAt, lost, error }
}
