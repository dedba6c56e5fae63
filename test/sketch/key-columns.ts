import { HASH_SEED, murmur3x64128 } from '../../src/core/murmur3.ts'
import { Random } from '../../src/core/random.ts'
import type { HashColumns, KeyColumn, Sketch } from '../../src/sketch/index.ts'

/** Random keys of these lengths, the first one `before` bytes from the start. */
export function keyColumn(lengths: readonly number[], before = 0): KeyColumn {
  const offsets = new Uint32Array(lengths.length + 1)
  offsets[0] = before
  for (let i = 0; i < lengths.length; i++) offsets[i + 1] = offsets[i]! + lengths[i]!
  const bytes = new Uint8Array(offsets[lengths.length]!)
  const random = new Random(lengths.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = random.uint32()
  return { bytes, offsets }
}

export function addOneByOne(sketch: Sketch, { bytes, offsets }: KeyColumn, count: number): void {
  const out = new Uint32Array(4)
  for (let i = 0; i < count; i++) {
    murmur3x64128(bytes, offsets[i]!, offsets[i + 1]!, HASH_SEED, out)
    sketch.add(out[0]!, out[1]!, out[2]!, out[3]!)
  }
}

/** Empty columns for the hashes of `count` keys. */
export function rowsOf(count: number): HashColumns {
  return {
    h1lo: new Uint32Array(count),
    h1hi: new Uint32Array(count),
    h2lo: new Uint32Array(count),
    h2hi: new Uint32Array(count)
  }
}
