import { HASH_SEED, murmur3x64128 } from '../../src/core/murmur3.ts'
import { Random } from '../../src/core/random.ts'
import { createSketch } from '../../src/sketch/create.ts'
import { wrapSketch } from '../../src/sketch/envelope.ts'
import type { HashColumns, Sketch, SketchKind } from '../../src/sketch/sketch.ts'

/** `count` hashes of different keys: random bits, which is what a hash of keys is. */
export function randomHashes(count: number, seed: number): HashColumns {
  const random = new Random(seed)
  const columns = emptyColumns(count)
  for (const column of Object.values(columns)) {
    for (let i = 0; i < count; i++) column[i] = random.uint32()
  }
  return columns
}

/** The hashes of `user-0` … `user-<count − 1>`, for bytes that are frozen. */
export function userHashes(count: number): HashColumns {
  const columns = emptyColumns(count)
  const out = new Uint32Array(4)
  for (let i = 0; i < count; i++) {
    const key = Buffer.from(`user-${i}`)
    murmur3x64128(key, 0, key.length, HASH_SEED, out)
    columns.h1lo[i] = out[0]!
    columns.h1hi[i] = out[1]!
    columns.h2lo[i] = out[2]!
    columns.h2hi[i] = out[3]!
  }
  return columns
}

export function sketchOf(
  kind: SketchKind,
  precision: number,
  hashes: HashColumns,
  from = 0,
  to: number = hashes.h1lo.length
): Sketch {
  const sketch = createSketch(kind, precision)
  sketch.addColumns(hashes, from, to)
  return sketch
}

export function copyOf(sketch: Sketch): Sketch {
  return wrapSketch(sketch.serialize())
}

function emptyColumns(count: number): Record<keyof HashColumns, Uint32Array> {
  return {
    h1lo: new Uint32Array(count),
    h1hi: new Uint32Array(count),
    h2lo: new Uint32Array(count),
    h2hi: new Uint32Array(count)
  }
}
