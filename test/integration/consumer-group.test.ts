import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { systemClock } from '../../src/host/system-clock.ts'
import type { Cluster } from '../../src/kafka/connection/cluster.ts'
import { Wire } from '../../src/kafka/connection/wire.ts'
import { ConsumerMembership } from '../../src/kafka/group/consumer-member.ts'
import { createMembership, takeOverWarning } from '../../src/kafka/group/group-protocol.ts'
import { readGroupSession, slowTakeOver } from '../../src/kafka/group/group-session.ts'
import { ClassicMembership } from '../../src/kafka/group/membership.ts'
import { TransactionProducer } from '../../src/kafka/transaction/transaction-producer.ts'
import { inputsConformance } from '../conformance/inputs.conformance.ts'
import { membershipConformance } from '../conformance/membership.conformance.ts'
import { CuttingProxy } from './cutting-proxy.ts'
import { developmentBroker } from './dev-broker.ts'
import { openGroup, openInputs, SESSION_MS, setGroupTimes, until } from './group-under-test.ts'
import { Scratch } from './scratch.ts'

const broker = await developmentBroker()
const CONSUMER_GROUP_HEARTBEAT = 68

if (broker) {
  const { bootstrap } = broker
  membershipConformance('a classic group', false, partitions =>
    openGroup(bootstrap, 'classic', partitions)
  )
  membershipConformance('a group of the new protocol', true, partitions =>
    openGroup(bootstrap, 'consumer', partitions)
  )
  inputsConformance('a classic group', () => openInputs(bootstrap, 'classic'))
  inputsConformance('a group of the new protocol', () => openInputs(bootstrap, 'consumer'))
}

/** The same cluster, but for one method. */
function changed<Name extends 'ownWire' | 'feature'>(
  cluster: Cluster,
  name: Name,
  method: Cluster[Name]
): Cluster {
  return new Proxy(cluster, {
    get: (target, property) => {
      if (property === name) return method
      const found: unknown = Reflect.get(target, property)
      return typeof found === 'function' ? found.bind(target) : found
    }
  })
}

describe('a group of the new protocol', { skip: broker === undefined }, () => {
  let scratch: Scratch
  before(async () => {
    scratch = await Scratch.open(broker!.bootstrap)
  })
  after(() => scratch.close())

  it('is what members choose here, and takes over the offsets of a classic group', async () => {
    const { name: topic } = await scratch.topic('grouped', 2)
    const group = scratch.name('group')
    const offsets = (offset: number) => new Map([[1, { offset, metadata: 'AQEB' }]])
    const classic = createMembership(scratch.cluster, { group, topic, groupProtocol: 'classic' })
    await classic.join()
    await classic.commit(offsets(42))
    await classic.leave()
    const chosen = createMembership(scratch.cluster, { group, topic })
    assert.ok(chosen instanceof ConsumerMembership)
    assert.deepEqual(await chosen.join(), [0, 1])
    assert.equal((await chosen.committed(1))?.offset, 42)
    await chosen.commit(offsets(43))
    await chosen.leave()
    const back = createMembership(scratch.cluster, { group, topic, groupProtocol: 'classic' })
    await back.join()
    assert.equal((await back.committed(1))?.offset, 43)
    await back.leave()
  })

  it('is not chosen where the cluster does not have it, and said to be missing', async () => {
    const older = changed(scratch.cluster, 'feature', () => 0)
    const options = { group: scratch.name('group'), topic: 'any' }
    const member = createMembership(older, options)
    assert.ok(member instanceof ClassicMembership)
    await member.leave()
    assert.throws(() => createMembership(older, { ...options, groupProtocol: 'consumer' }), {
      code: 'broker-old'
    })
    assert.equal(await takeOverWarning(older, options), undefined)
  })

  it('shares with classic members while they are exchanged one by one', async () => {
    const { name: topic } = await scratch.topic('grouped', 4)
    const options = { group: scratch.name('group'), topic, sessionMs: SESSION_MS }
    await setGroupTimes(scratch, options.group)
    const old = createMembership(scratch.cluster, { ...options, groupProtocol: 'classic' })
    const next = createMembership(scratch.cluster, { ...options, groupProtocol: 'consumer' })
    let mine: readonly number[] = []
    next.onChange(partitions => {
      mine = partitions
    })
    await old.join()
    await next.join()
    await until('two each', () => mine.length === 2)
    await next.commit(new Map([[mine[0]!, { offset: 3, metadata: '' }]]))
    await old.leave()
    await until('all with the new one', () => mine.length === 4)
    await next.leave()
  })

  it('keeps its members when answers to heartbeats are lost, at the worst moments', async t => {
    const { name: topic } = await scratch.topic('grouped', 4)
    const group = scratch.name('group')
    await setGroupTimes(scratch, group)
    const proxy = await CuttingProxy.open(broker!.bootstrap)
    t.after(() => proxy.close())
    proxy.key = CONSUMER_GROUP_HEARTBEAT
    const lines: string[] = []
    const throughProxy = (): Promise<Wire> => Wire.open(proxy.address, scratch.cluster.options)
    const mine = new ConsumerMembership(changed(scratch.cluster, 'ownWire', throughProxy), {
      group,
      topic,
      onTrouble: line => lines.push(line)
    })
    let owned: readonly number[] = []
    mine.onChange(partitions => {
      owned = partitions
    })
    mine.onRevoke(async () => {
      // The confirmation is lost, and what was lost before it.
      proxy.cuts = 2
    })
    proxy.cuts = 1
    await mine.join()
    await until('all four', () => owned.length === 4)
    const { memberId } = mine.seat(0)!
    const other = new ConsumerMembership(scratch.cluster, { group, topic })
    let others: readonly number[] = []
    other.onChange(partitions => {
      others = partitions
    })
    await other.join()
    await until('two each', () => owned.length === 2 && others.length === 2)
    proxy.cuts = 1
    await other.leave()
    await until('all four again', () => owned.length === 4)
    assert.equal(proxy.cuts, 0)
    assert.equal(mine.seat(0)!.memberId, memberId)
    await mine.commit(new Map([[0, { offset: 1, metadata: '' }]]))
    assert.deepEqual(lines, [])
    await mine.leave()
  })

  it('has seats for transactions, which end with the partition', async () => {
    const { name: topic } = await scratch.topic('grouped', 2)
    const group = scratch.name('group')
    await setGroupTimes(scratch, group)
    const members = [0, 1].map(() => new ConsumerMembership(scratch.cluster, { group, topic }))
    const [first, second] = members as [ConsumerMembership, ConsumerMembership]
    const producer = (member: ConsumerMembership, partition: number): TransactionProducer => {
      const place = { group, topic, partition }
      return new TransactionProducer(scratch.cluster, {
        transactionalId: `${group}-${partition}`,
        topics: {},
        clock: systemClock,
        input: { ...place, seat: each => member.seat(each) }
      })
    }
    const commit = (task: TransactionProducer, offset: number): Promise<void> =>
      task.commit({ appends: [], offset: { offset, metadata: '' } })
    await first.join()
    const tasks = [0, 1].map(partition => producer(first, partition))
    for (const task of tasks) await task.init()
    for (const task of tasks) await commit(task, 5)
    // The last flush of what is asked back.
    first.onRevoke(async ([partition]) => commit(tasks[partition!]!, 6))
    let taken: readonly number[] = []
    second.onChange(partitions => {
      taken = partitions
    })
    await second.join()
    await until('one moved', () => taken.length === 1)
    const [moved] = taken as [number]
    const successor = producer(second, moved)
    assert.equal((await successor.init())?.offset, 6)
    await commit(successor, 7)
    await assert.rejects(commit(tasks[moved]!, 8), { code: 'group-lost' })
    await first.confirm()
    await commit(tasks[1 - moved]!, 9)
    assert.equal((await second.committed(moved))?.offset, 7)
    assert.equal((await second.committed(1 - moved))?.offset, 9)
    for (const task of [...tasks, successor]) await task.close()
    await Promise.all(members.map(member => member.leave()))
  })

  it('has a session that can be read, and is warned of when it is long', async () => {
    const group = scratch.name('group')
    await setGroupTimes(scratch, group)
    assert.equal(await readGroupSession(scratch.cluster, group), SESSION_MS)
    assert.equal(await takeOverWarning(scratch.cluster, { group }), undefined)
    assert.match(
      slowTakeOver(group, 45_000)!,
      /^when an instance dies, others take over after 45s \(consumer.session.timeout.ms of group/
    )
    assert.equal(slowTakeOver(group, undefined), undefined)
  })
})
