import { failure, isFailure } from '../../core/errors.ts'
import type { CommittedOffset } from '../../port/log.ts'
import { isBrokerError } from '../connection/client-errors.ts'
import * as K from '../connection/client-library.ts'
import type { Cluster } from '../connection/cluster.ts'
import { call, type Wire } from '../connection/wire.ts'
import { Coordinator } from './coordinator.ts'
import { readAssignment } from './group-assignment.ts'
import { fetchOffsets, peekOffsets } from './offsets.ts'

export interface GroupMember {
  readonly id: string
  readonly client: string
  readonly host: string
  /** What the group has given it, by topic. */
  readonly partitions: ReadonlyMap<string, readonly number[]>
}

export interface GroupDescription {
  readonly group: string
  /** As the broker says it, in small letters: stable, empty …; `none` when there is no such group. */
  readonly state: string
  readonly members: readonly GroupMember[]
}

const NONE: Omit<GroupDescription, 'group'> = { state: 'none', members: [] }
/** The request of a group of the new kind (KIP-848); brokers without it have none of these groups. */
const CONSUMER_GROUP_DESCRIBE = 69
/** What an administrator says instead of a seat: the broker takes it of an empty group only. */
const NO_GENERATION = -1
const NO_MEMBER = ''
const NO_LEADER_EPOCH = -1
const PATIENCE_MS = 15_000

/** Describes, moves and deletes consumer groups, of either protocol. */
export class GroupAdmin {
  private readonly cluster: Cluster

  constructor(cluster: Cluster) {
    this.cluster = cluster
  }

  /** Throws `broker-denied`. */
  async describe(group: string): Promise<GroupDescription> {
    const coordinator = this.coordinator(group)
    const modern = this.cluster.supports(CONSUMER_GROUP_DESCRIBE) !== undefined
    const found = modern && (await coordinator.run(wire => describeModern(wire, group)))
    return { group, ...(found || (await coordinator.run(wire => describeClassic(wire, group)))) }
  }

  /**
   * Stored offsets of a topic's partitions; one that was never stored is not in the map. Waits for
   * open transactions that move them: `offsets-pending` when they stay open.
   */
  settledOffsets(
    group: string,
    topic: string,
    partitions: readonly number[]
  ): Promise<ReadonlyMap<number, CommittedOffset>> {
    return fetchOffsets(this.coordinator(group), topic, partitions)
  }

  /** Stored offsets as they are now, for people: an open transaction may move them in a moment. */
  offsets(
    group: string,
    topic: string,
    partitions: readonly number[]
  ): Promise<ReadonlyMap<number, CommittedOffset>> {
    return peekOffsets(this.coordinator(group), topic, partitions)
  }

  /** Sets offsets of a group without members. Throws `group-busy` when it has some, `broker-denied`. */
  async setOffsets(
    group: string,
    topic: string,
    offsets: ReadonlyMap<number, CommittedOffset>
  ): Promise<void> {
    const partitions = [...offsets].map(([partitionIndex, { offset, metadata, leaderEpoch }]) => ({
      partitionIndex,
      committedOffset: BigInt(offset),
      committedLeaderEpoch: leaderEpoch ?? NO_LEADER_EPOCH,
      committedMetadata: metadata
    }))
    const topics = [{ name: topic, partitions }]
    await this.refusingBusy(group, wire =>
      call(wire, K.offsetCommitV9.api, group, NO_GENERATION, NO_MEMBER, null, topics)
    )
  }

  /**
   * Deletes the stored offsets of the partitions of a topic that is there, from 0 on; of one that is gone
   * the brokers have done so. Throws `group-busy`, `broker-denied`.
   */
  async deleteOffsets(group: string, topic: string, partitions: number): Promise<void> {
    const indexes = Array.from({ length: partitions }, (_, index) => ({ partitionIndex: index }))
    const topics = [{ name: topic, partitions: indexes }]
    try {
      await this.refusingBusy(group, wire => call(wire, K.offsetDeleteV0.api, group, topics))
    } catch (error) {
      if (!isBrokerError(error, 'GROUP_ID_NOT_FOUND')) throw error
    }
  }

  /** Deletes the group with its offsets; none is fine. Throws `group-busy`, `broker-denied`. */
  async delete(group: string): Promise<void> {
    try {
      await this.refusingBusy(group, wire => call(wire, K.deleteGroupsV2.api, [group]))
    } catch (error) {
      if (isBrokerError(error, 'GROUP_ID_NOT_FOUND')) return
      if (!isFailure(error, 'broker-denied')) throw error
      const [request, problem] = [`deleting group ${group}`, 'GROUP_AUTHORIZATION_FAILED']
      throw failure('broker-denied', { request, problem, right: 'Delete on the group' }, error)
    }
  }

  private async refusingBusy(
    group: string,
    request: (wire: Wire) => Promise<unknown>
  ): Promise<void> {
    try {
      await this.coordinator(group).run(request)
    } catch (error) {
      if (!isBrokerError(error, ...BUSY)) throw error
      throw failure('group-busy', { group, members: 'it has just got some' }, error)
    }
  }

  private coordinator(group: string): Coordinator {
    return new Coordinator(this.cluster, 'group', group, { limitMs: PATIENCE_MS })
  }
}

const BUSY = [
  'NON_EMPTY_GROUP',
  'GROUP_SUBSCRIBED_TO_TOPIC',
  'UNKNOWN_MEMBER_ID',
  'ILLEGAL_GENERATION',
  'STALE_MEMBER_EPOCH'
]

/** Undefined for a group of the classic protocol, or none. */
async function describeModern(
  wire: Wire,
  group: string
): Promise<Omit<GroupDescription, 'group'> | undefined> {
  try {
    const answer = await call(wire, K.consumerGroupDescribeV0.api, [group], false)
    const found = answer.groups[0]
    if (found === undefined) return undefined
    const members = found.members.map(({ memberId, clientId, clientHost, assignment }) => ({
      id: memberId,
      client: clientId,
      host: hostOf(clientHost),
      partitions: new Map(
        assignment.topicPartitions.map(each => [each.topicName, ascending(each.partitions)])
      )
    }))
    return { state: stateOf(found.groupState), members }
  } catch (error) {
    if (isBrokerError(error, 'GROUP_ID_NOT_FOUND', 'UNSUPPORTED_VERSION')) return undefined
    throw error
  }
}

async function describeClassic(
  wire: Wire,
  group: string
): Promise<Omit<GroupDescription, 'group'>> {
  try {
    const answer = await call(wire, K.describeGroupsV5.api, [group], false)
    const found = answer.groups[0]
    if (found === undefined) return NONE
    const members = found.members.map(member => ({
      id: member.memberId,
      client: member.clientId,
      host: hostOf(member.clientHost),
      partitions: readAssignment(member.memberAssignment)
    }))
    return { state: stateOf(found.groupState), members }
  } catch (error) {
    if (isBrokerError(error, 'GROUP_ID_NOT_FOUND')) return NONE
    throw error
  }
}

/** `PreparingRebalance` → `preparing rebalance`; the broker's word for no such group is `Dead`. */
function stateOf(state: string): string {
  if (state === 'Dead' || state === '') return NONE.state
  return state.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase()
}

/** Java prints an address without a name as `/10.0.0.7`. */
function hostOf(text: string): string {
  return text.replace(/^\//, '')
}

function ascending(partitions: readonly number[]): readonly number[] {
  return partitions.toSorted((left, right) => left - right)
}
