import { combineGroup, mergeGroup } from '../app/names.ts'
import { failure } from '../core/errors.ts'
import type { Cluster } from '../kafka/connection/cluster.ts'
import { GroupAdmin, type GroupMember } from '../kafka/group/group-admin.ts'

const ID_SHOWN = 8

/** The failure `group-busy` while an instance of the app is running. */
export async function busyGroup(cluster: Cluster, app: string): Promise<Error | undefined> {
  const admin = new GroupAdmin(cluster)
  for (const group of [combineGroup(app), mergeGroup(app)]) {
    const { members } = await admin.describe(group)
    if (members.length === 0) continue
    return failure('group-busy', { group, members: members.map(showMember).join('; ') })
  }
  return undefined
}

/** The end of its id tells apart the members of one machine. */
export function showMember({ client, host, id }: GroupMember): string {
  return `${client} at ${host} (…${id.slice(-ID_SHOWN)})`
}
