import { utf8 } from '../core/bytes.ts'
import { murmur2 } from '../core/murmur2.ts'

/** The group of an app without `--by`, and of `--total`. */
export const TOTAL_GROUP = 'null'

const OTHER = /^\{"other":(\d{1,5})\}$/

/** The group that takes what has no room of its own in a partials partition. */
export function otherGroup(partition: number): string {
  return `{"other":${partition}}`
}

/**
 * The partials partition of a group (event-time, section 5): murmur2 of its bytes, as Kafka's Java
 * client places keys; *other* has the one that it names. Frozen: it says where a group's state lives.
 */
export function partitionOfGroup(group: string, partitions: number): number {
  if (partitions === 1) return 0
  const other = OTHER.exec(group)
  if (other) return Number(other[1]) % partitions
  return (murmur2(utf8(group)) & 0x7fff_ffff) % partitions
}
