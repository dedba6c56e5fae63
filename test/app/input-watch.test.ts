import assert from 'node:assert/strict'
import { test } from 'node:test'
import { firstTopics, type InputFindings, inputsOf } from '../../src/app/input-growth.ts'
import { InputWatch } from '../../src/app/input-watch.ts'
import { type AppRecord, createAppRecord } from '../../src/app/record.ts'
import { failure, isFailure } from '../../src/core/errors.ts'
import { Inputs } from '../../src/core/inputs.ts'
import { SimClock } from '../../src/testing/sim-clock.ts'
import { passTime } from '../sim/simulated-app.ts'

/** A cluster with topics, an app record, and instances that follow them. */
class World {
  readonly clock = new SimClock()
  readonly topics = new Map([['a', 1]])
  readonly said: string[] = []
  record: AppRecord
  writes = 0
  trouble: Error | undefined

  constructor() {
    const topics = firstTopics(this.find())
    this.record = createAppRecord({ app: 'app', topics, partialsPartitions: 1, settings: {} })
  }

  follow(stop: AbortSignal): { inputs: Inputs; followed: Promise<void> } {
    const inputs = new Inputs(inputsOf(this.record, new Set()))
    const watch = new InputWatch({
      inputs,
      record: this.record,
      clock: this.clock,
      newer: async () => this.record,
      find: async () => this.find(),
      settle: async next => {
        const written = next(this.record)
        if (written !== this.record) this.writes++
        this.record = written
        return written
      },
      mayPass: error => isFailure(error, 'broker-unreachable'),
      tell: line => this.said.push(line)
    })
    return { inputs, followed: watch.follow(stop) }
  }

  async pass(ms: number): Promise<void> {
    const until = this.clock.now() + ms
    await passTime(this.clock, 500, () => this.clock.now() >= until)
  }

  private find(): InputFindings {
    if (this.trouble) throw this.trouble
    const topics = [...this.topics].map(([name, partitions]) => ({
      name,
      id: name,
      partitions
    }))
    const found = new Map(topics.map(topic => [topic.name, topic]))
    return { found, wanted: [...found.keys()], named: false }
  }
}

test('what comes is recorded once, and every instance learns of it', async () => {
  const world = new World()
  const stop = new AbortController()
  const instances = [world.follow(stop.signal), world.follow(stop.signal)]
  world.topics.set('a', 3).set('b', 2)
  await world.pass(35_000)
  for (const { inputs } of instances) assert.equal(inputs.slots.length, 5)
  assert.equal(world.writes, 1)
  assert.equal(world.said.filter(line => /topic a has 3 partitions now/.test(line)).length, 2)
  stop.abort()
  await Promise.all(instances.map(({ followed }) => followed))
})

test('a doubt makes it look at once, and a second look says that a topic is gone', async () => {
  const world = new World()
  world.topics.set('b', 1)
  const stop = new AbortController()
  const { inputs, followed } = world.follow(stop.signal)
  inputs.doubt()
  await world.pass(2_000)
  assert.equal(inputs.slots.length, 2)
  world.topics.delete('b')
  inputs.doubt()
  await world.pass(4_000)
  assert.equal(inputs.slots.length, 1)
  assert.equal(inputs.active.length, 2)
  assert.match(world.said.at(-1) ?? '', /topic b is gone: .*retire-topic b --app app/)
  world.topics.set('b', 1)
  await world.pass(35_000)
  assert.equal(inputs.slots.length, 2)
  stop.abort()
  await followed
})

test('a broker that knows nothing for a moment takes nothing away', async () => {
  const world = new World()
  const stop = new AbortController()
  const { inputs, followed } = world.follow(stop.signal)
  let changes = 0
  inputs.onChange(() => changes++)
  world.topics.delete('a')
  inputs.doubt()
  await world.pass(500)
  world.topics.set('a', 1)
  await world.pass(35_000)
  assert.equal(changes, 0)
  stop.abort()
  await followed
})

test('trouble that passes is waited for, anything else ends it', async () => {
  const world = new World()
  const { inputs, followed } = world.follow(new AbortController().signal)
  const ended = assert.rejects(followed, error => isFailure(error, 'broker-denied'))
  world.trouble = failure('broker-unreachable', { address: 'a', problem: 'away' })
  await world.pass(70_000)
  world.trouble = undefined
  world.topics.set('a', 2)
  await world.pass(35_000)
  assert.equal(inputs.slots.length, 2)
  world.trouble = failure('broker-denied', { request: 'r', problem: 'p', right: 'x' })
  await world.pass(35_000)
  await ended
})

test('an instance that does not know of a size that was added ends by itself', async () => {
  const world = new World()
  const { followed } = world.follow(new AbortController().signal)
  world.record = createAppRecord({ ...world.record, added: ['1d'] })
  const refused = assert.rejects(followed, error => isFailure(error, 'app-size-added'))
  await world.pass(35_000)
  await refused
})
