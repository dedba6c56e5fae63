import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import * as K from '@platformatic/kafka'
import type { Cluster } from '../../src/kafka/connection/cluster.ts'
import { call } from '../../src/kafka/connection/wire.ts'
import { Coordinator } from '../../src/kafka/group/coordinator.ts'
import { ClassicMembership } from '../../src/kafka/group/membership.ts'
import { commitOffsets, fetchOffsets } from '../../src/kafka/group/offsets.ts'
import { developmentBroker } from './dev-broker.ts'
import { Scratch } from './scratch.ts'

const broker = await developmentBroker()
const SESSION_MS = 6_000

describe('a consumer group', { skip: broker === undefined }, () => {
  let scratch: Scratch
  let cluster: Cluster
  before(async () => {
    scratch = await Scratch.open(broker!.bootstrap)
    cluster = scratch.cluster
  })
  after(() => scratch.close())

  async function member(partitions: number, group = scratch.name('group')) {
    const { name } = await scratch.topic('grouped', partitions)
    const options = { group, topic: name, sessionMs: SESSION_MS }
    return { group, topic: name, member: new ClassicMembership(cluster, options) }
  }

  it('gives its first member every partition, and a seat', async () => {
    const first = await member(4)
    assert.equal(first.member.generation, -1)
    assert.deepEqual(await first.member.join(), [0, 1, 2, 3])
    assert.ok(first.member.generation >= 0)
    assert.notEqual(first.member.memberId, '')
    await first.member.leave()
    assert.equal(first.member.generation, -1)
  })

  it('stores offsets with metadata and leader epoch, and gives them back unchanged', async () => {
    const { member: mine } = await member(2)
    await mine.join()
    assert.equal(await mine.committed(0), undefined)
    const metadata = 'é'.repeat(4_096)
    await mine.commit(
      new Map([
        [0, { offset: 42, metadata, leaderEpoch: 3 }],
        [1, { offset: 0, metadata: '' }]
      ])
    )
    assert.deepEqual(await mine.committed(0), { offset: 42, metadata, leaderEpoch: 3 })
    assert.deepEqual(await mine.committed(1), { offset: 0, metadata: '' })
    await mine.leave()
  })

  it('shares with a second member at once, tells the first, and takes back what leaves', async () => {
    const { group, topic, member: first } = await member(4)
    await first.join()
    const changes: (readonly number[])[] = []
    const shared = Promise.withResolvers<void>()
    const whole = Promise.withResolvers<void>()
    first.onChange(owned => {
      changes.push(owned)
      if (owned.length === 2) shared.resolve()
      if (owned.length === 4) whole.resolve()
    })
    const second = new ClassicMembership(cluster, { group, topic, sessionMs: SESSION_MS })
    await second.join()
    await shared.promise
    const lost = [0, 1, 2, 3].filter(each => !changes.at(-1)!.includes(each))
    await assert.rejects(first.commit(new Map([[lost[0]!, { offset: 1, metadata: '' }]])), {
      code: 'group-lost'
    })
    await first.commit(new Map([[changes.at(-1)![0]!, { offset: 1, metadata: '' }]]))
    await second.leave()
    await whole.promise
    assert.deepEqual(changes.at(-1), [0, 1, 2, 3])
    await first.leave()
  })

  it('waits for a group that takes longer than expected to give out its partitions', async () => {
    const { group, topic } = await member(2)
    const lines: string[] = []
    const onTrouble = (line: string) => void lines.push(line)
    const options = { group, topic, sessionMs: SESSION_MS, settleMs: 1, onTrouble }
    const first = new ClassicMembership(cluster, options)
    await first.join()
    const second = new ClassicMembership(cluster, options)
    const joined = second.join()
    // The broker says that it rebalances from the second's join until the first has joined again.
    while ((await first.confirm()).length > 1);
    await joined
    assert.equal((await first.confirm()).length, 1)
    assert.deepEqual(
      lines.filter(line => /fenced|refused/.test(line) && !/trying/.test(line)),
      []
    )
    await second.leave()
    await first.leave()
  })

  it('fences the commits of another generation, and of nobody', async () => {
    const { group, topic, member: mine } = await member(1)
    await mine.join()
    const coordinator = new Coordinator(cluster, 'group', group)
    const offsets = new Map([[0, { offset: 5, metadata: '' }]])
    const commit = (memberId: string, generation: number) =>
      commitOffsets(coordinator, { memberId, generation }, topic, offsets)
    await assert.rejects(commit(mine.memberId, mine.generation + 1), { code: 'group-lost' })
    await assert.rejects(commit('somebody', mine.generation), { code: 'group-lost' })
    await assert.rejects(commit('', -1), /broken invariant/)
    assert.equal(await mine.committed(0), undefined)
    await commit(mine.memberId, mine.generation)
    assert.equal((await mine.committed(0))?.offset, 5)
    await mine.leave()
  })

  it('gives partitions of a killed member away when its session ends', async () => {
    const { group, topic } = await member(2)
    const script = fileURLToPath(new URL('dying-member.ts', import.meta.url))
    const args = [script, broker!.bootstrap, group, topic, String(SESSION_MS)]
    const dying = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    assert.equal(String((await once(dying.stdout, 'data'))[0]), '0,1\n')
    dying.kill('SIGKILL')
    await once(dying, 'close')
    const next = new ClassicMembership(cluster, { group, topic, sessionMs: SESSION_MS })
    const started = performance.now()
    assert.deepEqual(await next.join(), [0, 1])
    assert.ok(performance.now() - started < SESSION_MS + 5_000)
    await next.leave()
  })

  describe('with a transaction open on its offsets', () => {
    const txnOffsetCommit = K.createAPI(
      28,
      5,
      K.txnOffsetCommitV4.createRequest,
      K.txnOffsetCommitV4.parseResponse
    )
    const endTxn = K.createAPI(26, 5, K.endTxnV4.createRequest, (_, __, ___, reader) => {
      reader.readInt32()
      return reader.readInt16()
    })

    /** Stores 7, then 10 in a transaction that stays open until `end` is called. */
    async function pending() {
      const { group, topic, member: mine } = await member(1)
      await mine.join()
      await mine.commit(new Map([[0, { offset: 7, metadata: '' }]]))
      const transactionalId = scratch.name('transaction')
      const byId = new Coordinator(cluster, 'transaction', transactionalId)
      const producer = await byId.run(wire =>
        call(wire, K.initProducerIdV5.api, transactionalId, 20_000, -1n, -1)
      )
      const { producerId, producerEpoch } = producer
      const byGroup = new Coordinator(cluster, 'group', group)
      const offset = { partitionIndex: 0, committedOffset: 10n, committedLeaderEpoch: -1 }
      const partitions = [{ ...offset, committedMetadata: 'in it' }]
      await byGroup.run(wire =>
        call(
          wire,
          txnOffsetCommit,
          transactionalId,
          group,
          producerId,
          producerEpoch,
          mine.generation,
          mine.memberId,
          null,
          [{ name: topic, partitions }]
        )
      )
      const end = (commit: boolean) =>
        byId.run(wire => call(wire, endTxn, transactionalId, producerId, producerEpoch, commit))
      return { topic, byGroup, mine, end }
    }

    for (const commit of [true, false]) {
      it(`waits for its end before it tells them (${commit ? 'commit' : 'abort'})`, async () => {
        const { topic, byGroup, mine, end } = await pending()
        let told = false
        const read = fetchOffsets(byGroup, topic, [0]).finally(() => {
          told = true
        })
        await assert.rejects(fetchOffsets(byGroup, topic, [0], 300), { code: 'offsets-pending' })
        assert.equal(told, false)
        assert.equal(await end(commit), 0)
        const expected = commit ? { offset: 10, metadata: 'in it' } : { offset: 7, metadata: '' }
        assert.deepEqual((await read).get(0), expected)
        await mine.leave()
      })
    }
  })
})
