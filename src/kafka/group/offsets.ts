import { assert } from '../../core/assert.ts'
import { failure } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { formatDuration } from '../../core/units.ts'
import type { CommittedOffset, Seat } from '../../port/log.ts'
import { isBrokerError, isRetriable } from '../connection/client-errors.ts'
import * as K from '../connection/client-library.ts'
import type { Cluster } from '../connection/cluster.ts'
import { withRetry } from '../connection/retry.ts'
import { call } from '../connection/wire.ts'
import { Coordinator } from './coordinator.ts'

/** The broker's word for an offset that was never stored. */
const NO_OFFSET = -1n
const NO_LEADER_EPOCH = -1
/** Longer than any transaction of ours may stay open. */
const PENDING_MS = 60_000

/**
 * Stored offsets of a topic's partitions; one that was never stored is not in the map. Waits while a
 * transaction is pending on one of them (KIP-447): its outcome decides where to go on, and the value
 * before it would be read twice. Throws `offsets-pending` after `pendingMs`.
 */
export async function fetchOffsets(
  coordinator: Coordinator,
  topic: string,
  partitions: readonly number[],
  pendingMs = PENDING_MS
): Promise<ReadonlyMap<number, CommittedOffset>> {
  const group = coordinator.key
  const request = {
    groupId: group,
    memberId: null,
    memberEpoch: -1,
    topics: [{ name: topic, partitionIndexes: [...partitions] }]
  }
  try {
    const answer = await withRetry(
      () => coordinator.run(wire => call(wire, K.offsetFetchV9.api, [request], true)),
      error => !isBrokerError(error, 'UNSTABLE_OFFSET_COMMIT'),
      { limitMs: pendingMs }
    )
    return storedOffsets(answer)
  } catch (error) {
    if (!isBrokerError(error, 'UNSTABLE_OFFSET_COMMIT')) throw error
    throw failure('offsets-pending', { topic, group, waited: formatDuration(pendingMs) }, error)
  }
}

/** Stored offsets as they are now: an open transaction may move them in a moment. */
export async function peekOffsets(
  coordinator: Coordinator,
  topic: string,
  partitions: readonly number[]
): Promise<ReadonlyMap<number, CommittedOffset>> {
  const topics = [{ name: topic, partitionIndexes: [...partitions] }]
  const request = { groupId: coordinator.key, memberId: null, memberEpoch: -1, topics }
  return storedOffsets(
    await coordinator.run(wire => call(wire, K.offsetFetchV9.api, [request], false))
  )
}

/**
 * The metadata of stored offsets, again and again, for who takes it as a hint: undefined while the
 * brokers are away. Throws `broker-denied` and what else waiting does not cure.
 */
export function metadataPeek(
  cluster: Cluster,
  group: string,
  topic: string,
  partitions: number
): () => Promise<readonly (string | undefined)[] | undefined> {
  const coordinator = new Coordinator(cluster, 'group', group)
  const all = Array.from({ length: partitions }, (_, partition) => partition)
  return async () => {
    try {
      const stored = await peekOffsets(coordinator, topic, all)
      return all.map(partition => stored.get(partition)?.metadata)
    } catch (error) {
      if (isRetriable(error)) return undefined
      throw error
    }
  }
}

/**
 * Stores offsets under a member's seat. Throws `group-lost` when the seat is not valid any more, and
 * the broker's own error (ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS) as its cause.
 */
export async function commitOffsets(
  coordinator: Coordinator,
  seat: Seat,
  topic: string,
  offsets: ReadonlyMap<number, CommittedOffset>
): Promise<void> {
  // −1 and '' are a request that no generation fences, accepted even while the group has members.
  assert(seat.generation >= 0 && seat.memberId !== '', 'a commit names its generation and member')
  const partitions = [...offsets].map(([partitionIndex, { offset, metadata, leaderEpoch }]) => {
    assert(offset >= 0, 'a stored offset is a position')
    assert(metadata.length <= limits.commitMetadataCharactersMax, 'commit metadata fits')
    return {
      partitionIndex,
      committedOffset: BigInt(offset),
      committedLeaderEpoch: leaderEpoch ?? NO_LEADER_EPOCH,
      committedMetadata: metadata
    }
  })
  const { generation, memberId } = seat
  const topics = [{ name: topic, partitions }]
  const group = coordinator.key
  try {
    await coordinator.run(wire =>
      call(wire, K.offsetCommitV9.api, group, generation, memberId, null, topics)
    )
  } catch (error) {
    for (const id of SEAT_LOST) {
      if (isBrokerError(error, id)) throw failure('group-lost', { group, problem: id }, error)
    }
    throw error
  }
}

const SEAT_LOST = [
  'UNKNOWN_MEMBER_ID',
  'ILLEGAL_GENERATION',
  'REBALANCE_IN_PROGRESS',
  'FENCED_INSTANCE_ID',
  'FENCED_MEMBER_EPOCH',
  'STALE_MEMBER_EPOCH',
  'GROUP_ID_NOT_FOUND'
]

/** The offsets in an answer about one group and one topic. */
function storedOffsets(answer: K.OffsetFetchResponse): ReadonlyMap<number, CommittedOffset> {
  const stored = new Map<number, CommittedOffset>()
  for (const partition of answer.groups[0]?.topics[0]?.partitions ?? []) {
    if (partition.committedOffset === NO_OFFSET) continue
    const epoch = partition.committedLeaderEpoch
    stored.set(partition.partitionIndex, {
      offset: Number(partition.committedOffset),
      metadata: partition.metadata ?? '',
      ...(epoch === NO_LEADER_EPOCH ? {} : { leaderEpoch: epoch })
    })
  }
  return stored
}
