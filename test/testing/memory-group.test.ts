import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type Input, Inputs } from '../../src/core/inputs.ts'
import { MemoryGroup } from '../../src/testing/memory-group.ts'
import { MemoryMember } from '../../src/testing/memory-membership.ts'
import { SimClock } from '../../src/testing/sim-clock.ts'
import { inputOf, inputsConformance } from '../conformance/inputs.conformance.ts'
import { membershipConformance } from '../conformance/membership.conformance.ts'

membershipConformance('a group in memory', true, async partitions => {
  const clock = new SimClock()
  const group = new MemoryGroup({ partitions, now: () => clock.now() })
  const members: MemoryMember[] = []
  const member = (): MemoryMember => {
    const created = new MemoryMember(group, clock)
    members.push(created)
    return created
  }
  return {
    member,
    mortal: () => {
      const mortal = member()
      return {
        membership: mortal,
        kill: () => mortal.kill(),
        pause: () => mortal.pause(),
        resume: () => mortal.resume()
      }
    },
    commitAs: async (seat, partition) => {
      group.commit(seat, new Map([[partition, { offset: 1, metadata: '' }]]))
    },
    until: (what, done) => until(clock, what, done),
    close: async () => {
      for (const each of members) each.kill()
    }
  }
})

inputsConformance('a group in memory', async () => {
  const clock = new SimClock()
  const topic = (index: number, partitions: number, gone = false): Input => ({
    ...inputOf({ name: `t${index}`, id: `${index}`, partitions }),
    gone
  })
  const inputs = new Inputs([topic(0, 2), topic(1, 2)])
  const group = new MemoryGroup({ partitions: inputs, now: () => clock.now() })
  const update = async (index: number, input: Input) => {
    inputs.update([...inputs.list.slice(0, index), input, ...inputs.list.slice(index + 1)])
  }
  return {
    inputs,
    member: () => new MemoryMember(group, clock),
    grow: (index, partitions) => update(index, topic(index, partitions)),
    add: () => update(2, topic(2, 1)),
    remove: index => update(index, topic(index, 2, true)),
    until: (what, done) => until(clock, what, done),
    close: async () => {}
  }
})

async function until(clock: SimClock, what: string, done: () => boolean): Promise<void> {
  for (let step = 0; !done(); step++) {
    assert.ok(step < 200, `never happened: ${what}`)
    clock.advance(100)
    await new Promise(resolve => setImmediate(resolve))
  }
}

describe('a group in memory', () => {
  it('drops who takes too long to give back, and who comes next has it', async () => {
    const clock = new SimClock()
    const group = new MemoryGroup({ partitions: 2, now: () => clock.now(), rebalanceMs: 3_000 })
    const [slow, next] = [new MemoryMember(group, clock), new MemoryMember(group, clock)]
    const told: (readonly number[])[] = []
    await slow.join()
    slow.onChange(partitions => told.push(partitions))
    slow.onRevoke(() => new Promise(() => {}))
    const taken: (readonly number[])[] = []
    next.onChange(partitions => taken.push(partitions))
    await next.join()
    for (let second = 0; second < 6; second++) {
      clock.advance(1_000)
      await new Promise(resolve => setImmediate(resolve))
    }
    // The slow one comes back, and gets its share.
    assert.deepEqual(told, [[], [1]])
    assert.deepEqual(taken, [[0, 1], [0]])
    slow.kill()
    next.kill()
  })

  it('refuses the seat of a process that stood still for too long', async () => {
    const clock = new SimClock()
    const group = new MemoryGroup({ partitions: 1, now: () => clock.now() })
    const sleeper = new MemoryMember(group, clock)
    await sleeper.join()
    const seat = sleeper.seat(0)!
    group.check(seat, [0])
    sleeper.pause()
    clock.advance(10_000)
    assert.deepEqual(sleeper.seat(0), seat)
    assert.throws(() => group.check(seat, [0]), { code: 'group-lost' })
    sleeper.kill()
  })

  it('moves no more than is fair, whoever comes and goes', () => {
    const seed = fc.array(fc.tuple(fc.boolean(), fc.nat(7)), { maxLength: 30 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), seed, (partitions, comings) => {
        const group = new MemoryGroup({ partitions, now: () => 0 })
        const held = new Map<string, readonly number[]>()
        const settle = (): void => {
          for (let round = 0; round < 3; round++) {
            for (const id of held.keys()) {
              const { wanted } = group.report(id)!
              held.set(id, group.report(id, wanted)!.held)
            }
          }
        }
        for (const [comes, which] of comings) {
          const gone = [...held.keys()][which]
          if (comes) held.set(group.enlist(), [])
          else if (gone !== undefined) {
            held.delete(gone)
            group.leave(gone)
          }
          const before = new Map(held)
          settle()
          const all = [...held.values()]
          const sizes = all.map(each => each.length)
          assert.equal(new Set(all.flat()).size, held.size === 0 ? 0 : partitions)
          assert.equal(all.flat().length, held.size === 0 ? 0 : partitions)
          assert.ok(held.size === 0 || Math.max(...sizes) - Math.min(...sizes) <= 1)
          // What somebody keeps is what he had, as far as it is fair.
          for (const [id, had] of before) {
            const kept = held.get(id)!.filter(partition => had.includes(partition)).length
            assert.ok(kept >= Math.min(had.length, Math.floor(partitions / held.size)))
          }
        }
      })
    )
  })
})
