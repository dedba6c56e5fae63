import { HASH_SEED, murmur3x64128 } from '../../src/core/murmur3.ts'
import type { HashColumns } from '../../src/sketch/sketch.ts'

/** The hashes of the integers from … to − 1, each as eight little-endian bytes, as DataSketches does it. */
export function integerHashes(to: number, from = 0): HashColumns {
  const columns = {
    h1lo: new Uint32Array(to - from),
    h1hi: new Uint32Array(to - from),
    h2lo: new Uint32Array(to - from),
    h2hi: new Uint32Array(to - from)
  }
  const bytes = new Uint8Array(8)
  const view = new DataView(bytes.buffer)
  const out = new Uint32Array(4)
  for (let i = 0; i < to - from; i++) {
    view.setUint32(0, from + i, true)
    murmur3x64128(bytes, 0, 8, HASH_SEED, out)
    columns.h1lo[i] = out[0]!
    columns.h1hi[i] = out[1]!
    columns.h2lo[i] = out[2]!
    columns.h2hi[i] = out[3]!
  }
  return columns
}
