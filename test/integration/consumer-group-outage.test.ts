import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import * as K from '@platformatic/kafka'
import type { Cluster } from '../../src/kafka/cluster.ts'
import { ConsumerMembership } from '../../src/kafka/consumer-member.ts'
import { call } from '../../src/kafka/wire.ts'
import { ownBroker } from './dev-broker.ts'
import { until } from './group-under-test.ts'
import { Scratch } from './scratch.ts'

const broker = await ownBroker({ brokers: 3 })
if (broker) after(() => broker.stop())
const skip = broker === undefined ? 'no broker' : false

async function coordinatorOf(cluster: Cluster, group: string): Promise<number> {
  const answer = await call(await cluster.controller(), K.findCoordinatorV6.api, 0, [group])
  return answer.coordinators[0]!.nodeId
}

test('a member stays who it is when its coordinator is killed', { skip }, async () => {
  const scratch = await Scratch.open(broker!.bootstrap)
  const topic = scratch.name('grouped')
  await scratch.admin.create({ name: topic, partitions: 4, replicas: 3 })
  const group = scratch.name('group')
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
