import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { systemClock } from '../../src/host/system-clock.ts'
import { type CountRun, count, type KafkaSourceOptions, kafkaSource } from '../../src/index.ts'
import { Producer } from '../../src/kafka/produce/producer.ts'
import { LatestResults } from '../../src/result/latest-results.ts'
import { CountingPlace } from './counting.ts'
import { developmentBroker } from './dev-broker.ts'
import { addPartitions } from './group-under-test.ts'

const broker = await developmentBroker()
const MINUTE = Date.UTC(2026, 0, 1)
const PATIENCE_MS = 40_000

/** A count that is looked at while it runs. */
class Counting {
  readonly run: CountRun
  readonly said: string[] = []
  private readonly latest = new LatestResults()
  private readonly done: Promise<unknown>
  private onNews: (() => void) | undefined

  constructor(options: KafkaSourceOptions, exitAtEnd = false) {
    const onTrouble = (line: string) => {
      this.said.push(line)
      this.onNews?.()
    }
    const source = kafkaSource({ sessionMs: 6_000, onTrouble, ...options })
    this.run = count({ source, key: 'uid', windows: ['1m'], flushEvery: 100, exitAtEnd })
    this.done = this.follow().catch((error: unknown) => error)
  }

  /** Frames in all windows together, as of their newest results. */
  get frames(): number {
    return this.latest.sorted().reduce((sum, { frames }) => sum + frames, 0)
  }

  get uniques(): number {
    return Math.max(...this.latest.sorted().map(({ uniques }) => uniques))
  }

  async reaches(frames: number): Promise<void> {
    await this.until(() => this.frames >= frames, `${frames} frames`)
    assert.equal(this.frames, frames)
  }

  async says(pattern: RegExp): Promise<void> {
    await this.until(() => this.said.some(line => pattern.test(line)), `${pattern}`)
  }

  /** Resolves with what it failed of, or undefined. */
  stop(): Promise<unknown> {
    this.run.stop()
    return this.done
  }

  ended(): Promise<unknown> {
    return this.done
  }

  private async until(done: () => boolean, what: string): Promise<void> {
    const { promise: late, reject } = Promise.withResolvers<never>()
    // What never comes must not hang the test.
    const timer = setTimeout(() => {
      reject(new Error(`never: ${what} (${this.frames} frames, ${this.said.join('; ')})`))
    }, PATIENCE_MS)
    while (!done()) {
      const news = new Promise<void>(resolve => {
        this.onNews = resolve
      })
      await Promise.race([news, late])
    }
    clearTimeout(timer)
  }

  private async follow(): Promise<void> {
    for await (const result of this.run) {
      this.latest.take(result)
      this.onNews?.()
    }
  }
}

describe('a count of several topics', { skip: broker ? false : 'no broker' }, () => {
  let place: CountingPlace
  let users = 0
  before(async () => {
    place = await CountingPlace.open(broker!.bootstrap)
  })
  after(() => place.close())

  /** Frames of as many users, all of one minute. */
  async function send(topic: string, partition: number, frames: number): Promise<void> {
    const options = { topic, clock: systemClock, random: Math.random }
    const producer = await Producer.open(place.scratch.cluster, options)
    for (let i = 0; i < frames; i++) {
      const frame = JSON.stringify({ uid: `u${users++}`, ts: MINUTE + 1_000 + i })
      producer.send(partition, null, Buffer.from(frame), systemClock.now())
    }
    await producer.flush()
    producer.close()
  }

  for (const groupProtocol of ['consumer', 'classic'] as const) {
    it(`takes in partitions and topics that come later (${groupProtocol})`, async () => {
      const brokers = [place.bootstrap]
      const prefix = place.scratch.name('many')
      const names = ['a', 'b', 'c'].map(letter => `${prefix}.${letter}`) as [string, string, string]
      for (const name of names) place.scratch.own(name)
      const [a, b, c] = names
      const app = place.app()
      const create = (name: string, partitions: number) =>
        place.scratch.admin.create({ name, partitions, configs: {} })
      await Promise.all([create(a, 2), create(b, 1)])
      users = 0
      await Promise.all([send(a, 0, 100), send(a, 1, 50), send(b, 0, 30)])
      const pattern = `${prefix.replaceAll('.', '\\.')}\\..`
      const choice = { brokers, app, groupProtocol, refreshMs: 1_000 } as const
      const first = new Counting({ ...choice, topicPattern: pattern })
      await first.reaches(180)
      assert.deepEqual([...first.run.report.partitions.keys()].sort(), [
        `${a}-0`,
        `${a}-1`,
        `${b}-0`
      ])
      await addPartitions(place.scratch, a, 3)
      await send(a, 2, 20)
      // From its beginning, whatever is asked for.
      await first.reaches(200)
      assert.equal(await first.stop(), undefined)
      await create(c, 1)
      await send(c, 0, 40)
      const next = new Counting({ ...choice, topic: names, from: 'latest' }, true)
      assert.equal(await next.ended(), undefined)
      const { stdout } = await place.run('results', '--app', app, '--format', 'jsonl')
      const { frames, uniques, late } = JSON.parse(stdout.trim())
      assert.deepEqual([frames, uniques, late], [240, 240, 0])
      const short = new Counting({ ...choice, topic: [a, b] })
      assert.match(String(await short.ended()), new RegExp(`counts topic ${c} too`))
    })
  }

  it('holds its windows for a topic that is gone until it is retired', async () => {
    const [a, b] = await Promise.all([place.topic(1), place.topic(1)])
    const { app } = a
    const choice = { brokers: [place.bootstrap], app, topic: [a.topic, b.topic], refreshMs: 500 }
    users = 0
    await Promise.all([send(a.topic, 0, 40), send(b.topic, 0, 40)])
    const first = new Counting(choice)
    await first.reaches(80)
    await place.scratch.admin.delete(b.topic)
    await first.says(/is gone: .*app retire-topic/)
    await send(a.topic, 0, 40)
    await first.reaches(120)
    assert.equal(await first.stop(), undefined)
    const held = JSON.parse((await place.run('app', 'describe', '--app', app)).stdout)
    assert.deepEqual([held.watermark.holder.topic, held.watermark.holder.reason], [b.topic, 'gone'])
    const retire = ['app', 'retire-topic', b.topic, '--app', app]
    await place.run(...retire, '--yes')
    await send(a.topic, 0, 40)
    const next = new Counting({ ...choice, topic: a.topic }, true)
    assert.equal(await next.ended(), undefined)
    await place.scratch.admin.delete(a.topic)
    await place.scratch.admin.create({ name: a.topic, partitions: 2, configs: {} })
    await send(a.topic, 1, 40)
    const refused = new Counting({ ...choice, topic: a.topic })
    assert.match(String(await refused.ended()), /it was made again/)
    await place.run('app', 'accept-topic', a.topic, '--app', app, '--yes')
    const last = new Counting({ ...choice, topic: a.topic }, true)
    assert.equal(await last.ended(), undefined)
    const { stdout } = await place.run('results', '--app', app, '--format', 'jsonl')
    const { frames, uniques } = JSON.parse(stdout.trim())
    assert.deepEqual([frames, uniques], [200, 200])
  })
})
