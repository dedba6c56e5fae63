import { combineGroup, mergeGroup } from '../../app/names.ts'
import type { Cluster } from '../../kafka/connection/cluster.ts'
import { GroupAdmin, type GroupDescription } from '../../kafka/group/group-admin.ts'
import { busyGroup, showMember } from '../../kafka-app/members.ts'

/** The consumer groups of the two stages. */
export interface AppGroups {
  readonly combine: GroupDescription
  readonly merge: GroupDescription
}

export async function describeGroups(cluster: Cluster, app: string): Promise<AppGroups> {
  const admin = new GroupAdmin(cluster)
  const [combine, merge] = await Promise.all([
    admin.describe(combineGroup(app)),
    admin.describe(mergeGroup(app))
  ])
  return { combine, merge }
}

export function isRunning({ combine, merge }: AppGroups): boolean {
  return combine.members.length + merge.members.length > 0
}

/** Throws `group-busy` while an instance of the app is running. */
export async function refuseRunning(cluster: Cluster, app: string): Promise<void> {
  const busy = await busyGroup(cluster, app)
  if (busy) throw busy
}

/** The member that has a partition, for people. */
export function ownerOf(
  { members }: GroupDescription,
  topic: string,
  partition: number
): string | undefined {
  const owner = members.find(({ partitions }) => partitions.get(topic)?.includes(partition))
  return owner && showMember(owner)
}
