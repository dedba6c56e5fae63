import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
// For `until`, which polls what nobody announces.
import { setTimeout as sleep } from 'node:timers/promises'
import { ConsumerMembership } from '../../src/kafka/group/consumer-member.ts'
import { FENCED_MEMBER_EPOCH, STALE_MEMBER_EPOCH, UNKNOWN_MEMBER_ID } from './group-model.ts'
import { type Fault, ScriptedGroup, TOPIC } from './scripted-group.ts'

const NOT_COORDINATOR = 16
const GROUP_AUTHORIZATION_FAILED = 30
const GROUP_ID_NOT_FOUND = 69
const at = (partition: number) => new Map([[partition, { offset: 1, metadata: '' }]])

async function until(done: () => boolean): Promise<void> {
  const end = performance.now() + 30_000
  while (!done()) {
    assert.ok(performance.now() < end, `never: ${String(done)}`)
    // What heartbeats bring about shows in the coordinator's books only.
    await sleep(5)
  }
}

/** So after some milliseconds: to see that nothing happens in them. */
function outlasts(ms: number): () => boolean {
  const end = performance.now() + ms
  return () => performance.now() > end
}

/** A member of a scripted group of four partitions, and all that it says. */
async function member(t: { after(done: () => Promise<void>): void }, rebalanceMs = 2_000) {
  const group = new ScriptedGroup(4)
  const lines: string[] = []
  const told: (readonly number[])[] = []
  const onTrouble = (line: string): void => void lines.push(line)
  const options = { group: 'g', topic: TOPIC, rebalanceMs, onTrouble }
  const mine = new ConsumerMembership(group.cluster, options)
  mine.onChange(partitions => told.push(partitions))
  t.after(() => mine.leave())
  const id = (): string => [...group.model.members.keys()][0]!
  return { group, mine, lines, told, id }
}

describe('a member of the new protocol', { concurrency: true }, () => {
  it('says everything when it joins, and then only what is new', async t => {
    const { group, mine, told } = await member(t)
    assert.deepEqual(await mine.join(), [0, 1, 2, 3])
    assert.deepEqual(told, [[0, 1, 2, 3]])
    await until(() => group.heard.length >= 4)
    const [first, second, third] = group.heard
    const { topics, assignor, rebalanceMs, epoch, owned } = first!
    assert.deepEqual([topics, assignor, rebalanceMs, epoch], [[TOPIC], 'uniform', 2_000, 0])
    assert.deepEqual(owned, [])
    assert.deepEqual([second!.topics, second!.owned], [null, [0, 1, 2, 3]])
    assert.deepEqual([third!.owned, third!.memberId], [undefined, first!.memberId])
  })

  it('lets its heart beat as often as the broker wants, or more often when told', async t => {
    for (const [heartbeatMs, least] of [
      [undefined, 0],
      [50, 3]
    ] as const) {
      const group = new ScriptedGroup(1)
      group.intervalMs = 60_000
      const often = heartbeatMs === undefined ? {} : { heartbeatMs }
      const mine = new ConsumerMembership(group.cluster, { group: 'g', topic: TOPIC, ...often })
      t.after(() => mine.leave())
      await mine.join()
      await mine.confirm()
      const before = group.heard.length
      if (least > 0) await until(() => group.heard.length >= before + least)
      else await until(outlasts(300))
      assert.ok(least > 0 || group.heard.length === before)
    }
  })

  it('gives back what was flushed, and its heart beats meanwhile', async t => {
    const { group, mine, told, id } = await member(t)
    await mine.join()
    const flush = Promise.withResolvers<void>()
    const asked: (readonly number[])[] = []
    mine.onRevoke(async partitions => {
      asked.push(partitions)
      await flush.promise
      await mine.commit(at(partitions[0]!))
    })
    group.model.target(id(), [0, 1])
    await until(() => asked.length > 0)
    const before = group.heard.length
    await until(() => group.heard.length > before + 3)
    assert.deepEqual(asked, [[2, 3]])
    assert.ok(mine.seat(2))
    assert.deepEqual(group.model.members.get(id())!.pending, [2, 3])
    flush.resolve()
    await until(() => group.model.members.get(id())!.pending.length === 0)
    assert.deepEqual(told.at(-1), [0, 1])
    assert.equal(group.commits.length, 1)
    assert.equal(mine.seat(2), undefined)
    await assert.rejects(mine.commit(at(2)), { code: 'group-lost' })
  })

  it('loses everything when giving back takes too long, and joins again', async t => {
    const { group, mine, lines, told, id } = await member(t, 100)
    await mine.join()
    mine.onRevoke(() => new Promise(() => {}))
    const before = id()
    group.model.target(before, [0, 1])
    await until(() => told.length >= 3)
    assert.deepEqual(told.slice(1), [[], [0, 1, 2, 3]])
    assert.deepEqual(lines, [
      'this instance was fenced: its tasks of group g were taken over (its partitions were not given back within 100ms); it joins again'
    ])
    assert.notEqual(id(), before)
    assert.equal(group.model.members.size, 1)
  })

  for (const [name, code, reason] of [
    ['fenced', FENCED_MEMBER_EPOCH, 'the group went on without it'],
    ['unknown', UNKNOWN_MEMBER_ID, 'it was silent for longer than its session'],
    ['without a group', GROUP_ID_NOT_FOUND, 'the group was deleted']
  ] as const) {
    it(`is told that all is lost when it is ${name}, and comes back as somebody else`, async t => {
      const { group, mine, told, lines, id } = await member(t)
      await mine.join()
      const before = id()
      group.faults.push(code)
      await until(() => told.length >= 3)
      assert.deepEqual(told.slice(1), [[], [0, 1, 2, 3]])
      assert.deepEqual(lines, [
        `this instance was fenced: its tasks of group g were taken over (${reason}); it joins again`
      ])
      await until(() => group.model.members.size === 1)
      assert.notEqual(id(), before)
      await mine.commit(at(0))
      assert.equal(group.commits[0]!.memberId, id())
    })
  }

  const lost: readonly Fault[] = ['lose-request', 'lose-answer', NOT_COORDINATOR]
  for (const fault of lost) {
    it(`stays who it is when a heartbeat meets: ${fault}`, async t => {
      const { group, mine, told, id } = await member(t)
      group.faults.push(fault)
      await mine.join()
      const before = id()
      group.model.target(before, [0, 1, 2])
      group.faults.push(fault, fault)
      await until(() => told.length === 2)
      assert.deepEqual(told, [
        [0, 1, 2, 3],
        [0, 1, 2]
      ])
      await until(() => group.model.members.get(before)?.pending.length === 0)
      assert.equal(id(), before)
      assert.ok(group.searches >= 3)
    })
  }

  it('learns a new epoch before it stores an offset again', async t => {
    const { group, mine, id } = await member(t)
    await mine.join()
    const { generation } = mine.seat(0)!
    group.model.target(id(), [0, 1, 2, 3])
    group.commitCodes.push(STALE_MEMBER_EPOCH)
    await mine.commit(at(0))
    const epochs = group.commits.map(({ epoch }) => epoch)
    assert.deepEqual(epochs, [generation, mine.seat(0)!.generation])
    assert.ok(epochs[1]! > epochs[0]!)
  })

  it('asks the group when a commit is refused, and throws what it hears', async t => {
    const { group, mine, told, id } = await member(t)
    await mine.join()
    group.model.drop(id())
    await assert.rejects(mine.commit(at(0)), { code: 'group-lost' })
    assert.deepEqual(told[1], [])
    await until(() => told.length === 3)
    await mine.commit(at(0))
  })

  it('tells of a broker that is away, waits for it, and is the same member after', async t => {
    const { group, mine, lines, told, id } = await member(t)
    await mine.join()
    const before = id()
    group.away = true
    await until(() => lines.length > 0)
    assert.match(lines[0]!, /no answer from the Kafka broker.*; trying for \d+s$/)
    const confirmed = mine.confirm()
    group.away = false
    assert.deepEqual(await confirmed, [0, 1, 2, 3])
    await until(() => lines.length === 2)
    assert.match(lines[1]!, /^group g goes on after/)
    assert.deepEqual([id(), told.length], [before, 1])
  })

  it('says good-bye, once, and is nobody then', async t => {
    const { group, mine, told } = await member(t)
    await mine.join()
    const waiting = mine.confirm()
    await mine.leave()
    assert.deepEqual(await waiting, [])
    assert.equal(group.heard.at(-1)!.epoch, -1)
    assert.equal(group.model.members.size, 0)
    const count = group.heard.length
    await mine.leave()
    assert.deepEqual([group.heard.length, mine.seat(0), told.length], [count, undefined, 1])
  })

  it('does not wait for partitions that others keep, nor for good', async t => {
    const { group, mine } = await member(t)
    group.model.heartbeat({ memberId: 'other', epoch: 0, owned: [] })
    assert.deepEqual(await mine.join(), [])
    assert.deepEqual(await mine.confirm(), [])
  })

  it('can be told to leave while it joins', async t => {
    const { group, mine } = await member(t)
    group.model.heartbeat({ memberId: 'other', epoch: 0, owned: [] })
    const joining = mine.join()
    await until(() => group.heard.length > 0)
    await mine.leave()
    await assert.rejects(joining, { code: 'group-lost' })
    assert.deepEqual([...group.model.members.keys()], ['other'])
  })

  it('does not join where it may not, or where the group is of another kind', async t => {
    for (const [fault, code] of [
      [GROUP_AUTHORIZATION_FAILED, 'broker-denied'],
      [GROUP_ID_NOT_FOUND, 'broker-refused']
    ] as const) {
      const { group, mine } = await member(t)
      group.faults.push(fault)
      await assert.rejects(mine.join(), { code })
    }
  })
})
