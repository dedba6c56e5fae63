import type { ByteReader } from '../core/bytes.ts'
import { ADDRESS_BITS, REGISTER_MAX } from './coupon.ts'
import {
  EXCEPTION,
  exceptionsOf,
  exceptionTableLgArr,
  putExceptions,
  raise
} from './datasketches-exceptions.ts'
import {
  type HllBits,
  type OpenHllPreamble,
  REGISTERS,
  startHll
} from './datasketches-hll-preamble.ts'
import { readWords } from './datasketches-words.ts'
import { RegisterArray } from './register-array.ts'
import { estimateOfRegisters } from './register-state.ts'

/*
 * The mode registers of a DataSketches HLL sketch (docs/formats/datasketches.md), after the preamble:
 *
 *      8       16     24     32          36           40
 *     ┌───────┬──────┬──────┬───────────┬────────────┬───────────┬────────────┐
 *     │  HIP  │ kxq0 │ kxq1 │ at curMin │ exceptions │ registers │ exceptions │
 *     │  f64  │ f64  │ f64  │    u32    │    u32     │           │   u32 …    │
 *     └───────┴──────┴──────┴───────────┴────────────┴───────────┴────────────┘
 *
 * kxq0 is Σ 2^−value over the registers with values below 32, kxq1 over the others; `at curMin` counts the
 * registers whose value is curMin, which is 0 except in HLL_4. The registers:
 *
 *     HLL_8   a byte each
 *     HLL_6   6 bits each, lowest bits first, and one byte more
 *     HLL_4   4 bits each, even slots in the low half: value − curMin, or 15 for an exception
 */
const FLAG_OUT_OF_ORDER = 16
const HIGH_VALUES = 32

/** @throws format-damaged */
export function readHllRegisters(reader: ByteReader, preamble: OpenHllPreamble): RegisterArray {
  const { lgK, precision, bits, detail: curMin, isCompact } = preamble
  reader.raw(3 * 8 + 4)
  const exceptions = reader.u32()
  if (bits !== 4 && exceptions > 0) throw reader.damaged(`it counts ${exceptions} exceptions`)
  const packed = reader.raw(packedBytes(lgK, bits))
  const values = unpack(packed, new Uint8Array(2 ** lgK), bits)
  if (bits === 4) {
    raise(reader, values, curMin)
    putExceptions(reader, values, curMin, readWords(reader, exceptions, isCompact))
  }
  const registers = new RegisterArray(precision)
  let nonEmpty = 0
  for (let slot = 0; slot < values.length; slot++) {
    const value = values[slot]!
    if (value > REGISTER_MAX) throw reader.damaged(`a register is ${value}`)
    if (value === 0) continue
    nonEmpty++
    registers.addCoupon((value << ADDRESS_BITS) | slot)
  }
  if (nonEmpty === 0) throw reader.damaged('all its registers are empty')
  return registers
}

export function writeHllRegisters(registers: RegisterArray, bits: HllBits): Uint8Array {
  const { precision: lgK, values } = registers
  const histogram = registers.histogram()
  const curMin = bits === 4 ? histogram.findIndex(count => count > 0) : 0
  const exceptions = bits === 4 ? exceptionsOf(values, curMin) : new Uint32Array()
  const preamble = {
    lgK,
    mode: REGISTERS,
    bits,
    lgArr: exceptionTableLgArr(exceptions.length, lgK),
    flags: FLAG_OUT_OF_ORDER,
    detail: curMin
  }
  const writer = startHll(preamble).f64(estimateOfRegisters(registers, 0.95).value)
  writer.f64(inverseSum(histogram, 0, HIGH_VALUES))
  writer.f64(inverseSum(histogram, HIGH_VALUES, REGISTER_MAX + 1))
  writer.u32(histogram[curMin]!).u32(exceptions.length)
  writer.raw(pack(values, new Uint8Array(packedBytes(lgK, bits)), bits, curMin))
  for (const exception of exceptions) writer.u32(exception)
  return writer.finish()
}

function packedBytes(lgK: number, bits: HllBits): number {
  return (2 ** lgK / 8) * bits + Number(bits === 6)
}

/** Σ 2^−value. Exact: its terms are powers of two that fit in 53 bits, whatever the order. */
function inverseSum(histogram: Int32Array, from: number, to: number): number {
  let sum = 0
  for (let value = from; value < to; value++) sum += histogram[value]! * 2 ** -value
  return sum
}

/** Fills `values` with what is stored for each slot. */
function unpack(packed: Uint8Array, values: Uint8Array, bits: HllBits): Uint8Array {
  const mask = (1 << bits) - 1
  if (bits === 8) values.set(packed)
  for (let slot = 0; slot < values.length && bits !== 8; slot++) {
    const bit = slot * bits
    const at = bit >>> 3
    // Six bits may reach into the next byte; the byte after the last ones is there for that.
    const word = packed[at]! | (bits === 6 ? packed[at + 1]! << 8 : 0)
    values[slot] = (word >>> (bit & 7)) & mask
  }
  return values
}

/** The reverse of `unpack`, into zeroed bytes. */
function pack(values: Uint8Array, packed: Uint8Array, bits: HllBits, curMin: number): Uint8Array {
  for (let slot = 0; slot < values.length; slot++) {
    const bit = slot * bits
    const at = bit >>> 3
    const stored = bits === 4 ? Math.min(values[slot]! - curMin, EXCEPTION) : values[slot]!
    const word = stored << (bit & 7)
    packed[at]! |= word
    if (bits === 6) packed[at + 1]! |= word >>> 8
  }
  return packed
}
