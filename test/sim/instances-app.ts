import { firstTopics, type InputFindings, inputsOf } from '../../src/app/input-growth.ts'
import { InputWatch } from '../../src/app/input-watch.ts'
import { type AppRecord, createAppRecord, decodeAppRecord } from '../../src/app/record.ts'
import { settleRecord } from '../../src/app/settle.ts'
import { failure } from '../../src/core/errors.ts'
import { type Input, Inputs } from '../../src/core/inputs.ts'
import type { Random } from '../../src/core/random.ts'
import { MemoryCache } from '../../src/merge/memory-cache.ts'
import type { Clock } from '../../src/port/clock.ts'
import type { Seat } from '../../src/port/log.ts'
import type { Transactional } from '../../src/port/transaction.ts'
import type { AppPorts } from '../../src/runtime/app-ports.ts'
import { type Role, runApp } from '../../src/runtime/app-run.ts'
import type { CountRun } from '../../src/runtime/count-run.ts'
import type { CountSettings } from '../../src/runtime/settings.ts'
import { MemoryGroup } from '../../src/testing/memory-group.ts'
import { MemoryLog, MemoryTopics } from '../../src/testing/memory-log.ts'
import { MemoryMember } from '../../src/testing/memory-membership.ts'
import { MemoryTransactions } from '../../src/testing/memory-transactions.ts'
import { ScriptedSource } from '../../src/testing/scripted-source.ts'
import { SimClock } from '../../src/testing/sim-clock.ts'
import type { GrowingWorld } from './instances-world.ts'

/** Everything that outlives the instances: topics, groups, transactional ids, and the time. */
export interface SharedApp {
  readonly settings: CountSettings
  /** The input so far, by partition of the world; it grows. */
  readonly script: readonly string[][]
  /** The topics and partitions that the brokers have now. */
  readonly cluster: Inputs
  /** The world's partition that a slot stands for. */
  frameListOf(slot: number): string[]
  readonly topics: MemoryTopics
  readonly transactions: MemoryTransactions
  readonly combine: MemoryGroup
  readonly merge: MemoryGroup
  readonly clock: SimClock
  readonly random: Random
  /** One commit in so many goes wrong in some way; 0: none. */
  readonly trouble: () => number
  /** What happens, for who looks for the cause of a failure. */
  tell(line: string): void
}

export interface SharedAppOptions {
  readonly settings: CountSettings
  readonly places: GrowingWorld['places']
  readonly tasks: number
  readonly startMs: number
  readonly random: Random
  readonly trouble: () => number
  readonly tell: (line: string) => void
}

export function createSharedApp(options: SharedAppOptions): SharedApp {
  const { settings, places, tasks, startMs, random, trouble, tell } = options
  const counts = { partials: tasks, windows: tasks, counts: tasks, rejects: tasks, control: 1 }
  const clock = new SimClock(startMs)
  const topics = new MemoryTopics(counts)
  const now = (): number => clock.now()
  const script: string[][] = places.map(() => [])
  const cluster = new Inputs(inputsAt(places, 0))
  return {
    settings,
    script,
    cluster,
    frameListOf: slot => {
      const { input, partition } = cluster.place(slot)
      return script[indexOf(places, input.name, partition)]!
    },
    topics,
    transactions: new MemoryTransactions(topics),
    combine: new MemoryGroup({ partitions: cluster, now }),
    merge: new MemoryGroup({ partitions: tasks, now }),
    clock,
    random,
    trouble,
    tell
  }
}

/** The topics that there are so many ms after the start. */
export function inputsAt(places: GrowingWorld['places'], ms: number): readonly Input[] {
  const topics = [...new Set(places.map(({ topic }) => topic))].sort((left, right) => left - right)
  return topics.map(topic => {
    const ours = places.filter(place => place.topic === topic)
    const partitions = ours.filter(({ madeAt }) => madeAt <= ms).length
    const begunWith = ours.filter(({ madeAt }) => madeAt <= 0).length
    const name = `topic-${topic}`
    return { name, id: `id of ${name}`, partitions, begunWith, retired: false, gone: false }
  })
}

/** Index in the world of a partition of a topic. */
export function indexOf(places: GrowingWorld['places'], name: string, partition: number): number {
  return places.findIndex(each => `topic-${each.topic}` === name && each.partition === partition)
}

/** Lets a process stand still: whoever comes to the gate waits while it is shut. */
class Gate {
  private shut: PromiseWithResolvers<void> | undefined

  async pass(): Promise<void> {
    while (this.shut) await this.shut.promise
  }

  close(): void {
    this.shut ??= Promise.withResolvers()
  }

  open(): void {
    this.shut?.resolve()
    this.shut = undefined
  }
}

/** A process of the app: the real runtime, which can be stopped, killed, and made to stand still. */
export class Instance {
  readonly name: string
  readonly run: CountRun
  state: 'running' | 'paused' | 'stopping' | 'ended' | 'killed' = 'running'
  /** What ended it, when that was not a stop in order. */
  error: Error | undefined
  private readonly app: SharedApp
  private readonly gate = new Gate()
  private readonly combine: MemoryMember
  private readonly merge: MemoryMember

  constructor(name: string, app: SharedApp, role: Role, exitAtEnd = false) {
    this.name = name
    this.app = app
    this.combine = new MemoryMember(app.combine, app.clock)
    this.merge = new MemoryMember(app.merge, app.clock)
    this.run = runApp({
      source: { attach: () => this.ports() },
      settings: app.settings,
      clock: this.clock,
      openStateCache: () => new MemoryCache(),
      role,
      exitAtEnd
    })
    void this.follow()
  }

  /** True when every partition of both stages is its own. */
  get ownsAll(): boolean {
    const { app, combine, merge } = this
    const tasks = app.topics.partitions('partials')
    return (
      app.cluster.slots.every(slot => combine.seat(slot)) &&
      tasks.every((_, partition) => merge.seat(partition))
    )
  }

  stop(): void {
    this.state = 'stopping'
    this.run.stop()
  }

  /** As kill -9: it stands still for good, and its groups hear nothing more. */
  kill(): void {
    this.state = 'killed'
    this.gate.close()
    this.combine.kill()
    this.merge.kill()
  }

  pause(): void {
    this.state = 'paused'
    this.gate.close()
    this.combine.pause()
    this.merge.pause()
  }

  resume(): void {
    this.state = 'running'
    this.combine.resume()
    this.merge.resume()
    this.gate.open()
  }

  private async follow(): Promise<void> {
    try {
      for await (const _ of this.run);
    } catch (error) {
      this.error = error instanceof Error ? error : new Error(String(error))
    }
    this.state = 'ended'
    this.app.tell(`${this.name} ended${this.error ? `: ${this.error.message}` : ''}`)
  }

  private get clock(): Clock {
    const { app, gate } = this
    return {
      now: () => app.clock.now(),
      sleep: async (ms, signal) => {
        // Simulated time.
        await app.clock.sleep(ms, signal)
        await gate.pass()
      }
    }
  }

  private async ports(): Promise<AppPorts> {
    const { app, clock, combine, merge } = this
    const { random } = app
    const record = await this.settle(stored => stored ?? firstRecord(app))
    const inputs = new Inputs(inputsOf(record, new Set()))
    const watch = new InputWatch({
      inputs,
      record,
      clock,
      newer: async () => storedRecord(app),
      find: async () => findings(app),
      settle: next => this.settle(stored => next(stored!)),
      mayPass: () => false,
      tell: line => app.tell(`${this.name}: ${line}`),
      everyMs: 1_000 + random.below(20_000)
    })
    const source = new ScriptedSource({
      partitions: [],
      topics: { inputs, framesOf: slot => app.frameListOf(slot) },
      batch: 1 + random.below(20),
      clock
    })
    return {
      source,
      followInputs: stop => watch.follow(stop),
      log: new MemoryLog(app.topics, clock),
      combine,
      merge,
      combineTransactions: partition => this.transactions('combine', partition),
      mergeTransactions: partition => this.transactions('merge', partition),
      startOf: async () => 0,
      latestOf: async slot => app.frameListOf(slot).length,
      hints: async () => {
        const tasks = app.topics.partitions('partials')
        return tasks.map((_, task) => app.merge.offsets.get(task)?.metadata)
      },
      sessionMs: 6_000,
      from: 'earliest',
      close: async () => {
        await Promise.all([combine.leave(), merge.leave()])
      }
    }
  }

  private settle(next: (stored: AppRecord | undefined) => AppRecord): Promise<AppRecord> {
    const { app, clock } = this
    const setup = app.transactions.open({ transactionalId: 'app-setup' })
    return settleRecord({ stored: async () => storedRecord(app), setup, clock, next })
  }

  /** A broker takes its time, aborts, and answers late or never. */
  private transactions(stage: 'combine' | 'merge', partition: number): Transactional {
    const { app, gate } = this
    const { random } = app
    const [group, member] =
      stage === 'combine' ? [app.combine, this.combine] : [app.merge, this.merge]
    const id = `${stage}-${partition}`
    const real = app.transactions.open({
      transactionalId: id,
      input: {
        offsets: group.offsets,
        partition,
        seat: at => seatOf(group, member, at)
      },
      hook: () => (this.happens() && random.below(2) === 0 ? 'before' : undefined)
    })
    const wait = async (): Promise<void> => {
      // Simulated time.
      if (this.happens()) await this.clock.sleep(random.below(3_000))
      await gate.pass()
    }
    return {
      init: async () => {
        await wait()
        const stored = await real.init()
        app.tell(`${this.name} takes ${id} over at ${stored?.offset}`)
        await wait()
        return stored
      },
      commit: async work => {
        await wait()
        await real.commit(work)
        app.tell(`${this.name} commits ${id} ${work.offset?.offset}`)
        if (this.happens()) await this.loseAnswer(id)
        await wait()
      },
      close: () => real.close()
    }
  }

  private async loseAnswer(id: string): Promise<void> {
    const { app } = this
    if (app.random.below(2) === 0) {
      app.tell(`${this.name} is killed before it knows`)
      this.kill()
      return
    }
    app.tell(`${this.name} is fenced before it knows`)
    throw failure('transaction-fenced', { id, problem: 'its answer was lost' })
  }

  private happens(): boolean {
    const { random } = this.app
    const trouble = this.app.trouble()
    return trouble > 0 && random.below(trouble) === 0
  }
}

/** As the broker sees it: a seat that is not valid any more is refused with the commit. */
function seatOf(group: MemoryGroup, member: MemoryMember, partition: number): Seat | undefined {
  const seat = member.seat(partition)
  if (seat) group.check(seat, [partition])
  return seat
}

function storedRecord({ topics }: SharedApp): AppRecord | undefined {
  const newest = topics.partition('control', 0).records.at(-1)
  return newest && decodeAppRecord(newest.value!)
}

function findings({ cluster }: SharedApp): InputFindings {
  const found = new Map(cluster.list.map(topic => [topic.name, topic]))
  return { found, wanted: [...found.keys()], named: true }
}

function firstRecord(app: SharedApp): AppRecord {
  const tasks = app.topics.partitions('partials').length
  const topics = firstTopics(findings(app))
  return createAppRecord({ app: 'app', topics, partialsPartitions: tasks, settings: {} })
}
