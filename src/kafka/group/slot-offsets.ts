import type { Inputs } from '../../core/inputs.ts'
import type { CommittedOffset, Seat } from '../../port/log.ts'
import type { Coordinator } from './coordinator.ts'
import { commitOffsets, fetchOffsets } from './offsets.ts'

/** The stored offset of a slot's partition; see `fetchOffsets`. */
export async function fetchSlot(
  coordinator: Coordinator,
  inputs: Inputs,
  slot: number,
  pendingMs?: number
): Promise<CommittedOffset | undefined> {
  const { input, partition } = inputs.place(slot)
  return (await fetchOffsets(coordinator, input.name, [partition], pendingMs)).get(partition)
}

/** Stores offsets by slot, topic by topic; see `commitOffsets`. */
export async function commitSlots(
  coordinator: Coordinator,
  seat: Seat,
  inputs: Inputs,
  offsets: ReadonlyMap<number, CommittedOffset>
): Promise<void> {
  const topics = new Map<string, Map<number, CommittedOffset>>()
  for (const [slot, offset] of offsets) {
    const { input, partition } = inputs.place(slot)
    const partitions = topics.get(input.name) ?? new Map<number, CommittedOffset>()
    topics.set(input.name, partitions)
    partitions.set(partition, offset)
  }
  for (const [topic, partitions] of topics) {
    await commitOffsets(coordinator, seat, topic, partitions)
  }
}
