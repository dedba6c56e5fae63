import type { Clock } from '../port/clock.ts'
import type { AppPorts } from './app-ports.ts'
import { GoalWatch } from './goal-watch.ts'
import { once } from './joining.ts'

/** Until a group has given a dead member's partitions to others. */
const SESSION_SPARE_MS = 3_000

/** What stage 1 has sent is merged by others, or will be by us: the tasks of a dead instance come late. */
export async function mergedOrOurs(
  ports: AppPorts,
  clock: Clock,
  begun: number,
  signal: AbortSignal
): Promise<void> {
  const { log, merge } = ports
  // What a dead instance has merged it has not said yet.
  const othersFrom = begun + ports.sessionMs + SESSION_SPARE_MS
  const goals = new Map<number, number>()
  for (let partition = 0; partition < log.partitions('partials'); partition++) {
    goals.set(partition, (await log.bounds('partials', partition, 'written')).end)
  }
  const position = (partition: number): number | undefined =>
    merge.seat(partition) ? Number.POSITIVE_INFINITY : undefined
  const watch = new GoalWatch({ goals, membership: merge, clock, position, othersFrom })
  const over = new Promise<void>(resolve => watch.start(resolve))
  await Promise.race([over, once(signal)])
  await watch.stop()
}
