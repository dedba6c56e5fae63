import { H1_HIGH, H1_LOW, H2_HIGH, H2_LOW } from './columns.ts'
import { hashKey } from './murmur3-key.ts'

/**
 * Hashes `count` keys into the columns. `offsetsAt` points at count + 1 words, `bytesAt` to where offset
 * 0 is or would be. The facade checked the offsets: they ascend and stay within the bytes.
 */
export function hash(offsetsAt: usize, bytesAt: usize, count: u32): void {
  const end = (<usize>count) << 2
  let at = bytesAt + load<u32>(offsetsAt)
  for (let row: usize = 0; row < end; row += 4) {
    const stop = bytesAt + load<u32>(offsetsAt + row, 4)
    hashKey(at, stop, row, H1_LOW, H1_HIGH, H2_LOW, H2_HIGH)
    at = stop
  }
}
