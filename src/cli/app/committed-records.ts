import type { Cluster } from '../../kafka/connection/cluster.ts'
import { listOffsets } from '../../kafka/fetch/list-offsets.ts'
import { type ReadRecord, RecordReader } from '../../kafka/fetch/record-reader.ts'

const POLL_MS = 200

/**
 * Records of a partition from an offset on, up to what is committed at the start. Throws
 * `topic-missing`, and the signal's reason when it aborts.
 */
export async function* committedRecords(
  cluster: Cluster,
  topic: string,
  partition: number,
  from: number,
  signal: AbortSignal
): AsyncGenerator<ReadRecord> {
  const [starts, ends] = await Promise.all([
    listOffsets(cluster, topic, [partition], 'earliest'),
    listOffsets(cluster, topic, [partition], 'latest')
  ])
  const start = Math.max(from, starts.get(partition) ?? 0)
  const end = ends.get(partition) ?? 0
  if (start >= end) return
  const reader = await RecordReader.open(cluster, topic, new Map([[partition, start]]))
  try {
    while ((reader.progress(partition)?.position ?? start) < end) {
      signal.throwIfAborted()
      yield* await reader.poll(POLL_MS)
    }
  } finally {
    await reader.close()
  }
}
