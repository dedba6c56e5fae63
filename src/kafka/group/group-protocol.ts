import { failure } from '../../core/errors.ts'
import type { Membership } from '../../port/log.ts'
import type { Cluster } from '../connection/cluster.ts'
import { ConsumerMembership, type ConsumerMembershipOptions } from './consumer-member.ts'
import { readGroupSession, slowTakeOver } from './group-session.ts'
import { CLASSIC_SESSION_MS, ClassicMembership, type MembershipOptions } from './membership.ts'

/** `consumer`: the broker assigns, owners are asked first (KIP-848). `classic`: a member assigns. */
export type GroupProtocol = 'consumer' | 'classic'

export interface GroupOptions extends MembershipOptions, ConsumerMembershipOptions {
  /** By default `consumer` where the cluster has it. */
  readonly groupProtocol?: GroupProtocol
}

const CONSUMER_GROUP_HEARTBEAT = 68
/** The version since which members choose their own ids. */
const HEARTBEAT_VERSION = 1

/**
 * A membership of the protocol that was chosen, or else the best one that the cluster has finalized
 * (`group.version`). Throws `broker-old` when it does not have the one that was chosen.
 */
export function createMembership(cluster: Cluster, options: GroupOptions): Membership {
  return groupProtocol(cluster, options.groupProtocol) === 'consumer'
    ? new ConsumerMembership(cluster, options)
    : new ClassicMembership(cluster, options)
}

/** The protocol that is taken. */
function groupProtocol(cluster: Cluster, chosen?: GroupProtocol): GroupProtocol {
  const heartbeat = cluster.supports(CONSUMER_GROUP_HEARTBEAT)?.max ?? -1
  const there = cluster.feature('group.version') >= 1 && heartbeat >= HEARTBEAT_VERSION
  if (chosen === 'consumer' && !there) {
    const feature = 'consumer groups of KIP-848 (feature group.version 1)'
    throw failure('broker-old', { address: cluster.address, feature })
  }
  return chosen ?? (there ? 'consumer' : 'classic')
}

/** Where the broker tells nothing: its default. */
const CONSUMER_SESSION_MS = 45_000

/** Milliseconds of silence after which a dead member's partitions go to others. */
export async function groupSession(
  cluster: Cluster,
  options: Pick<GroupOptions, 'group' | 'groupProtocol' | 'sessionMs'>
): Promise<number> {
  if (groupProtocol(cluster, options.groupProtocol) === 'classic') {
    return options.sessionMs ?? CLASSIC_SESSION_MS
  }
  return (await readGroupSession(cluster, options.group)) ?? CONSUMER_SESSION_MS
}

/** A warning when the partitions of a killed instance would wait for long; undefined when all is well. */
export async function takeOverWarning(
  cluster: Cluster,
  options: Pick<GroupOptions, 'group' | 'groupProtocol'>
): Promise<string | undefined> {
  if (groupProtocol(cluster, options.groupProtocol) === 'classic') return undefined
  return slowTakeOver(options.group, await readGroupSession(cluster, options.group))
}
