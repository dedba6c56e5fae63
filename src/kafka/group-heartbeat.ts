import * as K from '@platformatic/kafka'
import { addressFailure } from './client-errors.ts'
import type { MemberOrders, MemberReport } from './consumer-member-state.ts'
import { callWithin, type Wire } from './wire.ts'

/** What a group's member subscribes to. */
export interface Subscription {
  readonly group: string
  readonly topic: string
  readonly topicId: string
  /** Milliseconds that the broker waits for partitions to be given back. */
  readonly rebalanceMs: number
}

/** The broker's answer, with the time in ms until it wants to hear the next one. */
export interface HeartbeatAnswer extends MemberOrders {
  readonly intervalMs: number
}

const LEAVING = -1
/** Keeps partitions where they are and gives everybody as many; `range` moves most when one comes. */
const ASSIGNOR = 'uniform'
const UNCHANGED = -1
// Whatever a broker says, it is not asked more often, or heard of less.
const INTERVAL_MS_MIN = 50
const INTERVAL_MS_MAX = 60_000

/** One ConsumerGroupHeartbeat v1 (KIP-848). */
export async function sendHeartbeat(
  wire: Wire,
  { group, topic, topicId, rebalanceMs }: Subscription,
  { memberId, epoch, whole, owned }: MemberReport,
  limitMs: number
): Promise<HeartbeatAnswer> {
  const partitions =
    owned === undefined ? null : owned.length === 0 ? [] : [{ topicId, partitions: [...owned] }]
  const fields: K.consumerGroupHeartbeatV1.ConsumerGroupHeartbeatRequest = [
    group,
    memberId,
    epoch,
    null,
    null,
    whole ? rebalanceMs : UNCHANGED,
    whole ? [topic] : null,
    null,
    whole ? ASSIGNOR : null,
    partitions
  ]
  const answer = await callWithin(wire, limitMs, K.consumerGroupHeartbeatV1.api, ...fields)
  const assigned = answer.assignment?.topicPartitions
    .filter(each => each.topicId === topicId)
    .flatMap(each => each.partitions)
  if (answer.memberEpoch <= 0 || (assigned && !plausible(assigned))) {
    throw addressFailure('broker-protocol', wire.address, 'an impossible answer to a heartbeat')
  }
  const intervalMs = Math.min(
    INTERVAL_MS_MAX,
    Math.max(INTERVAL_MS_MIN, answer.heartbeatIntervalMs)
  )
  return { epoch: answer.memberEpoch, assigned, intervalMs }
}

/** The heartbeat that says good-bye: the member's partitions are free at once. */
export async function sendLeave(
  wire: Wire,
  group: string,
  memberId: string,
  limitMs: number
): Promise<void> {
  const fields: K.consumerGroupHeartbeatV1.ConsumerGroupHeartbeatRequest = [
    group,
    memberId,
    LEAVING,
    null,
    null,
    UNCHANGED,
    null,
    null,
    null,
    null
  ]
  await callWithin(wire, limitMs, K.consumerGroupHeartbeatV1.api, ...fields)
}

function plausible(partitions: readonly number[]): boolean {
  return (
    new Set(partitions).size === partitions.length && partitions.every(partition => partition >= 0)
  )
}
