import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
// Every wait has a limit.
import { setTimeout as pause } from 'node:timers/promises'
import type { startHeadcount } from '../cli/child.ts'
import { checkChaos } from './chaos-check.ts'
import { ChaosLink, type Trap } from './chaos-link.ts'
import { ChaosProcess } from './chaos-process.ts'
import { REPORTING, whereabouts } from './chaos-whereabouts.ts'
import type { CountingPlace } from './counting.ts'

export interface ChaosOptions {
  readonly seed: number
  readonly frames: number
  /** Milliseconds during which frames come; without it they come by `feed`. */
  readonly lastsMs?: number
  readonly partitions: number
}

/** Silence after which the groups of the development broker drop a member. */
export const SESSION_MS = 6_000
const SIZES: ReadonlyMap<string, number> = new Map([
  ['1m', 1],
  ['5m', 5]
])
/** Seconds of event time. */
const SPAN_S = 300
/** A share of what is left. */
const PORTION = 5
/** For what takes seconds; a machine that is busy may need a while. */
const LIMIT_MS = 180_000

/**
 * A topic that grows, and the instances that count it, each with its own way to the brokers. What was done
 * to them is in `story`.
 */
export class ChaosStage {
  readonly story: string[] = []
  readonly processes: ChaosProcess[] = []
  readonly options: ChaosOptions
  private readonly place: CountingPlace
  private readonly begun = performance.now()
  private produced: Promise<unknown> = Promise.resolve()
  private producing: ReturnType<typeof startHeadcount> | undefined
  /** What is not sent yet, when frames come by `feed`. */
  private waiting = ''
  private topic = ''
  /** Name of its app, once there is one. */
  app = ''

  constructor(place: CountingPlace, options: ChaosOptions) {
    this.place = place
    this.options = options
  }

  /** Writes the frames to a file. */
  async generate(): Promise<void> {
    const { place, files } = this
    const { seed, frames } = this.options
    // Some windows outgrow their coupons.
    const users = frames >= 500_000 && seed % 3 === 0 ? 20_000 : 900
    const size = ['--frames', frames, '--users', users, '--rate', frames / SPAN_S]
    const late = ['--late-share', 0.02, '--late-max', '60s']
    const output = ['-o', files.frames, '--truth', files.truth]
    const shape = ['--seed', seed, '--shape', 'small', ...size, ...late, ...output]
    await place.run('generate', ...shape.map(String))
  }

  /** Frames begin to come. */
  async open(): Promise<void> {
    const { frames, partitions } = this.options
    const made = await this.place.topic(partitions)
    this.topic = made.topic
    this.app = made.app
    this.tell(`${partitions} partitions, ${frames} frames, ${this.how.join(' ')}`)
    this.produce()
  }

  /** Another instance; it meets the trap when it has set out. */
  async start(trap?: Omit<Trap, 'sprung'> & { sprung(started: ChaosProcess): void }) {
    const name = `#${this.processes.length + 1}`
    const link = await ChaosLink.open(this.place.bootstrap.split(','))
    this.tell(`${name} starts`)
    const child = this.place.start(['count', ...this.arguments], link.bootstrap, REPORTING)
    const started = new ChaosProcess(name, child, link)
    this.processes.push(started)
    if (trap) link.trap({ ...trap, sprung: () => trap.sprung(started) })
    return started
  }

  /** Some more frames come now. */
  feed(): void {
    const portion = this.waiting.indexOf('\n', this.waiting.length / PORTION) + 1
    this.producing?.stdin.write(this.waiting.slice(0, portion))
    this.waiting = this.waiting.slice(portion)
  }

  /** All frames are in the topic. */
  sent(): Promise<unknown> {
    const { lastsMs } = this.options
    if (lastsMs === undefined) this.producing?.stdin.end(this.waiting)
    return within((lastsMs ?? 0) + LIMIT_MS, 'all frames are sent', this.produced)
  }

  /** Everybody is told to stop; who stands still goes on first: what it still wants to write must not count. */
  async drain(): Promise<void> {
    const { processes } = this
    const isStill = (): boolean => processes.some(({ state }) => state === 'paused')
    for (const until = performance.now() + LIMIT_MS; isStill(); ) {
      assert.ok(performance.now() < until, 'who stands still goes on')
      await pause(50)
    }
    for (const process of processes) {
      process.link?.restore()
      if (process.state === 'running')
        this.tell(`Ctrl-C ${process.name}`, () => process.interrupt())
    }
    const ended = Promise.all(processes.map(process => process.ended))
    await within(LIMIT_MS, 'everybody ends', ended).catch(async error => {
      for (const process of processes.filter(({ status }) => status === undefined))
        this.tell(
          `${process.name} does not end: ${await whereabouts(process.pid, this.place.folder)}`
        )
      throw error
    })
    const strange = processes.filter(({ isStrange }) => isStrange).map(({ name }) => name)
    assert.deepEqual(strange, [], 'every instance ends as it was told to')
    for (const { name, gaveUpEarly } of processes) {
      if (gaveUpEarly) this.tell(`${name} gave up at its start`)
    }
  }

  /** A last one counts the rest. */
  async finish(): Promise<void> {
    const last = new ChaosProcess('last', this.place.start(['count', ...this.arguments, '-e']))
    this.processes.push(last)
    await within(LIMIT_MS, 'the last one counts to the end', last.ended)
    assert.equal(last.status, 0, last.said)
    this.tell('counted to the end')
  }

  /** What is left behind is the truth, and everybody found every range once. */
  async check(): Promise<void> {
    for (const { name, said } of this.processes) {
      assert.doesNotMatch(
        said,
        /are refused|flushes of partition/,
        `${name}: every range comes once`
      )
    }
    const { place, app } = this
    const kind = this.how.includes('exact') ? 'exact' : 'adaptive'
    const frames = place.path(this.files.frames)
    const truth = place.truth(this.files.truth)
    const { cluster } = place.scratch
    await within(
      LIMIT_MS,
      'the check',
      checkChaos({ cluster, app, kind, frames, truth, sizes: SIZES })
    )
  }

  /** The error, with all that was done, and said. */
  told(error: unknown): Error {
    const said = this.processes.map(({ name, said: text }) => `${name}: ${text}`)
    const lines = [`seed ${this.options.seed}: ${String(error)}`, ...this.story, ...said]
    return new Error(lines.join('\n  '), { cause: error })
  }

  /** Ends what is left, however things went. */
  async close(): Promise<void> {
    this.producing?.kill('SIGKILL')
    for (const process of this.processes) process.kill()
    await Promise.all(this.processes.map(process => process.ended))
  }

  tell(line: string, deed?: () => void): void {
    const seconds = ((performance.now() - this.begun) / 1_000).toFixed(1)
    this.story.push(`${seconds} s: ${line}`)
    deed?.()
  }

  private produce(): void {
    const { topic, files } = this
    const { frames, lastsMs } = this.options
    const rate = lastsMs === undefined ? 0 : Math.ceil((frames / lastsMs) * 1_000)
    const flow = lastsMs === undefined ? [] : ['--rate', String(rate), files.frames]
    const producing = this.place.start(['produce', '-t', topic, '-k', 'uid', ...flow])
    this.producing = producing
    let said = ''
    producing.stdin.on('error', () => {})
    if (lastsMs === undefined) this.waiting = readFileSync(this.place.path(files.frames), 'utf8')
    else producing.stdin.end()
    producing.stdout.resume()
    producing.stderr.setEncoding('utf8').on('data', text => {
      said = (said + text).slice(-4_000)
    })
    this.produced = once(producing, 'close').then(([status]) => {
      assert.equal(status, 0, `the frames are sent: ${said}`)
    })
    this.produced.catch(() => {})
  }

  private get files(): { readonly frames: string; readonly truth: string } {
    const { seed } = this.options
    return { frames: `frames-${seed}.jsonl`, truth: `truth-${seed}.json` }
  }

  /** How they count: the sketch, and the protocol of the groups. */
  private get how(): readonly string[] {
    const { seed } = this.options
    const sketch = ['--sketch', seed % 2 === 0 ? 'exact' : 'adaptive']
    const isClassic = Math.floor(seed / 2) % 3 === 1
    return [...sketch, '--group-protocol', isClassic ? 'classic' : 'consumer']
  }

  private get arguments(): readonly string[] {
    const input = ['-t', this.topic, '-k', 'uid', '--app', this.app, '--format', 'jsonl']
    const session = ['--group-session-timeout', `${SESSION_MS}ms`]
    const pace = ['--flush-every', '100ms', '--emit-every', '100ms']
    return [...input, '--window', [...SIZES.keys()].join(), ...session, ...pace, ...this.how]
  }
}

/** Rejects when it takes longer. */
export async function within<Result>(
  limitMs: number,
  what: string,
  work: Promise<Result>
): Promise<Result> {
  const done = new AbortController()
  const late = pause(limitMs, undefined, { signal: done.signal }).then(() => {
    throw new Error(`not within ${limitMs / 1_000} s: ${what}`)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    late.catch(() => {})
    done.abort()
  }
}
