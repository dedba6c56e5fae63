import assert from 'node:assert/strict'
import { once } from 'node:events'
// A disturbance comes at some moment, not after some event.
import { setTimeout as pause } from 'node:timers/promises'
import { text } from '../../src/core/bytes.ts'
import { Random } from '../../src/core/random.ts'
import { parseResult, type ResultRecord } from '../../src/result/result-record.ts'
import { checkOrder } from '../testing/result-order.ts'
import { appLog, committedRecords } from './app-topics.ts'
import { ChaosProcess } from './chaos-process.ts'
import { assertMinutes, type CountingPlace, latestOf } from './counting.ts'

export interface ChaosOptions {
  readonly seed: number
  readonly frames: number
  /** Milliseconds during which frames come and instances are disturbed. */
  readonly lastsMs: number
}

type Deed = 'kill' | 'interrupt' | 'start' | 'short pause' | 'long pause'

const deeds: readonly Deed[] = ['kill', 'kill', 'interrupt', 'start', 'short pause', 'long pause']
const INSTANCES_MAX = 3
const SESSION_MS = 6_000

/**
 * One history on a real broker: frames come while processes are killed, stand still, stop and start;
 * then one counts the rest. What was done is in `story`.
 */
export class ChaosHistory {
  readonly story: string[] = []
  private readonly place: CountingPlace
  private readonly options: ChaosOptions
  private readonly random: Random
  private readonly processes: ChaosProcess[] = []
  private readonly begun = performance.now()
  private topic = ''
  /** Name of its app, once there is one. */
  app = ''

  constructor(place: CountingPlace, options: ChaosOptions) {
    this.place = place
    this.options = options
    this.random = new Random(options.seed)
  }

  /** Throws with the story when anything is not as it should be. */
  async run(): Promise<void> {
    try {
      await this.disturb()
      await this.drain()
      await this.check()
    } catch (error) {
      const stderr = this.processes.map(({ name, said }) => `${name}: ${said}`)
      const lines = [`seed ${this.options.seed}: ${String(error)}`, ...this.story, ...stderr]
      throw new Error(lines.join('\n  '), { cause: error })
    } finally {
      for (const process of this.processes) process.kill()
    }
  }

  /** What was done, in short. */
  get deeds(): string {
    const done = new Map<string, number>()
    for (const line of this.story) {
      const kind = /kill|Ctrl-C|still for \d+ ms|starts/.exec(line)?.[0]
      if (kind) done.set(kind, (done.get(kind) ?? 0) + 1)
    }
    return [...done].map(([kind, times]) => `${times} × ${kind}`).join(', ')
  }

  private get files(): { readonly frames: string; readonly truth: string } {
    const { seed } = this.options
    return { frames: `frames-${seed}.jsonl`, truth: `truth-${seed}.json` }
  }

  private async disturb(): Promise<void> {
    const { place, random, files } = this
    const { seed, frames, lastsMs } = this.options
    const late = ['--late-share', '0.02', '--late-max', '60s']
    const size = ['--frames', String(frames), '--users', '900', '--rate', String(frames / 300)]
    const output = ['-o', files.frames, '--truth', files.truth]
    await place.run(
      'generate',
      '--seed',
      String(seed),
      '--shape',
      'small',
      ...size,
      ...late,
      ...output
    )
    const partitions = 1 + random.below(4)
    const { topic, app } = await place.topic(partitions)
    this.topic = topic
    this.app = app
    this.tell(`${partitions} partitions, ${frames} frames`)
    const rate = String(Math.ceil((frames / lastsMs) * 1_000))
    const producing = place.start([
      'produce',
      '-t',
      topic,
      '-k',
      'uid',
      '--rate',
      rate,
      files.frames
    ])
    const produced = once(producing, 'close')
    producing.stdout.resume()
    producing.stderr.resume()
    this.start()
    this.start()
    const until = performance.now() + lastsMs
    while (performance.now() < until) {
      await pause(300 + random.below(1_500))
      this.deed(deeds[random.below(deeds.length)]!, random.below(INSTANCES_MAX))
    }
    const [status] = await produced
    assert.equal(status, 0, 'the frames are sent')
  }

  private deed(deed: Deed, index: number): void {
    const running = this.processes.filter(({ state }) => state === 'running')
    const victim = running[index % Math.max(1, running.length)]
    if (!victim || (deed === 'start' && running.length < INSTANCES_MAX)) this.start()
    else if (deed === 'kill') this.tell(`kill -9 ${victim.name}`, () => victim.kill())
    else if (deed === 'interrupt') this.tell(`Ctrl-C ${victim.name}`, () => victim.interrupt())
    else if (deed !== 'start') {
      const ms = deed === 'long pause' ? SESSION_MS + 2_500 : 800
      this.tell(`${victim.name} stands still for ${ms} ms`, () => victim.pause())
      void pause(ms).then(() => {
        if (victim.state === 'paused') this.tell(`${victim.name} goes on`, () => victim.resume())
      })
    }
  }

  /** Those that stand still go on first: what they still want to write must not count. */
  private async drain(): Promise<void> {
    while (this.processes.some(({ state }) => state === 'paused')) await pause(100)
    for (const process of this.processes) {
      if (process.state === 'running')
        this.tell(`Ctrl-C ${process.name}`, () => process.interrupt())
    }
    await Promise.all(this.processes.map(process => process.ended))
    const strange = this.processes.filter(({ isStrange }) => isStrange).map(({ name }) => name)
    assert.deepEqual(strange, [], 'every instance ends as it was told to')
    const { stderr } = await this.place.run('count', ...this.arguments, '-e')
    assert.doesNotMatch(stderr, /are refused/, 'every range arrives once')
    this.tell('counted to the end')
  }

  private async check(): Promise<void> {
    const { place, app, files } = this
    const latest = new Map<string, ResultRecord>()
    const log = await appLog(place.scratch.cluster, app)
    for (const { key, value } of await committedRecords(log, 'counts', 0)) {
      const name = text(key!)
      const record = parseResult(text(value!))!
      checkOrder(name, latest.get(name), record)
      latest.set(name, record)
    }
    await log.close()
    const jsonl = [...latest.values()].map(record => JSON.stringify(record)).join('\n')
    const clean = await place.run(
      'count',
      files.frames,
      '-k',
      'uid',
      '--format',
      'jsonl',
      ...this.sketch
    )
    assert.deepEqual(countsOf(jsonl), countsOf(clean.stdout))
    // An estimate has its error; the frames and the exact sketch have none.
    if (this.sketch.includes('exact')) assertMinutes(jsonl, place.truth(files.truth))
  }

  private get sketch(): readonly string[] {
    return ['--sketch', this.options.seed % 2 === 0 ? 'exact' : 'adaptive']
  }

  private get arguments(): readonly string[] {
    const session = ['--group-session-timeout', `${SESSION_MS}ms`]
    const pace = ['--flush-every', '100ms', '--emit-every', '100ms', ...this.sketch]
    return [
      '-t',
      this.topic,
      '-k',
      'uid',
      '--app',
      this.app,
      '--format',
      'jsonl',
      ...session,
      ...pace
    ]
  }

  private start(): void {
    const name = `#${this.processes.length + 1}`
    this.tell(`${name} starts`)
    this.processes.push(new ChaosProcess(name, this.place.start(['count', ...this.arguments])))
  }

  private tell(line: string, deed?: () => void): void {
    const seconds = ((performance.now() - this.begun) / 1_000).toFixed(1)
    this.story.push(`${seconds} s: ${line}`)
    deed?.()
  }
}

/** What does not depend on when and by whom a window was counted. */
function countsOf(jsonl: string): (readonly [start: string, frames: number, uniques: number])[] {
  return latestOf(jsonl).map(({ start, frames, uniques }) => [start, frames, uniques] as const)
}
