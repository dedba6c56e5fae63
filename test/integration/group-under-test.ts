import assert from 'node:assert/strict'
// For `until`, which polls what nobody announces.
import { setTimeout as sleep } from 'node:timers/promises'
import * as K from '@platformatic/kafka'
import { type Input, Inputs } from '../../src/core/inputs.ts'
import { call } from '../../src/kafka/connection/wire.ts'
import { Coordinator } from '../../src/kafka/group/coordinator.ts'
import { createMembership, type GroupProtocol } from '../../src/kafka/group/group-protocol.ts'
import { commitOffsets } from '../../src/kafka/group/offsets.ts'
import type { Membership } from '../../src/port/log.ts'
import { type GrowingGroup, inputOf } from '../conformance/inputs.conformance.ts'
import type { GroupUnderTest } from '../conformance/membership.conformance.ts'
import { RemoteMember } from './remote-member.ts'
import { Scratch } from './scratch.ts'

/** Short enough for a test, long enough for a busy machine. */
export const SESSION_MS = 3_000
const HEARTBEAT_MS = 500
const PATIENCE_MS = 30_000
const LOOK_EVERY_MS = 20

/** Sets the times of a group of the new protocol; the development broker allows short ones. */
export async function setGroupTimes(scratch: Scratch, group: string): Promise<void> {
  const times = {
    'consumer.session.timeout.ms': SESSION_MS,
    'consumer.heartbeat.interval.ms': HEARTBEAT_MS
  }
  const configs = Object.entries(times).map(([name, value]) => ({
    name,
    configOperation: K.IncrementalAlterConfigOperationTypes.SET,
    value: String(value)
  }))
  const resource = { resourceType: K.ConfigResourceTypes.GROUP, resourceName: group, configs }
  const wire = await scratch.cluster.controller()
  await call(wire, K.incrementalAlterConfigsV1.api, [resource], false)
}

/** A consumer group on a real broker; its mortal members are processes. */
export async function openGroup(
  bootstrap: string,
  protocol: GroupProtocol,
  partitions: number
): Promise<GroupUnderTest> {
  const scratch = await Scratch.open(bootstrap)
  const { name: topic } = await scratch.topic('group', partitions)
  const group = scratch.name('group')
  if (protocol === 'consumer') await setGroupTimes(scratch, group)
  const options = { group, topic, sessionMs: SESSION_MS, groupProtocol: protocol }
  const members: Membership[] = []
  const remotes: RemoteMember[] = []
  return {
    member: () => {
      const member = createMembership(scratch.cluster, options)
      members.push(member)
      return member
    },
    mortal: () => {
      const remote = new RemoteMember({ bootstrap, protocol, group, topic, sessionMs: SESSION_MS })
      remotes.push(remote)
      return remote
    },
    commitAs: (seat, partition) => {
      const coordinator = new Coordinator(scratch.cluster, 'group', group)
      const offsets = new Map([[partition, { offset: 1, metadata: '' }]])
      return commitOffsets(coordinator, seat, topic, offsets)
    },
    until,
    close: async () => {
      for (const remote of remotes) remote.kill()
      await Promise.all(members.map(member => member.leave()))
      await scratch.close()
    }
  }
}

/** A consumer group over topics of its own on a real broker. */
export async function openInputs(
  bootstrap: string,
  protocol: GroupProtocol
): Promise<GrowingGroup> {
  const scratch = await Scratch.open(bootstrap)
  const create = async (partitions: number): Promise<Input> => {
    const { name, id } = await scratch.topic('inputs', partitions)
    return inputOf({ name, id, partitions })
  }
  const inputs = new Inputs([await create(2), await create(2)])
  const group = scratch.name('group')
  if (protocol === 'consumer') await setGroupTimes(scratch, group)
  const members: Membership[] = []
  const update = (index: number, input: Input): void => {
    inputs.update([...inputs.list.slice(0, index), input, ...inputs.list.slice(index + 1)])
  }
  return {
    inputs,
    member: () => {
      const options = { group, topic: inputs, sessionMs: SESSION_MS, groupProtocol: protocol }
      const member = createMembership(scratch.cluster, options)
      members.push(member)
      return member
    },
    grow: async (index, partitions) => {
      const input = inputs.list[index]!
      await addPartitions(scratch, input.name, partitions)
      update(index, { ...input, partitions })
    },
    add: async () => update(2, await create(1)),
    remove: async index => {
      const input = inputs.list[index]!
      await scratch.admin.delete(input.name)
      update(index, { ...input, gone: true })
    },
    until,
    close: async () => {
      await Promise.all(members.map(member => member.leave()))
      await scratch.close()
    }
  }
}

/** Gives a topic more partitions, all led by one broker. */
export async function addPartitions(
  { cluster }: Scratch,
  topic: string,
  partitions: number
): Promise<void> {
  const before = (await cluster.topic(topic)).partitions.length
  const leader = cluster.nodes()[0]!.id
  const assignments = Array(partitions - before).fill({ brokerIds: [leader] })
  const wire = await cluster.controller()
  const wanted = [{ name: topic, count: partitions, assignments }]
  await call(wire, K.createPartitionsV3.api, wanted, 10_000, false)
  while ((await cluster.topic(topic)).partitions.length < partitions) {
    // The broker that is asked may not have heard of it yet, and tells nobody when it has.
    await sleep(LOOK_EVERY_MS)
    await cluster.refresh()
  }
}

/** Waits until something is so; fails when it never is. */
export async function until(what: string, done: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE_MS
  while (!done()) {
    assert.ok(performance.now() < end, `never happened: ${what}`)
    // Members tell what they own at moments of their own.
    await sleep(LOOK_EVERY_MS)
  }
}
