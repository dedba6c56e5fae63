import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { failure } from '../../src/core/errors.ts'
import { BatchEncoder } from '../../src/kafka/batch/batch-encoder.ts'
import { type DeliveryOptions, ProduceDelivery } from '../../src/kafka/produce/produce-delivery.ts'
import type { Clock } from '../../src/port/clock.ts'
import { ScriptedLeaders } from './scripted-leaders.ts'

const NOT_LEADER = 6
const CORRUPT = 2
const TOO_LARGE = 10
const NOT_ENOUGH_REPLICAS = 19
const OUT_OF_ORDER = 45
const UNKNOWN_PRODUCER_ID = 59

/** Time passes only by sleeping, and then in one turn of the event loop. */
function sleepingClock(): Clock {
  let nowMs = 0
  return {
    now: () => nowMs,
    sleep: async ms => {
      nowMs += ms
      await new Promise(setImmediate)
    }
  }
}

function setUp(options: Partial<DeliveryOptions> = {}) {
  const leaders = new ScriptedLeaders()
  const lines: string[] = []
  const delivery = new ProduceDelivery(leaders.cluster, {
    clock: sleepingClock(),
    random: () => 0.5,
    deliveryMs: Number.POSITIVE_INFINITY,
    onTrouble: line => lines.push(line),
    onRecovered: () => lines.push('recovered'),
    ...options
  })
  const send = (partition: number, size = 10, count = 1) => {
    const encoder = new BatchEncoder()
    for (let i = 0; i < count; i++) encoder.append(null, Buffer.alloc(size), 1)
    const bytes = encoder.close('none', false)
    return delivery.enqueue('t', partition, bytes, count)
  }
  return { leaders, delivery, lines, send }
}

describe('the delivery of batches', () => {
  it('keeps one batch outstanding per partition, and sends partitions together', async () => {
    const { leaders, send } = setUp()
    await Promise.all([send(0), send(1), send(0), send(1), send(0)])
    assert.deepEqual(
      leaders.requests.map(batches => batches.map(({ partition }) => partition)),
      [[0, 1], [0, 1], [0]]
    )
    assert.deepEqual(
      leaders.stored.filter(each => each.partition === 0).map(({ sequence }) => sequence),
      [0, 1, 2]
    )
  })

  for (const code of [NOT_LEADER, NOT_ENOUGH_REPLICAS]) {
    it(`sends the same bytes again after error ${code}, with new metadata`, async () => {
      const { leaders, send } = setUp()
      leaders.script.set(0, [code, code, code])
      await Promise.all([send(0, 10, 3), send(0)])
      const attempts = leaders.requests.slice(0, 4).map(([batch]) => batch!.bytes.toString('hex'))
      assert.equal(new Set(attempts).size, 1)
      assert.equal(leaders.requests.length, 5)
      assert.equal(leaders.refreshes, 3)
      assert.equal(leaders.stored.length, 2)
    })
  }

  it('doubles nothing when answers are lost', async () => {
    const { leaders, send } = setUp()
    leaders.lost.set(0, 2)
    await Promise.all([send(0), send(0)])
    assert.equal(leaders.requests.length, 4)
    assert.equal(leaders.stored.length, 2)
  })

  for (const code of [OUT_OF_ORDER, UNKNOWN_PRODUCER_ID]) {
    it(`goes on under a new identity in one partition after error ${code}, and says so`, async () => {
      const { leaders, lines, send } = setUp()
      await Promise.all([send(0), send(1)])
      leaders.script.set(0, [code])
      await Promise.all([send(0), send(1)])
      await Promise.all([send(0), send(1)])
      const seen = (partition: number) =>
        leaders.stored
          .filter(each => each.partition === partition)
          .map(({ producerId, sequence }) => [Number(producerId), sequence])
      assert.deepEqual(seen(0), [
        [1, 0],
        [2, 0],
        [2, 1]
      ])
      assert.deepEqual(seen(1), [
        [1, 0],
        [1, 1],
        [1, 2]
      ])
      assert.match(lines[0]!, /partition 0.*new producer id/s)
    })
  }

  it('waits for a partition without a leader while the others go on', async () => {
    const { leaders, lines, send } = setUp()
    leaders.leaderless.set(0, 'broker-refused')
    const waiting = send(0)
    await send(1)
    assert.equal(leaders.stored.length, 1)
    while (lines.length === 0) await new Promise(setImmediate)
    leaders.leaderless.clear()
    await waiting
    assert.equal(lines.at(-1), 'recovered')
  })

  it('gives up when the time is over, and then everything behind it too', async () => {
    const { leaders, send, delivery } = setUp({
      deliveryMs: 5_000,
      gaveUp: (waitedMs, last) => {
        assert.ok(waitedMs >= 5_000 && waitedMs < 5_100, String(waitedMs))
        assert.equal(last.code, 'broker-refused')
        return failure('produce-gave-up', { waited: '5s', sent: 0, topic: 't', position: 0 }, last)
      }
    })
    leaders.script.set(0, new Array(100).fill(NOT_ENOUGH_REPLICAS))
    const outcomes = await Promise.allSettled([send(0), send(0)])
    const codes = outcomes.map(each => each.status === 'rejected' && each.reason.code)
    assert.deepEqual(codes, ['produce-gave-up', 'produce-gave-up'])
    await assert.rejects(delivery.enqueue('t', 1, Buffer.alloc(0), 1), { code: 'produce-gave-up' })
  })

  it('ends at the first refusal: nothing behind it is stored', async () => {
    const { leaders, send } = setUp()
    leaders.script.set(0, [TOO_LARGE])
    const outcomes = await Promise.allSettled([send(0), send(0)])
    for (const outcome of outcomes) {
      assert.ok(outcome.status === 'rejected')
      assert.match(outcome.reason.message, /t partition 0: MESSAGE_TOO_LARGE/)
    }
    assert.equal(leaders.stored.length, 0)
  })

  it('believes that a batch is corrupt only after several attempts', async () => {
    const { leaders, send } = setUp()
    leaders.script.set(0, [CORRUPT, CORRUPT, CORRUPT])
    await send(0)
    leaders.script.set(0, new Array(100).fill(CORRUPT))
    await assert.rejects(send(0), /CORRUPT_MESSAGE/)
  })

  it('believes that a topic is gone only after a while', async () => {
    const clock = sleepingClock()
    const { leaders, send } = setUp({ clock })
    leaders.leaderless.set(0, 'topic-missing')
    await assert.rejects(send(0), { code: 'topic-missing' })
    assert.ok(clock.now() >= 30_000 && clock.now() < 35_000)
  })

  it('splits what is too much for one request', async () => {
    const { leaders, send } = setUp()
    await Promise.all([0, 1, 2].map(partition => send(partition, 7 * 1_024 * 1_024)))
    assert.deepEqual(
      leaders.requests.map(batches => batches.length).toSorted((a, b) => a - b),
      [1, 2]
    )
  })

  it('rejects what is under way when it is closed', async () => {
    const { delivery, send } = setUp()
    const sent = send(0)
    delivery.close()
    await assert.rejects(sent, { code: 'interrupted' })
    await assert.rejects(send(0), { code: 'interrupted' })
  })
})
