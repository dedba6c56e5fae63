import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { isRetriable } from '../../src/kafka/connection/client-errors.ts'
import type { Cluster } from '../../src/kafka/connection/cluster.ts'
import { withRetry } from '../../src/kafka/connection/retry.ts'
import { ConsumerMembership } from '../../src/kafka/group/consumer-member.ts'
import { locateCoordinator } from '../../src/kafka/group/coordinator.ts'
import { ownBroker } from './dev-broker.ts'
import { until } from './group-under-test.ts'
import { Scratch } from './scratch.ts'

const broker = await ownBroker({ brokers: 3 })
if (broker) after(() => broker.stop())
const skip = broker === undefined ? 'no broker' : false

const PATIENCE_MS = 30_000

/** A cluster that has just started, or lost a broker, does not know it for a moment. */
function coordinatorOf(cluster: Cluster, group: string): Promise<number> {
  return withRetry(
    () => locateCoordinator(cluster, 'group', group),
    error => !isRetriable(error),
    { limitMs: PATIENCE_MS }
  )
}

/** A group of the broker that is asked for everything else, too: its death is the hardest to get over. */
async function groupAtController(scratch: Scratch): Promise<string> {
  const { address } = await scratch.cluster.controller()
  const { id } = scratch.cluster.nodes().find(node => node.address === address)!
  for (;;) {
    const group = scratch.name('group')
    if ((await coordinatorOf(scratch.cluster, group)) === id) return group
  }
}

test('a member stays who it is when its coordinator is killed', { skip }, async () => {
  const scratch = await Scratch.open(broker!.bootstrap)
  const topic = scratch.name('grouped')
  await scratch.admin.create({ name: topic, partitions: 4, replicas: 3 })
  const group = await groupAtController(scratch)
  const lines: string[] = []
  const options = { group, topic, onTrouble: (line: string) => void lines.push(line) }
  const members = [0, 1].map(() => new ConsumerMembership(scratch.cluster, options))
  const owned: (readonly number[])[] = [[], []]
  const losses: string[] = []
  for (const [i, member] of members.entries()) {
    member.onChange(partitions => {
      if (partitions.length < owned[i]!.length) losses.push(`${i}: ${partitions.join()}`)
      owned[i] = partitions
    })
    await member.join()
  }
  await until('two each', () => owned.every(each => each.length === 2))
  losses.length = 0
  const seats = members.map((member, i) => member.seat(owned[i]![0]!)!)
  const victim = await coordinatorOf(scratch.cluster, group)
  await broker!.kill(victim)
  await Promise.all(
    members.map(async (member, i) => {
      await member.confirm()
      await member.commit(new Map([[owned[i]![0]!, { offset: 5 + i, metadata: '' }]]))
    })
  )
  assert.notEqual(await coordinatorOf(scratch.cluster, group), victim)
  for (const [i, member] of members.entries()) {
    assert.equal(member.seat(owned[i]![0]!)?.memberId, seats[i]!.memberId)
    assert.equal((await member.committed(owned[i]![0]!))?.offset, 5 + i)
  }
  assert.deepEqual(losses, [])
  await members[0]!.leave()
  await until('all with the other', () => owned[1]!.length === 4)
  await members[1]!.leave()
  await scratch.cluster.close()
})
