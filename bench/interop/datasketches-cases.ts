import { readDataSketchesHll, writeDataSketchesHll } from '../../src/sketch/datasketches-hll.ts'
import {
  readDataSketchesTheta,
  writeDataSketchesTheta
} from '../../src/sketch/datasketches-theta.ts'
import { createSketch, HASH_SEED, murmur3x64128 } from '../../src/sketch/index.ts'
import type { HashColumns, Sketch } from '../../src/sketch/sketch.ts'
import { ThetaSketch } from '../../src/sketch/theta-sketch.ts'

const KEYS = [0, 1, 7, 8, 1_535, 1_536, 1_537, 4_096, 4_097, 10_000, 100_000, 1_000_000]
const PRECISIONS = [12, 14]
const HLL_BITS = [4, 6, 8] as const
const THETA_FORMS = ['plain', 'compressed'] as const
/** Integers that only the other side has. */
const MORE_KEYS = 5_000

/** A sketch of ours of the integers 0 … keys − 1, for DataSketches to read and to unite with its own. */
export interface DataSketchesCase {
  readonly name: string
  readonly kind: 'hll' | 'theta'
  readonly precision: number
  readonly keys: number
  readonly bytes: Uint8Array
  readonly value: number
  /** Theirs has the integers from … to − 1. */
  readonly from: number
  readonly to: number
  /** The bytes of theirs, united with ours, as the one that `all` gives if they are equal. */
  readonly written: (union: Uint8Array) => Uint8Array
  readonly all: Uint8Array
}

export function dataSketchesCases(): DataSketchesCase[] {
  const hashes = integerHashes(Math.max(...KEYS) + MORE_KEYS + 1)
  return PRECISIONS.flatMap(precision =>
    KEYS.flatMap((keys, i) => {
      const from = keys >>> 1
      const to = keys + MORE_KEYS + (i % 2)
      const range = { precision, keys, from, to }
      const sketchTo = (kind: 'adaptive' | 'theta', end: number): Sketch => {
        const sketch = createSketch(kind, precision)
        sketch.addColumns(hashes, 0, end)
        return sketch
      }
      const adaptive = sketchTo('adaptive', keys)
      const everyHll = sketchTo('adaptive', to)
      const hll = HLL_BITS.map(bits => ({
        ...range,
        name: `hll${bits}-k${precision}-n${keys}`,
        kind: 'hll' as const,
        bytes: writeDataSketchesHll(adaptive, bits),
        value: adaptive.estimate(0.997).value,
        written: (union: Uint8Array) => writeDataSketchesHll(readDataSketchesHll(union), bits),
        all: writeDataSketchesHll(everyHll, bits)
      }))
      const theta = sketchTo('theta', keys) as ThetaSketch
      const everyTheta = sketchTo('theta', to)
      const thetas = THETA_FORMS.map(form => ({
        ...range,
        name: `theta-${form}-k${precision}-n${keys}`,
        kind: 'theta' as const,
        bytes: writeDataSketchesTheta(theta, form),
        value: theta.estimate(0.997).value,
        written: (union: Uint8Array) =>
          ThetaSketch.of(precision, readDataSketchesTheta(union).sample()).serialize(),
        all: everyTheta.serialize()
      }))
      return [...hll, ...thetas]
    })
  )
}

/** The integers 0 … count − 1 as DataSketches hashes its longs: eight little-endian bytes. */
function integerHashes(count: number): HashColumns {
  const columns = {
    h1lo: new Uint32Array(count),
    h1hi: new Uint32Array(count),
    h2lo: new Uint32Array(count),
    h2hi: new Uint32Array(count)
  }
  const bytes = new Uint8Array(8)
  const view = new DataView(bytes.buffer)
  const out = new Uint32Array(4)
  for (let key = 0; key < count; key++) {
    view.setUint32(0, key, true)
    murmur3x64128(bytes, 0, 8, HASH_SEED, out)
    columns.h1lo[key] = out[0]!
    columns.h1hi[key] = out[1]!
    columns.h2lo[key] = out[2]!
    columns.h2hi[key] = out[3]!
  }
  return columns
}
