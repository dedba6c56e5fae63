import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SqliteCache } from '../../src/host/sqlite-cache.ts'
import { MemoryCache } from '../../src/merge/memory-cache.ts'
import type { StateCache } from '../../src/port/state-cache.ts'
import { createHashKernel, createSketch } from '../../src/sketch/index.ts'
import { KeyBatches, keysIn } from '../key-batches.ts'
import { Stopwatch } from '../stopwatch.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const HEADER = new Uint8Array(40).fill(7)
const WORK = ['put', 'get', 'purge', 'commit'] as const
const kernel = createHashKernel()

interface Load {
  readonly groups: number
  readonly usersAMinute: number
  readonly usersAnHour: number
  readonly minutes: number
  readonly keepMinutes: number
}

/** The state of stage 2 over a window that slides: put, united by the hour, purged. */
export function cache(minutes: number): void {
  const load = { groups: 50, usersAMinute: 500, usersAnHour: 6_000, minutes, keepMinutes: 1_440 }
  console.log(`\nstate cache, ${minutes} minutes of 50 groups × 500 users, a day of them kept`)
  slideOverFile('sqlite', load)
  const many = Math.ceil(minutes / 48)
  console.log(`\nstate cache, ${many} minutes of 10,000 groups × 100 users, an hour of them kept`)
  const wide = { groups: 10_000, usersAMinute: 100, usersAnHour: 100, keepMinutes: 60 }
  slideOverFile('sqlite', { ...wide, minutes: many })
  slide('memory', new MemoryCache(), { ...wide, minutes: Math.ceil(many / 4) })
}

function slideOverFile(name: string, load: Load): void {
  const folder = mkdtempSync(join(tmpdir(), 'headcount-bench-'))
  const held = new SqliteCache({ folder, task: 'bench' })
  try {
    const path = join(folder, readdirSync(folder)[0]!)
    slide(name, held, load, () => statSync(path).size)
  } finally {
    held.close()
    rmSync(folder, { recursive: true })
  }
}

function slide(name: string, held: StateCache, load: Load, size = () => held.bytes): void {
  const minutes = envelopes(load.usersAMinute)
  const hours = envelopes(load.usersAnHour)
  const groups = Array.from({ length: load.groups }, (_, index) => `["group ${index}"]`)
  const watches = Object.fromEntries(WORK.map(work => [work, new Stopwatch()]))
  const done = Object.fromEntries(WORK.map(work => [work, 0]))
  const time = (work: (typeof WORK)[number], count: number, act: () => void): void => {
    done[work]! += count
    watches[work]!.time(act)
  }
  const put = (level: number, start: number, from: readonly Uint8Array[]): void => {
    for (const [index, group] of groups.entries()) {
      held.put(level, start, group, -1, HEADER)
      held.put(level, start, group, 0, from[(start / MINUTE + index) % from.length]!)
    }
  }
  const sizes: number[] = []
  const started = process.cpuUsage()
  for (let minute = 0; minute < load.minutes; minute++) {
    const start = minute * MINUTE
    time('put', groups.length * 2, () => put(0, start, minutes))
    if (minute % 60 === 59) {
      const hour = start + MINUTE - HOUR
      time('get', groups.length * 60, () => {
        for (let child = hour; child <= start; child += MINUTE) {
          for (const group of groups) assert.ok(held.get(0, child, group, 0))
        }
      })
      time('put', groups.length * 2, () => put(1, hour, hours))
    }
    for (const level of [0, 1]) {
      const old = held.before(level, start - load.keepMinutes * MINUTE, 100_000)
      time('purge', old.length, () => {
        for (const row of old) held.delete(level, row.start, row.group, row.part)
      })
    }
    time('commit', 1, () => held.commit())
    if ((minute + 1) % Math.ceil(load.minutes / 6) === 0) sizes.push(size())
  }
  const figures = WORK.filter(work => done[work]! > 0).map(
    work => `${work} ${(watches[work]!.nanosecondsPer(done[work]!) / 1_000).toFixed(1)} µs`
  )
  const { user, system } = process.cpuUsage(started)
  const cpu = ((user + system) / 1e6).toFixed(1)
  const grown = sizes.map(bytes => (bytes / 1e6).toFixed(0)).join(', ')
  const resident = (process.memoryUsage.rss() / 1e6).toFixed(0)
  console.log(`  ${name}: ${figures.join(', ')}; ${cpu} CPU-s; ${grown} MB; process ${resident} MB`)
}

/** Real envelopes: what a window of so many users is stored as. */
function envelopes(users: number): Uint8Array[] {
  return Array.from({ length: 16 }, (_, seed) => {
    const sketch = createSketch('adaptive', 14)
    for (const batch of new KeyBatches(users, seed).batches) {
      kernel.addKeys(sketch, batch, keysIn(batch))
    }
    return sketch.serialize()
  })
}
