import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failure, isFailure } from '../../src/core/errors.ts'
import type { CommittedOffset } from '../../src/port/log.ts'
import { GoalWatch } from '../../src/runtime/goal-watch.ts'
import { MemoryGroup } from '../../src/testing/memory-group.ts'
import { MemoryMember } from '../../src/testing/memory-membership.ts'
import { SimClock } from '../../src/testing/sim-clock.ts'
import { passTime } from '../sim/simulated-app.ts'

class Watched {
  readonly clock = new SimClock()
  readonly offsets = new Map<number, CommittedOffset>()
  readonly positions = new Map<number, number>()
  readonly watch: GoalWatch
  over = false

  constructor(goals: readonly number[], othersFrom = 0, member?: MemoryMember) {
    const { clock, offsets } = this
    const group = new MemoryGroup({ partitions: goals.length, offsets, now: () => clock.now() })
    this.watch = new GoalWatch({
      goals: new Map(goals.entries()),
      membership: member ?? new MemoryMember(group, clock),
      clock,
      position: partition => this.positions.get(partition),
      othersFrom
    })
    this.watch.start(() => {
      this.over = true
    })
  }

  async pass(ms: number): Promise<void> {
    const until = this.clock.now() + ms
    await passTime(this.clock, 100, () => this.over || this.clock.now() >= until)
  }

  stored(partition: number, offset: number): void {
    this.offsets.set(partition, { offset, metadata: '' })
  }
}

test('what nobody owns yet is not done, and an empty partition is', async () => {
  const watched = new Watched([5, 0])
  await watched.pass(10_000)
  assert.equal(watched.watch.isOver, false)
  watched.positions.set(0, 4)
  assert.equal(watched.watch.isOver, false)
  watched.positions.set(0, 5)
  assert.equal(watched.watch.isOver, true)
  await watched.watch.stop()
})

test('what others have stored counts, once it may', async () => {
  const watched = new Watched([5], 3_000)
  watched.stored(0, 5)
  await watched.pass(2_000)
  assert.equal(watched.watch.isOver, false)
  await watched.pass(2_000)
  assert.equal(watched.over, true)
  assert.equal(watched.watch.isOver, true)
})

test('a group that cannot be asked ends the wait, and the stop says why', async () => {
  class Denied extends MemoryMember {
    override async committed(): Promise<undefined> {
      throw failure('group-lost', { group: 'memory', problem: 'denied' })
    }
  }
  const group = new MemoryGroup({ partitions: 1, now: () => 0 })
  const watched = new Watched([5], 0, new Denied(group))
  await watched.pass(1_000)
  assert.equal(watched.watch.isOver, true)
  await assert.rejects(watched.watch.stop(), error => isFailure(error, 'group-lost'))
})
