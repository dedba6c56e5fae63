import assert from 'node:assert/strict'
import {
  createHashKernel,
  createSketch,
  mergeSketches,
  type Sketch,
  wrapSketch
} from '../../src/sketch/index.ts'
import { KeyBatches, keysIn } from '../key-batches.ts'
import { Stopwatch } from '../stopwatch.ts'
import type { Target } from './sketch-targets.ts'

const PRECISION = 14
const PAIRS = 32
const KEYS = 20_000
const USERS = 1_000
/** So many that most of them run optimised. */
const LAPS = 500
const kernel = createHashKernel()

/** What a merger pays: merge and estimate of an hll at precision 14, and the bytes of a small minute. */
export function sketchSizes(): Target[] {
  const [lefts, rights] = [sketches(0), sketches(1)]
  const [merges, estimates]: [number[], number[]] = [[], []]
  for (let lap = 0; lap < LAPS; lap++) {
    const targets = lefts.map(left => wrapSketch(left.serialize()))
    const [merging, estimating] = [new Stopwatch(), new Stopwatch()]
    merging.time(() => {
      for (let i = 0; i < PAIRS; i++) mergeSketches(targets[i]!, rights[i]!)
    })
    const values = estimating.time(() => targets.map(target => target.estimate(0.95).value))
    for (const value of values) assert.ok(Math.abs(value / (2 * KEYS) - 1) < 0.05, `${value}`)
    merges.push(merging.nanosecondsPer(PAIRS) / 1_000)
    estimates.push(estimating.nanosecondsPer(PAIRS) / 1_000)
  }
  console.log(`\nhll at precision ${PRECISION}, ${PAIRS} pairs of ${KEYS} keys (best of ${LAPS})`)
  console.log(
    `  ${kernel.kind} kernel, merge of the registers alone: ${registerMerge().toFixed(2)} µs`
  )
  const minute = sketchOf('adaptive', new KeyBatches(USERS, 1)).serialize().length
  const name = `hll at 2^${PRECISION}`
  return [
    { name: `${name}, merge`, value: Math.min(...merges), unit: ' µs', bound: 3, sense: '≤' },
    {
      name: `${name}, estimate`,
      value: Math.min(...estimates),
      unit: ' µs',
      bound: 15,
      sense: '≤'
    },
    { name: `a minute of ${USERS} users`, value: minute, unit: ' B', bound: 4_100, sense: '≤' }
  ]
}

/** µs for the merge of two arrays of registers, as the kernel does it. */
function registerMerge(): number {
  const sides = [0, 1].map(side =>
    Array.from({ length: PAIRS }, (_, i) => {
      const registers = new Uint8Array(2 ** PRECISION)
      for (const batch of new KeyBatches(KEYS, side * PAIRS + i).batches) {
        kernel.raiseRegisters(registers, batch, keysIn(batch))
      }
      return registers
    })
  )
  const laps = Array.from({ length: LAPS }, () => {
    const targets = sides[0]!.map(registers => registers.slice())
    const watch = new Stopwatch()
    watch.time(() => {
      for (let i = 0; i < PAIRS; i++) kernel.mergeRegisters(targets[i]!, sides[1]![i]!)
    })
    return watch.nanosecondsPer(PAIRS) / 1_000
  })
  return Math.min(...laps)
}

function sketches(side: number): Sketch[] {
  return Array.from({ length: PAIRS }, (_, i) =>
    sketchOf('hll', new KeyBatches(KEYS, side * PAIRS + i))
  )
}

function sketchOf(kind: 'hll' | 'adaptive', keys: KeyBatches): Sketch {
  const sketch = createSketch(kind, PRECISION)
  for (const batch of keys.batches) kernel.addKeys(sketch, batch, keysIn(batch))
  return sketch
}
