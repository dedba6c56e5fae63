import { combineGroup, mergeGroup } from '../../app/names.ts'
import { failure } from '../../core/errors.ts'
import type { Cluster } from '../../kafka/cluster.ts'
import { GroupAdmin, type GroupDescription, type GroupMember } from '../../kafka/group-admin.ts'

const ID_SHOWN = 8

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
  for (const { group, members } of Object.values(await describeGroups(cluster, app))) {
    if (members.length === 0) continue
    throw failure('group-busy', { group, members: members.map(showMember).join('; ') })
  }
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

/** The end of its id tells apart the members of one machine. */
function showMember({ client, host, id }: GroupMember): string {
  return `${client} at ${host} (…${id.slice(-ID_SHOWN)})`
}
