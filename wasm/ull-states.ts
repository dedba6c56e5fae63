import { H1_LOW, H2_HIGH, H2_LOW } from './columns.ts'
import { REGISTERS_AT } from './memory-layout.ts'

/** The largest value of a coupon is 63: 62 leading zeros or more. */
const ZEROS_MAX: u64 = 62

/**
 * Takes the hashes in rows [from, to) of the columns into 2^precision UltraLogLog registers; how many
 * times one changed. `last` is 2^precision − 1. Readable twin: `UllRegisters.add`.
 *
 * A state k·4 + (k − 1 came)·2 + (k − 2 came) is opened into a word with bit v for each value v that came,
 * where the new value is one more bit, and closed again: no branch depends on the hash. Bit 0 means
 * nothing, since the value 0 does not exist.
 */
export function raiseStates(last: u32, from: u32, to: u32): u32 {
  const end = (<usize>to) << 2
  let changed: u32 = 0
  for (let row = (<usize>from) << 2; row < end; row += 4) {
    const h2 = ((<u64>load<u32>(row, H2_HIGH)) << 32) | load<u32>(row, H2_LOW)
    const value = min<u64>(clz<u64>(h2), ZEROS_MAX) + 1
    const slot = <usize>(load<u32>(row, H1_LOW) & last)
    const before = <u64>load<u8>(slot, REGISTERS_AT)
    const came = (rotl<u64>(4 | (before & 3), (before >> 2) - 2) & ~1) | ((<u64>1) << value)
    const largest = 63 - clz<u64>(came)
    const after = (largest << 2) | (rotr<u64>(came, largest - 2) & 3)
    store<u8>(slot, <u8>after, REGISTERS_AT)
    changed += <u32>(after != before)
  }
  return changed
}
