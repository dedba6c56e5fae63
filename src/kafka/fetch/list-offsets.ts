import { isNeverReached, isRetriable } from '../connection/client-errors.ts'
import * as K from '../connection/client-library.ts'
import type { Cluster, PartitionInfo } from '../connection/cluster.ts'
import { withRetry } from '../connection/retry.ts'
import { call } from '../connection/wire.ts'

/** `committed` sees what transactions have committed, `uncommitted` everything. */
export type Isolation = 'committed' | 'uncommitted'

/** On the wire. */
export const isolationLevels: Readonly<Record<Isolation, number>> = Object.freeze({
  uncommitted: 0,
  committed: 1
})

const EARLIEST = -2
const LATEST = -1
// Long enough for a leader to move.
const PATIENCE_MS = 10_000

/**
 * Offsets of some partitions: the first one kept, the end (committed: the last stable offset), or the
 * first record whose time is `at` or later (milliseconds since the epoch; the end when there is none).
 */
export async function listOffsets(
  cluster: Cluster,
  topic: string,
  partitions: readonly number[],
  at: 'earliest' | 'latest' | number,
  isolation: Isolation = 'committed'
): Promise<Map<number, number>> {
  const time = at === 'earliest' ? EARLIEST : at === 'latest' ? LATEST : Math.max(0, Math.floor(at))
  const found = await ask(cluster, topic, partitions, time, isolation)
  const none = [...found].filter(([, offset]) => offset < 0).map(([partition]) => partition)
  if (none.length > 0) {
    const ends = await ask(cluster, topic, none, LATEST, isolation)
    for (const [partition, end] of ends) found.set(partition, end)
  }
  return found
}

function isFinal(error: unknown): boolean {
  return !isRetriable(error) || isNeverReached(error)
}

function ask(
  cluster: Cluster,
  topic: string,
  partitions: readonly number[],
  time: number,
  isolation: Isolation
): Promise<Map<number, number>> {
  let again = false
  const attempt = async () => {
    if (again) await cluster.refresh()
    again = true
    const leaders = await Promise.all(partitions.map(index => cluster.leader(topic, index)))
    const info = await cluster.topic(topic)
    const answers = await Promise.all(
      [...new Set(leaders)].map(node => {
        const led = info.partitions.filter(
          ({ index }) => leaders[partitions.indexOf(index)] === node
        )
        return askLeader(cluster, node, topic, led, time, isolation)
      })
    )
    return new Map(answers.flat())
  }
  return withRetry(attempt, isFinal, { limitMs: PATIENCE_MS })
}

async function askLeader(
  cluster: Cluster,
  node: number,
  topic: string,
  led: readonly PartitionInfo[],
  time: number,
  isolation: Isolation
): Promise<[number, number][]> {
  const partitions = led.map(({ index, leaderEpoch }) => ({
    partitionIndex: index,
    currentLeaderEpoch: leaderEpoch,
    timestamp: BigInt(time)
  }))
  const wire = await cluster.wire('admin', node)
  const request = [{ name: topic, partitions }]
  const answer = await call(wire, K.listOffsetsV9.api, -1, isolationLevels[isolation], request)
  return answer.topics.flatMap(each =>
    each.partitions.map((p): [number, number] => [p.partitionIndex, Number(p.offset)])
  )
}
