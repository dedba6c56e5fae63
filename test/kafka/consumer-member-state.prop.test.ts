import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { ConsumerMemberState } from '../../src/kafka/group/consumer-member-state.ts'
import { GroupModel, Refused } from './group-model.ts'

const PARTITIONS = 6
const MEMBERS = 3

/** One thing that happens to one member. */
type Step = readonly [
  what: 'beat' | 'lose-request' | 'lose-answer' | 'flushed' | 'session-ends' | 'leave',
  member: number
]

/** A client around the state: beats, drops what it is told to, flushes when the test says so. */
class Client {
  readonly state = new ConsumerMemberState()
  private readonly group: GroupModel
  private flushing = false

  constructor(group: GroupModel) {
    this.group = group
  }

  beat(lost?: 'lose-request' | 'lose-answer'): void {
    const { report, answered } = this.state.report()
    if (lost === 'lose-request') return
    try {
      const answer = this.group.heartbeat(report)
      if (lost === 'lose-answer') return
      answered(answer)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      if (lost === undefined) this.lose()
      return
    }
    this.step()
  }

  flushed(): void {
    if (!this.flushing) return
    this.flushing = false
    this.state.gaveBack()
    this.step()
  }

  leave(): void {
    const gone = this.state.end()
    this.flushing = false
    if (gone !== undefined) this.group.drop(gone)
  }

  private lose(): void {
    this.leave()
  }

  private step(): void {
    if (this.state.reconcile().revoke.length > 0) this.flushing = true
  }
}

/** No partition may be used by two members that the group knows. */
function checkOwners(clients: readonly Client[], group: GroupModel): void {
  const owners = new Map<number, string>()
  for (const { state } of clients) {
    const known = group.members.get(state.memberId)
    if (known === undefined) continue
    for (const partition of state.owned) {
      assert.equal(owners.get(partition), undefined, `two owners of ${partition}`)
      owners.set(partition, state.memberId)
      const epoch = state.seat(partition)?.generation ?? 0
      assert.ok(epoch > 0 && epoch <= known.epoch)
    }
  }
}

const steps = fc.array(
  fc.tuple(
    fc.oneof(
      { weight: 6, arbitrary: fc.constant('beat' as const) },
      { weight: 3, arbitrary: fc.constant('flushed' as const) },
      fc.constantFrom('lose-request', 'lose-answer', 'session-ends', 'leave')
    ),
    fc.nat(MEMBERS - 1)
  ),
  { minLength: 10, maxLength: 80, size: 'max' }
)

function play(history: readonly Step[]): { clients: Client[]; group: GroupModel } {
  const group = new GroupModel(PARTITIONS)
  const clients = Array.from({ length: MEMBERS }, () => new Client(group))
  for (const [what, turn] of history) {
    const client = clients[turn]!
    if (what === 'flushed') client.flushed()
    else if (what === 'leave') client.leave()
    else if (what === 'session-ends') group.drop(client.state.memberId)
    else if (what === 'beat') client.beat()
    else client.beat(what)
    checkOwners(clients, group)
  }
  return { clients, group }
}

describe('members of a group that loses words and members', () => {
  it('never share a partition', () => {
    fc.assert(
      fc.property(steps, history => void play(history)),
      { numRuns: 1_000 }
    )
  })

  it('own everything again soon after the trouble is over', () => {
    const check = (history: readonly Step[]): void => {
      const { clients, group } = play(history)
      for (let round = 0; round < 10; round++) {
        for (const client of clients) {
          client.beat()
          client.flushed()
          checkOwners(clients, group)
        }
      }
      const owned = clients.flatMap(({ state }) => state.owned).toSorted((a, b) => a - b)
      assert.deepEqual(owned, [0, 1, 2, 3, 4, 5])
      for (const { state } of clients) {
        assert.deepEqual(state.owned, group.members.get(state.memberId)?.target)
      }
    }
    fc.assert(fc.property(steps, check), { numRuns: 1_000 })
  })
})

describe('the state of a member', () => {
  const orders = (epoch: number, assigned?: number[]) => ({ epoch, assigned })

  it('reports its partitions when they changed, and all it knows after a lost answer', () => {
    const state = new ConsumerMemberState()
    const first = state.report()
    assert.deepEqual([first.report.epoch, first.report.whole, first.report.owned], [0, true, []])
    first.answered(orders(2, [1, 0]))
    assert.deepEqual(state.reconcile(), { revoke: [], gained: true })
    assert.deepEqual(state.owned, [0, 1])
    const second = state.report()
    assert.deepEqual([second.report.whole, second.report.owned], [false, [0, 1]])
    second.answered(orders(2))
    const third = state.report()
    assert.deepEqual([third.report.whole, third.report.owned], [false, undefined])
    // Nothing comes back.
    const fourth = state.report()
    assert.deepEqual([fourth.report.whole, fourth.report.owned], [true, [0, 1]])
  })

  it('keeps what it gives back until it is flushed, and does not report that before', () => {
    const state = new ConsumerMemberState()
    state.report().answered(orders(2, [0, 1, 2]))
    state.reconcile()
    state.report().answered(orders(2))
    state.report().answered(orders(2, [0]))
    assert.deepEqual(state.reconcile(), { revoke: [1, 2], gained: false })
    assert.deepEqual(state.reconcile(), { revoke: [], gained: false })
    assert.deepEqual(state.seat(2), { memberId: state.memberId, generation: 2 })
    assert.equal(state.report().report.owned, undefined)
    state.gaveBack()
    assert.equal(state.seat(2), undefined)
    assert.deepEqual(state.report().report.owned, [0])
  })

  it('does not take an answer to the member that it was', () => {
    const state = new ConsumerMemberState()
    const late = state.report()
    const gone = state.end()
    assert.equal(gone, late.report.memberId)
    late.answered(orders(5, [0]))
    assert.equal(state.joined, false)
    assert.deepEqual(state.reconcile(), { revoke: [], gained: false })
    assert.notEqual(state.memberId, gone)
    assert.equal(state.end(), undefined)
  })
})
