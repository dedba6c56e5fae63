import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ensureTopic } from '../../src/kafka/topic/topic-ensure.ts'
import { developmentBroker } from './dev-broker.ts'
import { Scratch } from './scratch.ts'

const broker = await developmentBroker()

describe('topics', { skip: broker === undefined }, () => {
  let scratch: Scratch
  before(async () => {
    scratch = await Scratch.open(broker!.bootstrap)
  })
  after(() => scratch.close())

  it('are created with a leader everywhere, described, listed and deleted', async () => {
    const { admin } = scratch
    const name = scratch.name('admin')
    const made = await admin.create({ name, partitions: 3, configs: { 'retention.ms': '7000' } })
    assert.equal(made.partitions.length, 3)
    assert.ok(made.partitions.every(({ leader }) => leader >= 0))
    const described = await admin.describe(name)
    assert.equal(described.id, made.id)
    assert.deepEqual(
      described.partitions.map(({ index, start, end }) => [index, start, end]),
      [0, 1, 2].map(index => [index, 0, 0])
    )
    assert.ok(described.partitions.every(({ leader, isr }) => isr.includes(leader)))
    assert.deepEqual(described.settings, [{ name: 'retention.ms', value: '7000', own: true }])
    assert.ok((await admin.list()).includes(name))
    await admin.delete(name)
    assert.equal(await admin.find(name), undefined)
    await assert.rejects(admin.delete(name), { code: 'topic-missing' })
  })

  it('have names that Kafka accepts, and only once', async () => {
    const { admin } = scratch
    for (const name of ['', '.', '..', 'with space', 'ü', 'x'.repeat(250)]) {
      await assert.rejects(admin.create({ name }), { code: 'topic-name' }, name)
    }
    const { name } = await scratch.topic('twice')
    await assert.rejects(admin.create({ name }), { code: 'topic-exists' })
  })

  it('are refused with the broker’s words when a setting is wrong', async () => {
    const create = (configs: Record<string, string>, replicas = 1) =>
      scratch.admin.create({ name: scratch.name('wrong'), replicas, configs })
    await assert.rejects(create({ 'cleanup.policy': 'sometimes' }), {
      code: 'broker-refused',
      message: /INVALID_CONFIG: .*sometimes/
    })
    await assert.rejects(create({}, 9), { code: 'broker-refused' })
  })

  it('name what is nearest when they are missing', async () => {
    const { name } = await scratch.topic('nearest')
    await assert.rejects(scratch.admin.describe(`${name}x`), {
      code: 'topic-missing',
      cure: new RegExp(name)
    })
  })

  it('of an app are created once, and found as they were', async () => {
    const { admin } = scratch
    const configs = { 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0.1' }
    const wanted = { name: scratch.name('ensured'), partitions: 2, configs }
    const results = await Promise.all([ensureTopic(admin, wanted), ensureTopic(admin, wanted)])
    assert.deepEqual(results.map(({ fate }) => fate).sort(), ['created', 'existing'])
    assert.equal((await ensureTopic(admin, wanted)).fate, 'existing')
    const same = { ...configs, 'min.cleanable.dirty.ratio': '0.10' }
    assert.equal((await ensureTopic(admin, { ...wanted, configs: same })).fate, 'existing')
  })

  it('of an app are refused with the cure when they are not as needed', async () => {
    const { admin } = scratch
    const { name } = await scratch.topic('refused', 2)
    const wanted = { name, partitions: 2, configs: { 'cleanup.policy': 'compact' } }
    await assert.rejects(ensureTopic(admin, wanted), {
      code: 'app-topic-settings',
      message: `topic ${name} has cleanup.policy=delete, needs compact`
    })
    await assert.rejects(ensureTopic(admin, { name, partitions: 16, configs: {} }), {
      code: 'app-topic-partitions',
      message: `topic ${name} has 2 partitions, the app needs 16`
    })
  })
})
