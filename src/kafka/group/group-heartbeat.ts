import type { Inputs } from '../../core/inputs.ts'
import { addressFailure } from '../connection/client-errors.ts'
import * as K from '../connection/client-library.ts'
import { callWithin, type Wire } from '../connection/wire.ts'
import type { MemberOrders, MemberReport } from './consumer-member-state.ts'

/** What a group's member subscribes to. */
export interface Subscription {
  readonly group: string
  /** The topics; what is reported and assigned are slots of theirs. */
  readonly inputs: Inputs
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
  { group, inputs, rebalanceMs }: Subscription,
  { memberId, epoch, whole, owned }: MemberReport,
  limitMs: number
): Promise<HeartbeatAnswer> {
  const fields: K.ConsumerGroupHeartbeatRequest = [
    group,
    memberId,
    epoch,
    null,
    null,
    whole ? rebalanceMs : UNCHANGED,
    whole ? inputs.readable.map(({ name }) => name) : null,
    null,
    whole ? ASSIGNOR : null,
    owned === undefined ? null : byTopic(inputs, owned)
  ]
  const answer = await callWithin(wire, limitMs, K.consumerGroupHeartbeatV1.api, ...fields)
  const assigned = answer.assignment?.topicPartitions
    .flatMap(each => each.partitions.map(partition => inputs.slotOfId(each.topicId, partition)))
    .filter(slot => slot !== undefined)
  if (answer.memberEpoch <= 0 || (assigned && new Set(assigned).size < assigned.length)) {
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
  const fields: K.ConsumerGroupHeartbeatRequest = [
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

function byTopic(
  inputs: Inputs,
  slots: readonly number[]
): { topicId: string; partitions: number[] }[] {
  const topics = new Map<string, number[]>()
  for (const slot of slots) {
    const { input, partition } = inputs.place(slot)
    const partitions = topics.get(input.id) ?? []
    topics.set(input.id, partitions)
    partitions.push(partition)
  }
  return [...topics].map(([topicId, partitions]) => ({ topicId, partitions }))
}
