import { denialNamed, isRetriable } from '../connection/client-errors.ts'
import * as K from '../connection/client-library.ts'
import type { Cluster } from '../connection/cluster.ts'
import { type Patience, withRetry } from '../connection/retry.ts'
import { call } from '../connection/wire.ts'

const BROKER_MS = 15_000
const PATIENCE_MS = 30_000

/**
 * Deletes the records before `offset` on the partition's leader; resolves with the first offset kept.
 * Needs `cleanup.policy` with `delete` (else `broker-refused`), and an offset that is not behind the end.
 */
export function deleteRecords(
  cluster: Cluster,
  topic: string,
  partition: number,
  offset: number,
  patience: Patience = { limitMs: PATIENCE_MS }
): Promise<number> {
  return withRetry(
    async () => {
      const wire = await cluster.wire('admin', await cluster.leader(topic, partition))
      const partitions = [{ partitionIndex: partition, offset: BigInt(offset) }]
      try {
        const answer = await call(
          wire,
          K.deleteRecordsV2.api,
          [{ name: topic, partitions }],
          BROKER_MS
        )
        return Number(answer.topics[0]?.partitions[0]?.lowWatermark ?? 0n)
      } catch (error) {
        if (isRetriable(error)) await cluster.refresh().catch(() => {})
        const what = `deleting records of topic ${topic}`
        throw denialNamed(error, 'TOPIC_AUTHORIZATION_FAILED', what, 'Delete on the topic')
      }
    },
    error => !isRetriable(error),
    patience
  )
}
