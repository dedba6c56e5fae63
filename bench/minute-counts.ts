import assert from 'node:assert/strict'
import { COUNTED, type Columns } from '../src/extract/columns.ts'
import { createSketch, type Sketch } from '../src/sketch/index.ts'
import type { ExtractTruth } from './extract-input.ts'

const MINUTE_MS = 60_000

/** What was found: plain values, which a process can hand to another as JSON. */
export interface MinuteAnswer {
  readonly frames: number
  /** Over the times and keys of all rows; only of a pass that proves. */
  readonly checksum: string | undefined
  /** Minutes with their users, in order. */
  readonly minutes: readonly (readonly [minute: number, users: number])[]
}

/** Counts columns: a sketch a minute, and the sum over times and keys that proves all of them. */
export class MinuteCounts {
  private frames = 0
  private readonly sketches = new Map<number, Sketch>()
  private low = 0
  private high = 0
  private readonly isProved: boolean

  constructor(isProved: boolean) {
    this.isProved = isProved
  }

  take(columns: Columns): void {
    const { count, time } = columns
    if (this.isProved) this.prove(columns)
    this.frames += count
    for (let from = 0, to = 0; from < count; from = to) {
      const minute = Math.floor(time[from]! / MINUTE_MS)
      const end = (minute + 1) * MINUTE_MS
      to = from + 1
      while (to < count && time[to]! < end && time[to]! >= end - MINUTE_MS) to++
      let sketch = this.sketches.get(minute)
      if (sketch === undefined) {
        sketch = createSketch('hll', 14)
        this.sketches.set(minute, sketch)
      }
      sketch.addColumns(columns, from, to)
    }
  }

  /** Adds up what proves the columns; passes that do so are not timed. */
  private prove({ count, verdict, time, h1lo, h1hi, h2lo, h2hi }: Columns): void {
    for (let row = 0; row < count; row++) {
      assert.equal(verdict[row], COUNTED)
      this.low += (h1lo[row]! ^ h2lo[row]! ^ (time[row]! / 1_000)) >>> 0
      this.high = (this.high + ((h1hi[row]! ^ h2hi[row]!) >>> 0)) % 2 ** 32
      const carried = this.low >= 2 ** 32 ? 1 : 0
      this.low %= 2 ** 32
      this.high = (this.high + carried) % 2 ** 32
    }
  }

  answer(): MinuteAnswer {
    const checksum = String((BigInt(this.high) << 32n) | BigInt(this.low))
    const minutes = [...this.sketches]
      .map(([minute, sketch]) => [minute, sketch.estimate(0.997).value] as const)
      .sort(([left], [right]) => left - right)
    return { frames: this.frames, checksum: this.isProved ? checksum : undefined, minutes }
  }
}

/** Proves an answer of a pass that proves; `times` says how often it has seen the input. */
export function checkMinutes(answer: MinuteAnswer, truth: ExtractTruth, times = 1): void {
  assert.equal(answer.frames, truth.frames * times)
  assert.equal(answer.checksum, repeatedChecksum(truth, times))
  assert.deepEqual(new Set(answer.minutes.map(([minute]) => minute)), new Set(truth.minutes.keys()))
  for (const [minute, users] of answer.minutes) {
    const error = users / truth.minutes.get(minute)!.size - 1
    assert.ok(Math.abs(error) < 0.05, `minute ${minute}`)
  }
}

/** The checksum of an input that is seen so often. */
export function repeatedChecksum({ checksum }: ExtractTruth, times: number): string {
  return String(BigInt.asUintN(64, checksum * BigInt(times)))
}
