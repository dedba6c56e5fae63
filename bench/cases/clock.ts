import assert from 'node:assert/strict'
import { Random } from '../../src/core/random.ts'
import { LATE, PartitionClock, SUSPENDED } from '../../src/window/partition-clock.ts'
// gate-ignore walls: the twin that is measured here is the oracle of the tests
import { ClockOracle } from '../../test/window/clock-oracle.ts'

const WAIT_MS = 5_000
/** Frames between two looks at the watermark, as a chunk of columns brings them. */
const CHUNK_FRAMES = 4_096
/** The twin is slow: it proves the answers on the first frames only. */
const TWIN_FRAMES = 50_000
const KEYS = [1, 3, 200, 100_000]

interface Shape {
  readonly name: string
  /** Frames carry the time of their record. */
  readonly live: boolean
  /** Frames come up to so many ms after their event. */
  readonly delayMs: number
}

const shapes: readonly Shape[] = [
  { name: 'file, in order', live: false, delayMs: 0 },
  { name: 'file, neighbours swapped', live: false, delayMs: 3 },
  { name: 'file, out of order by 5 s', live: false, delayMs: WAIT_MS },
  { name: 'live CreateTime, in order', live: true, delayMs: 0 },
  { name: 'live CreateTime, out of order by 5 s', live: true, delayMs: WAIT_MS }
]

interface ClockColumns {
  readonly time: Float64Array
  readonly recordTime: Float64Array
  readonly key: Uint32Array
}

/**
 * The clock alone over columns: CPU time per frame, best of the rounds. Beside it the least that a
 * clock can do, which is to keep the newest time, and the plain twin, which proves the verdicts.
 */
export function clock(frames: number, rounds: number): void {
  console.log(
    `\npartition's clock, ${frames} frames at one per ms (CPU ns per frame, best of ${rounds})`
  )
  const heads = [...KEYS.map(keys => `${keys} keys`), 'newest time', 'plain twin']
  console.log(`  ${'stream'.padEnd(38)}${heads.map(head => head.padStart(13)).join('')}`)
  for (const shape of shapes) {
    const cells = KEYS.map(keys => fastest(columnsOf(shape, frames, keys), rounds, scan))
    cells.push(fastest(columnsOf(shape, frames, 200), rounds, newestTime))
    cells.push(twin(columnsOf(shape, Math.min(frames, TWIN_FRAMES), 200)))
    console.log(`  ${shape.name.padEnd(38)}${cells.map(ns => ns.toFixed(1).padStart(13)).join('')}`)
  }
}

function columnsOf({ live, delayMs }: Shape, frames: number, keys: number): ClockColumns {
  const random = new Random(frames + keys)
  const time = new Float64Array(frames)
  const recordTime = new Float64Array(frames)
  const key = new Uint32Array(frames)
  const start = Date.UTC(2024, 0, 1)
  for (let i = 0; i < frames; i++) {
    time[i] = start + i - random.below(delayMs + 1)
    recordTime[i] = live ? start + i : Number.NaN
    key[i] = Math.imul(random.below(keys), 0x9e37_79b1) >>> 0
  }
  return { time, recordTime, key }
}

function fastest(
  columns: ClockColumns,
  rounds: number,
  work: (columns: ClockColumns) => unknown
): number {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    best = Math.min(best, cpuNanoseconds(() => work(columns)) / columns.time.length)
  }
  return best
}

/** Of this thread alone: neighbours on the machine weigh less than on the time of day. */
function cpuNanoseconds(work: () => void): number {
  const before = process.threadCpuUsage()
  work()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) * 1_000
}

function newestTime({ time, key }: ClockColumns): [number, number] {
  let newest = Number.NEGATIVE_INFINITY
  let late = 0
  for (let i = 0; i < time.length; i++) {
    if (time[i]! < newest - WAIT_MS) late += key[i]!
    if (time[i]! > newest) newest = time[i]!
  }
  return [newest, late]
}

/** Runs the clock as the combiner does; returns the late and the suspended frames, to be compared. */
function scan({ time, recordTime, key }: ClockColumns): [number, number, number] {
  const partition = new PartitionClock({ waitMs: WAIT_MS })
  let late = 0
  let suspended = 0
  for (let i = 0; i < time.length; i++) {
    const verdict = partition.observe(time[i]!, recordTime[i]!, false, key[i]!, i)
    if (verdict === LATE) late++
    else if (verdict === SUSPENDED) suspended++
    if (i % CHUNK_FRAMES === 0) partition.serialize(i + 1)
  }
  return [late, suspended, partition.newest]
}

function twin(columns: ClockColumns): number {
  const { time, recordTime, key } = columns
  let late = 0
  let suspended = 0
  const plain = new ClockOracle(WAIT_MS)
  const nanoseconds = cpuNanoseconds(() => {
    for (let i = 0; i < time.length; i++) {
      const verdict = plain.observe(time[i]!, recordTime[i]!, false, key[i]!, i)
      if (verdict === 'late') late++
      else if (verdict === 'suspended') suspended++
    }
  })
  assert.deepEqual([late, suspended, plain.newest], scan(columns))
  return nanoseconds / time.length
}
