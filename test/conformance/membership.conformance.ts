import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFailure } from '../../src/core/errors.ts'
import type { Membership, Seat } from '../../src/port/log.ts'

/** A member that can be treated like a process of its own. */
export interface Mortal {
  readonly membership: Pick<Membership, 'join' | 'commit' | 'onChange'>
  kill(): void
  /** Stands still, as by SIGSTOP. */
  pause(): void
  resume(): void
}

/** A consumer group under test: members of one group over a topic. */
export interface GroupUnderTest {
  member(): Membership
  mortal(): Mortal
  /** Stores an offset under any seat, as a process without sense would. */
  commitAs(seat: Seat, partition: number): Promise<void>
  /** Lets time pass until it is so; fails when it never is. */
  until(what: string, done: () => boolean): Promise<void>
  close(): Promise<void>
}

export type OpenGroup = (partitions: number) => Promise<GroupUnderTest>

const ascending = (left: number, right: number): number => left - right
const isLost = (error: unknown): boolean => isFailure(error, 'group-lost')
const at = (partition: number, offset = 1) => new Map([[partition, { offset, metadata: '' }]])

/** What a member says of itself, in order. */
class Witness {
  owned: readonly number[] = []
  readonly told: (readonly number[])[] = []
  readonly asked: (readonly number[])[] = []

  constructor(member: Pick<Membership, 'onChange'> & Partial<Pick<Membership, 'onRevoke'>>) {
    member.onChange(partitions => {
      this.owned = partitions
      this.told.push(partitions)
    })
    member.onRevoke?.(async partitions => {
      this.asked.push(partitions)
    })
  }
}

/** What every `Membership` promises. `asksFirst`: owners are asked before a partition goes. */
export function membershipConformance(name: string, asksFirst: boolean, open: OpenGroup): void {
  const group: Group = (title, partitions, work) => {
    void test(`${name}: ${title}`, async () => {
      const opened = await open(partitions)
      try {
        await work(opened)
      } finally {
        await opened.close()
      }
    })
  }

  group('a single member owns everything, and offsets outlive it', 3, async opened => {
    const first = opened.member()
    assert.deepEqual((await first.join()).toSorted(ascending), [0, 1, 2])
    assert.equal(await first.committed(1), undefined)
    await first.commit(new Map([[1, { offset: 42, metadata: 'AQEB' }]]))
    await first.commit(new Map([[2, { offset: 7, metadata: '' }]]))
    await first.commit(new Map([[1, { offset: 50, metadata: 'AQEC' }]]))
    await first.leave()
    const second = opened.member()
    assert.deepEqual((await second.join()).toSorted(ascending), [0, 1, 2])
    const stored = await second.committed(1)
    assert.deepEqual([stored?.offset, stored?.metadata], [50, 'AQEC'])
    assert.equal((await second.committed(2))?.offset, 7)
    assert.equal(await second.committed(0), undefined)
    await second.leave()
  })

  group('who is no member stores nothing and has no seat', 3, async opened => {
    const mine = opened.member()
    await assert.rejects(mine.commit(at(0)), isLost)
    assert.equal(mine.seat(0), undefined)
    await mine.join()
    await mine.commit(at(0))
    assert.ok(mine.seat(0)!.generation >= 0)
    assert.equal(mine.seat(3), undefined)
    assert.deepEqual(await mine.confirm(), [0, 1, 2])
    await mine.leave()
    await assert.rejects(mine.commit(at(0)), isLost)
    assert.equal(mine.seat(0), undefined)
    assert.deepEqual(await mine.confirm(), [])
  })

  sharing(group, asksFirst)
  if (asksFirst) revocations(group)
  endings(group)
}

type Group = (
  title: string,
  partitions: number,
  work: (group: GroupUnderTest) => Promise<void>
) => void

function sharing(group: Group, asksFirst: boolean): void {
  group('members share, and the one that leaves hands over at once', 6, async opened => {
    const [first, second] = [opened.member(), opened.member()]
    const [one, two] = [new Witness(first), new Witness(second)]
    await first.join()
    await second.join()
    await opened.until('three each', () => one.owned.length === 3 && two.owned.length === 3)
    assert.deepEqual([...one.owned, ...two.owned].toSorted(ascending), [0, 1, 2, 3, 4, 5])
    assert.deepEqual(one.asked, asksFirst ? [two.owned] : [])
    await assert.rejects(first.commit(at(two.owned[0]!)), isLost)
    await second.commit(at(two.owned[0]!, 9))
    const handed = two.owned[0]!
    await second.leave()
    await opened.until('all with the first', () => one.owned.length === 6)
    assert.equal((await first.committed(handed))?.offset, 9)
    await first.commit(at(handed, 10))
    await first.leave()
  })
}

function revocations(group: Group): void {
  group('a partition changes hands after its owner has flushed and said so', 6, async opened => {
    const members = [opened.member(), opened.member()]
    const [one, two] = members.map(each => new Witness(each)) as [Witness, Witness]
    for (const each of members) await each.join()
    await opened.until('three each', () => one.owned.length === 3 && two.owned.length === 3)
    const before = [...one.owned, ...two.owned]
    const flushes = new Map<number, () => void>()
    for (const each of members) {
      each.onRevoke(async ([partition, ...others]) => {
        assert.deepEqual(others, [], 'no more moves than is fair')
        await new Promise<void>(resolve => flushes.set(partition!, resolve))
        await each.commit(at(partition!, 77))
      })
    }
    const third = opened.member()
    const newcomer = new Witness(third)
    const joined = third.join()
    await opened.until('both are asked for one', () => flushes.size === 2)
    await opened.until('the join is over', settled(joined))
    assert.deepEqual([newcomer.owned, one.owned.length, two.owned.length], [[], 3, 3])
    const [wanted, other] = [...flushes.keys()] as [number, number]
    assert.equal(await third.committed(wanted), undefined)
    flushes.get(wanted)!()
    await opened.until('the newcomer has one', () => newcomer.owned.length === 1)
    assert.deepEqual(newcomer.owned, [wanted])
    assert.equal((await third.committed(wanted))?.offset, 77)
    flushes.get(other)!()
    await opened.until('the newcomer has two', () => newcomer.owned.length === 2)
    // Everybody else is where it was.
    assert.deepEqual(
      [...one.owned, ...two.owned, wanted, other].toSorted(ascending),
      before.toSorted(ascending)
    )
    for (const each of [...members, third]) await each.leave()
  })

  group('a flush that fails gives its partitions up all the same', 2, async opened => {
    const [first, second] = [opened.member(), opened.member()]
    const [one, two] = [new Witness(first), new Witness(second)]
    await first.join()
    first.onRevoke(() => Promise.reject(new Error('the flush failed')))
    await second.join()
    await opened.until('one each', () => one.owned.length === 1 && two.owned.length === 1)
    await Promise.all([first.leave(), second.leave()])
  })
}

function endings(group: Group): void {
  group('who dies loses its partitions when its session ends', 2, async opened => {
    const dying = opened.mortal()
    assert.deepEqual(await dying.membership.join(), [0, 1])
    dying.kill()
    const next = opened.member()
    const witness = new Witness(next)
    void next.join()
    await opened.until('the next one has all', () => witness.owned.length === 2)
    await next.leave()
  })

  group('a zombie learns that it was dropped before it stores anything', 2, async opened => {
    const zombie = opened.mortal()
    const undead = new Witness(zombie.membership)
    await zombie.membership.join()
    await zombie.membership.commit(at(0, 1))
    zombie.pause()
    const next = opened.member()
    const witness = new Witness(next)
    void next.join()
    await opened.until('the next one has all', () => witness.owned.length === 2)
    await next.commit(at(0, 2))
    undead.told.length = 0
    const late = assert.rejects(zombie.membership.commit(at(0, 99)), isLost)
    zombie.resume()
    await late
    await opened.until('the zombie is told', () => undead.told.length > 0)
    assert.deepEqual(undead.told[0], [])
    assert.equal((await next.committed(0))?.offset, 2)
    await opened.until('the zombie is a member again', () => undead.owned.length === 1)
    zombie.kill()
    await next.leave()
  })

  group('commits of another epoch, or of nobody, are refused', 1, async opened => {
    const mine = opened.member()
    await mine.join()
    const seat = mine.seat(0)!
    await assert.rejects(opened.commitAs({ ...seat, generation: seat.generation + 1 }, 0), isLost)
    await assert.rejects(opened.commitAs({ ...seat, memberId: 'somebody' }, 0), isLost)
    await opened.commitAs(seat, 0)
    await mine.leave()
    await assert.rejects(opened.commitAs(seat, 0), isLost)
  })

  group('old seats end with what they had', 4, async opened => {
    const [first, second] = [opened.member(), opened.member()]
    const [one, two] = [new Witness(first), new Witness(second)]
    await first.join()
    const seats = new Map([0, 1, 2, 3].map(each => [each, first.seat(each)!]))
    await second.join()
    await opened.until('two each', () => one.owned.length === 2 && two.owned.length === 2)
    const [gone] = two.owned as [number]
    assert.equal(first.seat(gone), undefined)
    await assert.rejects(opened.commitAs(seats.get(gone)!, gone), isLost)
    await Promise.all([first.leave(), second.leave()])
  })
}

function settled(promise: Promise<unknown>): () => boolean {
  let done = false
  promise.then(
    () => {
      done = true
    },
    () => {
      done = true
    }
  )
  return () => done
}
