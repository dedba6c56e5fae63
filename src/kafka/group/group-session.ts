import { isFailure } from '../../core/errors.ts'
import { formatDuration } from '../../core/units.ts'
import * as K from '../connection/client-library.ts'
import type { Cluster } from '../connection/cluster.ts'
import { call } from '../connection/wire.ts'

const SESSION = 'consumer.session.timeout.ms'
/** Windows stall for so long when an instance is killed; longer is worth a word. */
const SLOW_MS = 15_000

/**
 * Milliseconds of silence after which the broker gives a member's partitions to others, for groups of
 * the new protocol (KIP-848): the group's own setting or the broker's default, 45 s unless set.
 * Undefined when this user may not read it.
 */
export async function readGroupSession(
  cluster: Cluster,
  group: string
): Promise<number | undefined> {
  const wire = await cluster.controller()
  const resource = {
    resourceType: K.ConfigResourceTypes.GROUP,
    resourceName: group,
    configurationKeys: [SESSION]
  }
  try {
    const answer = await call(wire, K.describeConfigsV4.api, [resource], false, false)
    const found = answer.results[0]?.configs.find(({ name }) => name === SESSION)
    const ms = Number(found?.value)
    return ms > 0 ? ms : undefined
  } catch (error) {
    // Reading it takes DescribeConfigs on the group: a warning is not worth a right of its own.
    if (isFailure(error, 'broker-denied')) return undefined
    throw error
  }
}

/** A line for people when a killed instance's partitions would wait for long; else undefined. */
export function slowTakeOver(group: string, sessionMs: number | undefined): string | undefined {
  if (sessionMs === undefined || sessionMs <= SLOW_MS) return undefined
  const wait = formatDuration(sessionMs)
  return (
    `when an instance dies, others take over after ${wait} (${SESSION} of group ${group}); for less, lower ` +
    'group.consumer.min.session.timeout.ms of the brokers, then that; or use --group-protocol classic'
  )
}
