import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '../../src/core/random.ts'
import type { ResultRecord } from '../../src/result/result-record.ts'
import { resultKey } from '../../src/result/result-record.ts'
import { countSettings } from '../../src/runtime/count.ts'
import { type DriverOptions, PipelineTestDriver } from '../../src/testing/pipeline-test-driver.ts'
import type { WindowPlan } from '../../src/window/plan.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const STEP = 40 * MINUTE
const START = Date.UTC(2026, 2, 27, 9, 17)
const COUNTRIES = ['CH', 'DE', 'FR']
const PARTITIONS = 2
const COMMON = {
  key: 'uid',
  by: ['country'],
  total: true,
  zone: 'Europe/Zurich',
  sketch: 'exact',
  partitions: PARTITIONS,
  tasks: 2,
  // No frame shall wait for neighbours.
  maxJump: '1d',
  provisional: 'never'
} as const

interface Frame {
  readonly ts: number
  readonly uid: string
  readonly country: string
}

type Act =
  | { readonly kind: 'pipe'; readonly partition: number; readonly frames: readonly Frame[] }
  | { readonly kind: 'commit' | 'restart' | 'add' }

/** Steps of 40 minutes, frames up to three hours late, everything handed over at random moments. */
function history(random: Random, days: number, addAt: number): Act[] {
  const acts: Act[] = []
  const steps = days * 36
  for (let step = 0; step < steps; step++) {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const frames: Frame[] = []
      for (let i = random.below(8); i >= 0; i--) {
        const late = random.below(8) === 0 ? random.below(3 * HOUR) : random.below(5 * MINUTE)
        frames.push({
          ts: START + step * STEP + random.below(STEP) - late,
          uid: `u${random.below(40)}`,
          country: COUNTRIES[random.below(COUNTRIES.length)]!
        })
      }
      acts.push({ kind: 'pipe', partition, frames })
    }
    if (step === Math.floor(steps * addAt)) acts.push({ kind: 'add' })
    else if (random.below(3) === 0) acts.push({ kind: 'commit' })
    if (random.below(25) === 0) acts.push({ kind: 'restart' })
  }
  return acts
}

interface Played {
  readonly driver: PipelineTestDriver
  /** W2 when the sizes were added. */
  readonly addedAt: number
}

function play(acts: readonly Act[], options: DriverOptions, more: readonly string[]): Played {
  const driver = new PipelineTestDriver(options)
  let addedAt = Number.NaN
  for (const act of acts) {
    if (act.kind === 'pipe') {
      driver.pipe(act.frames, act.partition)
      driver.flush(act.partition)
      continue
    }
    driver.commit()
    if (act.kind === 'restart') driver.restart()
    if (act.kind === 'add') {
      addedAt = driver.watermark
      if (more.length > 0) driver.restartWith([...options.windows, ...more])
      else driver.restart()
    }
  }
  driver.end()
  return { driver, addedAt }
}

/** Users and frames of each window by result key, and the start of the window. */
function truth(acts: readonly Act[], plan: WindowPlan): Map<string, TrueWindow> {
  const windows = new Map<string, TrueWindow>()
  for (const act of acts) {
    if (act.kind !== 'pipe') continue
    for (const { ts, uid, country } of act.frames) {
      for (const { name, grid } of plan.asked) {
        for (let start = grid.firstHolding(ts); start <= ts; start = grid.after(start)) {
          for (const group of [JSON.stringify([country]), 'null']) {
            const key = resultKey({ window: name, start: isoOf(start) }, group)
            let window = windows.get(key)
            if (!window) {
              window = { size: name, start, users: new Set(), frames: 0 }
              windows.set(key, window)
            }
            window.users.add(uid)
            window.frames++
          }
        }
      }
    }
  }
  return windows
}

interface TrueWindow {
  readonly size: string
  readonly start: number
  readonly users: Set<string>
  frames: number
}

function isoOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -5)}Z`
}

function latest(driver: PipelineTestDriver): Map<string, ResultRecord> {
  return new Map(
    driver.latest.sorted().map(record => {
      const group = record.group === null ? 'null' : JSON.stringify(Object.values(record.group))
      return [resultKey(record, group), record]
    })
  )
}

interface Case {
  readonly begun: readonly string[]
  readonly more: readonly string[]
  readonly keep: Readonly<Record<string, string>>
  /** How far back of the moment they were added windows have to be there, by size, when in progress then. */
  readonly wholeMs: number
}

const CASES: readonly Case[] = [
  { begun: ['1m'], more: ['5m', '6h', '1d'], keep: { '1m': '7h' }, wholeMs: 7 * HOUR },
  { begun: ['1m', '1h'], more: ['30m/10m', '12h/1h', '1d', '1w'], keep: {}, wholeMs: 2 * DAY },
  { begun: ['1d'], more: ['1h', '1m'], keep: {}, wholeMs: HOUR },
  { begun: ['1h', '1w'], more: ['1d', '3d/1d', '15m'], keep: {}, wholeMs: HOUR },
  { begun: ['5m', '6h'], more: ['1mo', '1m'], keep: { '5m': '8h' }, wholeMs: 6 * HOUR }
]

for (const [seed, { begun, more, keep, wholeMs }] of CASES.entries()) {
  test(`an app of ${begun.join()} to which ${more.join()} are added: every window that is said is whole, the others are as ever`, () => {
    const acts = history(new Random(seed), 3, 0.5 + 0.1 * seed)
    const options = { ...COMMON, windows: begun, keep }
    const { driver, addedAt } = play(acts, options, more)
    assert.deepEqual(driver.rejects, [])
    const without = latest(play(acts, options, []).driver)
    const { plan } = countSettings({ ...options, windows: [...begun, ...more] })
    const windows = truth(acts, plan)
    const found = latest(driver)
    const about = (key: string): string => `seed ${seed}: ${key}`
    for (const [key, { uniques, frames, status }] of found) {
      const expected = windows.get(key)
      assert.deepEqual([uniques, frames], [expected?.users.size, expected?.frames], about(key))
      assert.notEqual(status, 'provisional', about(key))
    }
    for (const [key, { uniques, frames, status }] of without) {
      const now = found.get(key)
      assert.deepEqual([now?.uniques, now?.frames, now?.status], [uniques, frames, status])
    }
    let added = 0
    for (const [key, { size, start }] of windows) {
      const level = plan.asked.find(({ name }) => name === size)!
      const isBegun = begun.includes(size)
      const inProgress = level.grid.endOf(start) > addedAt && start >= addedAt - wholeMs
      if (isBegun || start >= addedAt || inProgress) assert.ok(found.has(key), about(key))
      if (!isBegun && found.has(key)) added++
    }
    assert.ok(added > 0)
  })
}
