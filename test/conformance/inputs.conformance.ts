import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Input, Inputs } from '../../src/core/inputs.ts'
import type { Membership } from '../../src/port/log.ts'

/** A consumer group over topics that grow. */
export interface GrowingGroup {
  /** What the members subscribe to: at first two topics of two partitions. */
  readonly inputs: Inputs
  member(): Membership
  /** Gives a topic so many partitions, then the members learn of it. */
  grow(topic: number, partitions: number): Promise<void>
  /** Makes another topic with one partition, then the members learn of it. */
  add(): Promise<void>
  /** Deletes a topic, then the members learn of it. */
  remove(topic: number): Promise<void>
  until(what: string, done: () => boolean): Promise<void>
  close(): Promise<void>
}

const ascending = (left: number, right: number): number => left - right

/** What every `Membership` over several topics promises; partitions are named by their slots. */
export function inputsConformance(name: string, open: () => Promise<GrowingGroup>): void {
  const withGroup = (title: string, work: (group: GrowingGroup) => Promise<void>): void => {
    void test(`${name}: ${title}`, async () => {
      const group = await open()
      try {
        await work(group)
      } finally {
        await group.close()
      }
    })
  }

  withGroup('offsets of the same partition of two topics are told apart', async group => {
    const member = group.member()
    // A topic that was just made may come with a later assignment than the others.
    let owned: readonly number[] = []
    member.onChange(slots => {
      owned = slots
    })
    await member.join()
    await group.until('all four', () => owned.length === 4)
    const [first, , third] = owned.toSorted(ascending)
    assert.deepEqual(group.inputs.place(third!).partition, group.inputs.place(first!).partition)
    await member.commit(
      new Map([
        [first!, { offset: 5, metadata: 'a' }],
        [third!, { offset: 9, metadata: 'b' }]
      ])
    )
    assert.equal((await member.committed(first!))?.offset, 5)
    assert.equal((await member.committed(third!))?.offset, 9)
    assert.ok(member.seat(third!))
    await member.leave()
  })

  withGroup(
    'partitions and topics that come later get owners, gone ones lose theirs',
    async group => {
      const members = [group.member(), group.member()]
      const owned = new Map<Membership, readonly number[]>()
      for (const member of members) {
        member.onChange(slots => owned.set(member, slots))
        await member.join()
      }
      const isShared = (): boolean => {
        const all = [...owned.values()].flat().sort(ascending)
        return all.join() === group.inputs.slots.toSorted(ascending).join()
      }
      await group.until('everything has an owner', isShared)
      await group.grow(1, 3)
      assert.equal(group.inputs.slots.length, 5)
      await group.until('the new partition has one, too', isShared)
      await group.add()
      assert.equal(group.inputs.slots.length, 6)
      await group.until('the new topic has one, too', isShared)
      await group.remove(0)
      assert.equal(group.inputs.slots.length, 4)
      await group.until('nobody has what is gone', isShared)
      await Promise.all(members.map(member => member.leave()))
    }
  )
}

/** The topic as it is found, none of it there when the app began. */
export function inputOf(topic: Pick<Input, 'name' | 'id' | 'partitions'>): Input {
  const { name, id, partitions } = topic
  return { name, id, partitions, begunWith: 0, retired: false, gone: false }
}
