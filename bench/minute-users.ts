import assert from 'node:assert/strict'
import {
  createHashKernel,
  createSketch,
  type HashColumns,
  type Sketch,
  type SketchKind
} from '../src/sketch/index.ts'

const KEYS_MAX = 8_192

/** Counts users per minute from the bytes of their ids, as headcount does: hashes of whole columns into sketches. */
export class MinuteUsers {
  private readonly kind: SketchKind
  private readonly kernel = createHashKernel()
  private readonly minutes = new Map<number, Sketch>()
  private minute = -1
  private count = 0

  constructor(kind: SketchKind) {
    this.kind = kind
  }

  /** One user, whose id is `bytes[start, end)`. Times ascend. */
  add(seconds: number, bytes: Uint8Array, start: number, end: number): void {
    const minute = Math.floor(seconds / 60)
    if (minute !== this.minute || this.count === KEYS_MAX) {
      this.finish()
      this.minute = minute
    }
    const { bytes: keys, offsets } = this.kernel.keys
    const from = offsets[this.count]!
    for (let at = start; at < end; at++) keys[from + at - start] = bytes[at]!
    offsets[++this.count] = from + end - start
  }

  /** Users [from, to) of a column, all of one minute. */
  addColumn(
    minute: number,
    bytes: Uint8Array,
    offsets: Uint32Array,
    from: number,
    to: number
  ): void {
    this.kernel.addKeys(
      this.sketch(minute),
      { bytes, offsets: offsets.subarray(from, to + 1) },
      to - from
    )
  }

  addHashes(minute: number, columns: HashColumns, from: number, to: number): void {
    this.sketch(minute).addColumns(columns, from, to)
  }

  /** What was added by itself reaches its sketch. */
  finish(): void {
    if (this.count > 0) {
      this.kernel.addKeys(this.sketch(this.minute), this.kernel.keys, this.count)
    }
    this.count = 0
  }

  /** Exact sets have the very numbers, sketches have them within their bounds. */
  check(truth: ReadonlyMap<number, number>): void {
    assert.deepEqual(new Set(this.minutes.keys()), new Set(truth.keys()))
    for (const [minute, sketch] of this.minutes) {
      const { value, low, high } = sketch.estimate(0.997)
      const users = truth.get(minute)!
      if (this.kind === 'exact') assert.equal(value, users)
      else assert.ok(low <= users * 1.05 && high >= users * 0.95, `minute ${minute}`)
    }
  }

  private sketch(minute: number): Sketch {
    let sketch = this.minutes.get(minute)
    if (sketch === undefined) {
      sketch = createSketch(this.kind, 14)
      this.minutes.set(minute, sketch)
    }
    return sketch
  }
}

/** Counts users per minute from strings, as everybody does: a Map of Sets. */
export class MinuteSets {
  private readonly minutes = new Map<number, Set<string>>()

  add(seconds: number, uid: string): void {
    const minute = Math.floor(seconds / 60)
    let users = this.minutes.get(minute)
    if (users === undefined) {
      users = new Set()
      this.minutes.set(minute, users)
    }
    users.add(uid)
  }

  check(truth: ReadonlyMap<number, number>): void {
    const found = [...this.minutes].map(([minute, users]) => [minute, users.size] as const)
    assert.deepEqual(new Map(found), truth)
  }
}
