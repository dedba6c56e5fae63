import type { ByteReader } from '../core/bytes.ts'
import { ADDRESS_BITS, REGISTER_MAX } from './coupon.ts'

/*
 * HLL_4 keeps the difference of a register to curMin, the smallest of all. An exception is a register
 * that is 15 or more above it:
 *
 *      31      26 25                          0
 *     ┌──────────┬─────────────────────────────┐
 *     │  value   │            slot             │
 *     └──────────┴─────────────────────────────┘
 */

/** What the four bits of an exception say. */
export const EXCEPTION = 15
/** Stands for a register whose exception wasn't read yet. */
const MISSING = 255
/** The smallest table of exceptions has 2^lgArr places, by lgK from 4 on. */
const LG_ARR_MIN = [2, 2, 2, 3, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 10] as const
const LG_K_MIN = 4

/** Turns differences into values, but for the exceptions. @throws format-damaged */
export function raise(reader: ByteReader, values: Uint8Array, curMin: number): void {
  if (curMin > REGISTER_MAX) throw reader.damaged(`its curMin is ${curMin}`)
  for (let slot = 0; slot < values.length; slot++) {
    values[slot] = values[slot] === EXCEPTION ? MISSING : values[slot]! + curMin
  }
}

/** Fills in the exceptions: one for each register that says so. @throws format-damaged */
export function putExceptions(
  reader: ByteReader,
  values: Uint8Array,
  curMin: number,
  exceptions: Uint32Array
): void {
  for (const exception of exceptions) {
    const slot = exception & (2 ** ADDRESS_BITS - 1)
    const value = exception >>> ADDRESS_BITS
    if (values[slot] !== MISSING || value < curMin + EXCEPTION) {
      throw reader.damaged(`an exception raises register ${slot} to ${value}`)
    }
    values[slot] = value
  }
  if (values.includes(MISSING)) throw reader.damaged('an exception is missing')
}

/** The exceptions among all registers, by slot. */
export function exceptionsOf(values: Uint8Array, curMin: number): Uint32Array {
  const exceptions: number[] = []
  for (let slot = 0; slot < values.length; slot++) {
    const value = values[slot]!
    if (value - curMin >= EXCEPTION) exceptions.push((value << ADDRESS_BITS) | slot)
  }
  return Uint32Array.from(exceptions)
}

/** The size of DataSketches' table for so many exceptions: at most three quarters full. */
export function exceptionTableLgArr(count: number, lgK: number): number {
  if (count === 0) return 0
  let lgArr: number = LG_ARR_MIN[lgK - LG_K_MIN]!
  while (count * 4 > 2 ** lgArr * 3) lgArr++
  return lgArr
}
