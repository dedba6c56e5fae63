import { H1_LOW, H2_HIGH, H2_LOW } from './columns.ts'
import { OTHERS_AT, REGISTERS_AT } from './memory-layout.ts'

/** The largest value of a register is 63: 62 leading zeros or more. */
const ZEROS_MAX: u64 = 62

/**
 * Raises 2^precision registers by the hashes in rows [from, to) of the columns; how many times one grew.
 * `last` is 2^precision − 1. Readable twin: `PlainHashKernel.raiseRegisters`.
 */
export function raise(last: u32, from: u32, to: u32): u32 {
  const end = (<usize>to) << 2
  let grown: u32 = 0
  for (let row = (<usize>from) << 2; row < end; row += 4) {
    const h2 = ((<u64>load<u32>(row, H2_HIGH)) << 32) | load<u32>(row, H2_LOW)
    const value = <u32>min<u64>(clz<u64>(h2), ZEROS_MAX) + 1
    const slot = <usize>(load<u32>(row, H1_LOW) & last)
    if (value > <u32>load<u8>(slot, REGISTERS_AT)) {
      store<u8>(slot, value, REGISTERS_AT)
      grown++
    }
  }
  return grown
}

/**
 * Takes the larger of each pair of registers, 16 at a time. `last` is 2^precision − 1 of ours; there are
 * `count` others, as many or more: those that agree in their low bits share one of ours. 0 when none grew.
 * Readable twin: `PlainHashKernel.mergeRegisters`.
 */
export function merge(last: u32, count: u32): u32 {
  let grown = i64x2.splat(0)
  for (let slot: u32 = 0; slot < count; slot += 16) {
    const at = <usize>(slot & last)
    const ours = v128.load(at, REGISTERS_AT)
    const larger = v128.max<u8>(ours, v128.load(<usize>slot, OTHERS_AT))
    v128.store(at, larger, REGISTERS_AT)
    grown = v128.or(grown, v128.xor(ours, larger))
  }
  return <u32>v128.any_true(grown)
}
