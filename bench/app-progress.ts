import { setTimeout as sleep } from 'node:timers/promises'
import { mergeGroup, topicOf } from '../src/app/names.ts'
import type { Cluster } from '../src/kafka/connection/cluster.ts'
import { listOffsets } from '../src/kafka/fetch/list-offsets.ts'
import { GroupAdmin } from '../src/kafka/group/group-admin.ts'

const LOOK_EVERY_MS = 200
const LIMIT_MS = 3_600_000
const SPARE = 100

/** Resolves when stage 2 has stored all but the last of what stage 1 sent. */
export async function merged(cluster: Cluster, app: string): Promise<void> {
  const topic = topicOf(app, 'partials')
  const { partitions } = await cluster.topic(topic)
  const all = partitions.map((_, partition) => partition)
  const admin = new GroupAdmin(cluster)
  await until(async () => {
    const ends = await listOffsets(cluster, topic, all, 'latest')
    const stored = await admin.offsets(mergeGroup(app), topic, all)
    const left = all.map(at => (ends.get(at) ?? 0) - (stored.get(at)?.offset ?? 0))
    // Markers of transactions are no news, and a stop merges what is left.
    return left.every(records => records <= SPARE) ? true : undefined
  })
}

/** Looks until there is something. Throws after an hour. */
export async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  const limit = performance.now() + LIMIT_MS
  while (performance.now() < limit) {
    const found = await look()
    if (found !== undefined) return found
    await sleep(LOOK_EVERY_MS)
  }
  throw new Error('the benchmark takes too long')
}
