import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '../../src/core/random.ts'
import { type ClockOptions, PartitionClock } from '../../src/window/partition-clock.ts'
import { ClockOracle } from './clock-oracle.ts'

/** More sequences for a long run: HEADCOUNT_RUNS=100000. */
const SEQUENCES = Number(process.env.HEADCOUNT_RUNS ?? 150)
const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const WAIT = 5 * SECOND
const verdicts = ['believed', 'late', 'suspended', 'refused'] as const

interface Frame {
  readonly t: number
  readonly r: number
  readonly logAppend: boolean
  readonly key: number
}

/** One stretch of a hostile stream: how its times, record times and keys are drawn. */
interface Stretch {
  readonly frames: number
  readonly step: number
  readonly jitter: number
  /** Share of frames at a border of the rule, and of wild ones. */
  readonly border: number
  readonly wild: number
  readonly record: 'none' | 'live' | 'backfill' | 'event' | 'any'
  readonly logAppend: boolean
  readonly keys: number
  readonly sticky: number
}

class HostileStream {
  private readonly random: Random
  private now: number
  private readonly jump: number
  private wildTime = 0
  private key = 0

  constructor(random: Random, jump: number) {
    this.random = random
    this.jump = jump
    this.now = 1.4e12 + random.below(1e9)
  }

  stretch(): Stretch {
    const leap = this.of([0, 0, 0, 1, -1, HOUR, this.jump, 2 * HOUR, DAY, 400 * DAY, -3 * DAY])
    this.now += leap
    this.wildTime = this.now + this.of([HOUR + 1, 5 * HOUR, DAY, DAY + 1, 2 * DAY, 400 * DAY])
    return {
      frames: this.of([1, 3, 9, 30, 70, 200, 1_300]),
      step: this.of([0, 0, 1, 50, SECOND, 60 * SECOND, HOUR, HOUR + 1]),
      jitter: this.of([0, 0, 0, 20, WAIT, 2 * HOUR]),
      border: this.of([0, 0, 0.05, 0.5]),
      wild: this.of([0, 0, 0.03, 0.5, 1]),
      record: this.of(['none', 'none', 'live', 'backfill', 'event', 'any']),
      logAppend: this.of([false, false, true]),
      keys: this.of([1, 2, 3, 5, 40, 2 ** 32]),
      sticky: this.of([0, 0.9, 0.99])
    }
  }

  frame(stretch: Stretch, newest: number): Frame {
    const { random } = this
    this.now += stretch.step
    let t = this.now - Math.round(random.real() * stretch.jitter)
    if (random.real() < stretch.border && Number.isFinite(newest)) t = newest + this.border()
    if (random.real() < stretch.wild) t = this.wild()
    if (random.real() >= stretch.sticky) this.key = random.below(stretch.keys)
    return { t, r: this.record(stretch, t), logAppend: stretch.logAppend, key: this.key }
  }

  private border(): number {
    const { jump } = this
    const base = this.of([0, -WAIT, jump, DAY, DAY + jump, 2 * jump, Math.max(DAY, jump)])
    return base + this.of([-1, 0, 0, 1])
  }

  private wild(): number {
    const { random } = this
    const kind = random.below(8)
    if (kind === 0) return this.now + 2 ** random.below(45)
    if (kind === 1) return this.now - 2 ** random.below(45)
    if (kind === 2) return this.of([2 ** 47, 2 ** 47 + 1, -(2 ** 47), -(2 ** 47) - 1])
    return this.wildTime + random.below(this.of([1, SECOND, DAY]))
  }

  private record({ record }: Stretch, t: number): number {
    const { jump, random } = this
    if (record === 'none') return Number.NaN
    if (record === 'event') return t
    if (record === 'live') return this.now + random.below(SECOND)
    if (record === 'backfill') return this.now + 500 * DAY
    const near = [-HOUR - 1, -HOUR, -HOUR + 1, -1, 0, 1, jump, jump + 1, jump - 1, 30 * DAY]
    return this.of([Number.NaN, -1, ...near.map(distance => t + distance)])
  }

  private of<T>(values: readonly T[]): T {
    return values[this.random.below(values.length)]!
  }
}

/** The clock that takes its frames by rows, some at a time. */
class RowsClock {
  readonly clock: PartitionClock
  private readonly frames: (Frame & { readonly offset: number; readonly verdict: string })[] = []

  constructor(options: ClockOptions) {
    this.clock = new PartitionClock(options)
  }

  take(frame: Frame, offset: number, verdict: string): void {
    const [last] = this.frames.slice(-1)
    // Columns say for all of their rows who stamped the records.
    if (this.frames.length === 300 || (last && last.logAppend !== frame.logAppend)) this.settle()
    this.frames.push({ ...frame, offset, verdict })
  }

  settle(): void {
    const { clock, frames } = this
    const rows = {
      time: Float64Array.from(frames, ({ t }) => t),
      recordTime: Float64Array.from(frames, ({ r }) => r),
      h1lo: Uint32Array.from(frames, ({ key }) => key),
      verdict: new Uint8Array(frames.length)
    }
    const told: string[] = []
    while (told.length < frames.length) {
      const next = clock.observeRows(rows, true, told.length, frames.length)
      while (told.length < next) told.push('believed')
      const frame = frames[next]
      if (frame === undefined) break
      const { t, r, logAppend, key, offset } = frame
      told.push(verdicts[clock.observe(t, r, logAppend, key, offset)]!)
    }
    assert.deepEqual(
      told,
      frames.map(({ verdict }) => verdict)
    )
    frames.length = 0
  }
}

/** Both clocks side by side; `look` says after which frames the clocks themselves are compared. */
class Twins {
  fast: PartitionClock
  readonly oracle: ClockOracle
  offset: number
  private reached = Number.NEGATIVE_INFINITY
  private readonly options: ClockOptions & { waitMs: number }
  private readonly byRows: RowsClock

  constructor(jump: number, offset: number, waitMs = WAIT) {
    this.options = { waitMs, maxJumpMs: jump, maxAheadMs: HOUR }
    this.fast = new PartitionClock(this.options)
    this.byRows = new RowsClock(this.options)
    this.oracle = new ClockOracle(waitMs, jump, HOUR)
    this.offset = offset
  }

  observe({ t, r, logAppend, key }: Frame): void {
    const before = (this.oracle.newest ?? 0) - this.options.waitMs
    const verdict = verdicts[this.fast.observe(t, r, logAppend, key, this.offset)]
    const expected = this.oracle.observe(t, r, logAppend, key, this.offset)
    assert.equal(verdict, expected)
    this.byRows.take({ t, r, logAppend, key }, this.offset, expected)
    if (expected === 'late') assert.equal(this.fast.watermarkBefore, before)
    this.sameDecisions()
  }

  end(): void {
    this.byRows.settle()
    assert.equal(this.byRows.clock.newest, this.oracle.newest ?? Number.NEGATIVE_INFINITY)
    this.fast.end()
    this.oracle.end()
    this.sameDecisions()
  }

  sameClock(): void {
    const newest = this.oracle.newest ?? Number.NEGATIVE_INFINITY
    assert.equal(this.fast.newest, newest)
    assert.equal(this.fast.watermark, newest - this.options.waitMs)
    assert.ok(newest >= this.reached, 'the clock never goes back')
    this.reached = newest
    const offsets = this.oracle.suspended.map(({ offset }) => offset)
    assert.deepEqual(this.fast.suspendedOffsets(), offsets)
    assert.ok(offsets.length <= 64)
  }

  handOver(): void {
    const bytes = this.fast.serialize(this.offset + 1)
    assert.ok(bytes.length <= 1_536)
    this.fast = new PartitionClock(this.options)
    this.fast.restore(bytes, this.offset + 1)
    assert.deepEqual(this.fast.serialize(this.offset + 1), bytes)
  }

  private sameDecisions(): void {
    const { decided, decidedOffset, decidedBelieved } = this.fast
    const { decisions } = this.oracle
    assert.equal(decided, decisions.length)
    for (let i = 0; i < decided; i++) {
      assert.equal(decidedOffset[i], decisions[i]!.offset)
      assert.equal(decidedBelieved[i] === 1, decisions[i]!.believed)
    }
  }
}

function run(seed: number): void {
  const random = new Random(seed)
  const jump = [HOUR, HOUR, 60 * SECOND, 3 * DAY][random.below(4)]!
  const lookShare = [0, 0.02, 0.5, 1][random.below(4)]!
  const handOverShare = [0, 0, 0.01, 0.3][random.below(4)]!
  const gap = [1, 3, 2 ** 38][random.below(3)]!
  const stream = new HostileStream(random, jump)
  const twins = new Twins(jump, random.below(1_000))
  let newest = Number.NEGATIVE_INFINITY
  for (let stretches = 1 + random.below(8); stretches > 0; stretches--) {
    const stretch = stream.stretch()
    for (let i = 0; i < stretch.frames; i++) {
      twins.observe(stream.frame(stretch, newest))
      newest = twins.oracle.newest ?? newest
      if (random.real() < lookShare) twins.sameClock()
      if (random.real() < handOverShare) twins.handOver()
      twins.offset += 1 + random.below(gap)
    }
  }
  twins.sameClock()
  twins.end()
  twins.sameClock()
}

/**
 * Long calm stretches that are seldom looked at, in which the fast clock puts its work off: times that
 * go up unevenly, a few devices ahead, a rare key, now and then a record that vouches or a wild frame.
 */
function runCalm(seed: number): void {
  const random = new Random(seed)
  const of = <T>(values: readonly T[]): T => values[random.below(values.length)]!
  const jump = of([30 * SECOND, HOUR, 3 * DAY])
  const wait = of([0, 20, WAIT, 2 * HOUR, 4 * DAY])
  const twins = new Twins(jump, 0, wait)
  const keys = of([1, 2, 3, 4, 6, 16, 1_000])
  let now = 1.4e12
  for (let stretches = 1 + random.below(4); stretches > 0; stretches--) {
    const step = of([0.02, 0.3, 1, 40])
    const jitter = of([0, 2, 30, 2 * wait, WAIT])
    const rareKey = of([0, 0.01, 0.03])
    const ahead = of([0, 0, 0.01, 0.1])
    const vouched = of([0, 0, 0.01, 0.5])
    const wild = of([0, 0, 0.001])
    const back = of([0, 0, 30, 500])
    now += of([0, 0, -back, 10 * SECOND, jump])
    for (let i = random.below(1_500); i >= 0; i--) {
      now += step
      let t = Math.floor(now) - random.below(jitter + 1)
      if (random.real() < ahead) t += random.below(Math.min(jump, 20 * MINUTE))
      if (random.real() < wild) t += of([jump + 50, DAY, DAY + jump, 400 * DAY])
      const r = random.real() < vouched ? t + of([0, 0, 5, jump, jump + 1]) : Number.NaN
      const key = random.real() < rareKey ? 1e6 + random.below(2) : random.below(keys)
      twins.observe({ t, r, logAppend: false, key })
      twins.offset++
      if (random.real() < 0.002) twins.sameClock()
    }
    if (random.real() < 0.3) twins.handOver()
    twins.sameClock()
  }
}

test('work that is put off over calm stretches gives the same in the end', () => {
  for (let seed = 1; seed <= SEQUENCES; seed++) {
    try {
      runCalm(seed)
    } catch (error) {
      throw new Error(`calm sequence with seed ${seed}`, { cause: error })
    }
  }
})

/** A few frames within some ms of each other: every order of times around the clock and the wait. */
function runTiny(seed: number): void {
  const random = new Random(seed)
  const of = <T>(values: readonly T[]): T => values[random.below(values.length)]!
  const wait = of([0, 3, 10, 2 * DAY])
  const jump = of([8, 60, HOUR])
  const twins = new Twins(jump, 0, wait)
  const keys = of([2, 3, 5, 16, 1_000])
  const range = of([4, 12, 30])
  const trend = of([0, 0.1, 1])
  const wild = of([0, 0.02])
  const vouched = of([0, 0, 0.05])
  for (let i = 0; i < 100; i++) {
    let t = Math.floor(i * trend) + random.below(range)
    if (random.real() < wild) t += of([jump, DAY - 5, DAY, DAY + 10])
    const r = random.real() < vouched ? t : Number.NaN
    twins.observe({ t, r, logAppend: false, key: random.below(random.below(8) === 0 ? 9 : keys) })
    twins.offset++
  }
  twins.sameClock()
}

test('a hundred frames at the borders of the clock give the same, in any order', () => {
  for (let seed = 1; seed <= 10 * SEQUENCES; seed++) {
    try {
      runTiny(seed)
    } catch (error) {
      throw new Error(`tiny sequence with seed ${seed}`, { cause: error })
    }
  }
})

test('the fast clock gives the verdicts, decisions and times of the plain one, over any hand-over', () => {
  for (let seed = 1; seed <= SEQUENCES; seed++) {
    try {
      run(seed)
    } catch (error) {
      throw new Error(`clock sequence with seed ${seed}`, { cause: error })
    }
  }
})

test('when the clock is looked at changes no verdict: live equals replay', () => {
  for (let seed = 1; seed <= SEQUENCES / 10; seed++) {
    const random = new Random(seed)
    const stream = new HostileStream(random, HOUR)
    const live = new PartitionClock({ waitMs: WAIT })
    const replay = new PartitionClock({ waitMs: WAIT })
    const stretch = stream.stretch()
    for (let i = 0; i < 500; i++) {
      const { t, r, logAppend, key } = stream.frame(stretch, live.newest)
      const verdict = live.observe(t, r, logAppend, key, i)
      assert.equal(replay.observe(t, r, logAppend, key, i), verdict, `seed ${seed}, frame ${i}`)
    }
    assert.equal(replay.newest, live.newest)
  }
})
