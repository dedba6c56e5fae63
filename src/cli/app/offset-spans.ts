import type { Cluster } from '../../kafka/connection/cluster.ts'
import { listOffsets } from '../../kafka/fetch/list-offsets.ts'

export interface OffsetSpan {
  /** First offset kept. */
  readonly start: number
  /** What a read-committed reader can reach (last stable offset). */
  readonly end: number
}

/** By partition. Throws `topic-missing`. */
export async function offsetSpans(
  cluster: Cluster,
  topic: string
): Promise<ReadonlyMap<number, OffsetSpan>> {
  const { partitions } = await cluster.topic(topic)
  const indexes = partitions.map(({ index }) => index).toSorted((left, right) => left - right)
  const [starts, ends] = await Promise.all([
    listOffsets(cluster, topic, indexes, 'earliest'),
    listOffsets(cluster, topic, indexes, 'latest')
  ])
  return new Map(
    indexes.map(index => [index, { start: starts.get(index) ?? 0, end: ends.get(index) ?? 0 }])
  )
}
