import assert from 'node:assert/strict'
import { isFailure } from '../../src/core/errors.ts'
import type { Random } from '../../src/core/random.ts'
import { countSettings } from '../../src/runtime/count.ts'
import { createSharedApp, Instance, inputsAt, type SharedApp } from './instances-app.ts'
import { frameText, type GrowingWorld, RECORDED } from './instances-world.ts'

const STEP_MS = 100
const INSTANCES_MAX = 4
/** Simulated time in which what is left has to be counted when nothing disturbs any more. */
const DRAIN_MS = 90_000

/** Several instances over one input while they come, go, die and stand still; then one that finishes. */
export class InstancesRun {
  readonly app: SharedApp
  readonly log: string[] = []
  private readonly world: GrowingWorld
  private readonly random: Random
  private readonly instances: Instance[] = []
  /** When those that stand still go on. */
  private readonly wakes = new Map<Instance, number>()
  private readonly begun: number
  private troubled = true

  constructor(world: GrowingWorld, random: Random) {
    this.world = world
    this.random = random
    this.begun = RECORDED
    this.app = createSharedApp({
      settings: countSettings(world.options),
      places: world.places,
      tasks: world.tasks,
      startMs: RECORDED,
      random,
      trouble: () => (this.troubled ? 12 : 0),
      tell: line => this.tell(line)
    })
  }

  async play(): Promise<void> {
    this.start()
    const until = this.world.lastArrival + 5_000 + this.random.below(20_000)
    while (this.elapsed < until) {
      if (this.random.below(25) === 0) this.disturb()
      await this.step()
    }
    await this.finish()
  }

  /** Flushes that did not go on where their partition stood, as the instances have seen them. */
  get misfits(): string[] {
    const all = this.instances.flatMap(({ run }) => run.report.warnings.list())
    return all.filter(line => line.includes('flushes of partition'))
  }

  private get elapsed(): number {
    return this.app.clock.now() - this.begun
  }

  private start(): Instance {
    const { random, instances } = this
    const role =
      instances.length === 0 || random.below(4) > 0
        ? 'both'
        : random.below(2) === 0
          ? 'combine'
          : 'merge'
    const instance = new Instance(`#${instances.length + 1}`, this.app, role)
    instances.push(instance)
    this.tell(`${instance.name} starts as ${role}`)
    return instance
  }

  private disturb(): void {
    const { random } = this
    const running = this.instances.filter(({ state }) => state === 'running')
    const victim = running[random.below(Math.max(1, running.length))]
    const deed = random.below(5)
    if (!victim || (deed < 2 && running.length < INSTANCES_MAX)) this.start()
    else if (deed === 2) this.tell(`${victim.name} is told to stop`, () => victim.stop())
    else if (deed === 3) this.tell(`${victim.name} is killed`, () => victim.kill())
    else {
      const ms = [500, 3_000, 8_000, 20_000][random.below(4)]!
      this.wakes.set(victim, this.elapsed + ms)
      this.tell(`${victim.name} stands still for ${ms} ms`, () => victim.pause())
    }
  }

  private async step(): Promise<void> {
    const { script, clock, cluster } = this.app
    cluster.update(inputsAt(this.world.places, this.elapsed))
    for (const [partition, arrivals] of this.world.arrivals.entries()) {
      const list = script[partition]!
      while (list.length < arrivals.length && arrivals[list.length]! <= this.elapsed) {
        list.push(frameText(this.world.partitions[partition]![list.length]!))
      }
    }
    for (const [instance, at] of this.wakes) {
      if (at > this.elapsed) continue
      this.wakes.delete(instance)
      if (instance.state === 'paused')
        this.tell(`${instance.name} goes on`, () => instance.resume())
    }
    clock.advance(STEP_MS)
    await new Promise(resolve => setImmediate(resolve))
    for (const { error, name } of this.instances) {
      // A stop that takes too long says so; everything else is a defect.
      if (error && !isFailure(error, 'interrupted'))
        throw new Error(`${name} failed`, { cause: error })
    }
  }

  /** Everybody goes, in one way or another; a last one counts what is left, undisturbed. */
  private async finish(): Promise<void> {
    this.troubled = false
    this.wakes.clear()
    for (const instance of this.instances) {
      if (instance.state === 'paused' && this.random.below(2) === 0) {
        this.tell(`${instance.name} goes on`, () => instance.resume())
      }
      if (instance.state === 'running')
        this.tell(`${instance.name} is told to stop`, () => instance.stop())
    }
    if (this.random.below(2) === 0) await this.exitAtEnd()
    else await this.countAll()
  }

  /** One that ends by itself, also when others still hold partitions or were killed a moment ago. */
  private async exitAtEnd(): Promise<void> {
    const last = this.startLast(true)
    await this.until(() => last.state === 'ended', 'the last one ends')
    if (last.error) throw last.error
    assert.ok(this.isCounted, 'everything is counted when it ends')
  }

  private async countAll(): Promise<void> {
    const last = this.startLast(false)
    await this.until(() => last.ownsAll && this.isCounted, 'everything is counted')
    for (const instance of this.instances) {
      if (instance.state !== 'paused') continue
      this.tell(`${instance.name} goes on`, () => instance.resume())
      this.tell(`${instance.name} is told to stop`, () => instance.stop())
    }
    for (let steps = 0; steps < 20; steps++) await this.step()
    await this.until(() => last.ownsAll && this.isCounted, 'the last one has everything again')
    last.stop()
    await this.until(() => last.state === 'ended', 'the last one ends')
    if (last.error) throw last.error
  }

  private startLast(exitAtEnd: boolean): Instance {
    const last = new Instance('last', this.app, 'both', exitAtEnd)
    this.instances.push(last)
    this.tell(`the last one starts${exitAtEnd ? ', to the end' : ''}`)
    return last
  }

  private async until(done: () => boolean, what: string): Promise<void> {
    const limit = this.elapsed + DRAIN_MS
    while (!done()) {
      assert.ok(this.elapsed < limit, `within ${DRAIN_MS / 1_000} s ${what}`)
      await this.step()
    }
  }

  private get isCounted(): boolean {
    const { combine, merge, cluster, topics } = this.app
    const isRead = cluster.slots.every(
      slot => (combine.offsets.get(slot)?.offset ?? 0) === this.app.frameListOf(slot).length
    )
    const isMerged = topics
      .partitions('partials')
      .every(({ records }, index) => (merge.offsets.get(index)?.offset ?? 0) === records.length)
    return isRead && isMerged
  }

  private tell(line: string, deed?: () => void): void {
    this.log.push(`${(this.elapsed / 1_000).toFixed(1)} s: ${line}`)
    deed?.()
  }
}
