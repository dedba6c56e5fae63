import { type ByteReader, ByteWriter } from '../core/bytes.ts'
import { FLAG_COMPACT, FLAG_EMPTY, openDataSketches } from './datasketches-preamble.ts'
import { isPrecision } from './precision.ts'

/*
 * An HLL sketch of Apache DataSketches (docs/formats/datasketches.md), little-endian:
 *
 *      0          1   2   3     4       5       6        7           8
 *     ┌──────────┬───┬───┬─────┬───────┬───────┬────────┬───────────┬─ …
 *     │ pre-ints │ 1 │ 7 │ lgK │ lgArr │ flags │ detail │ type mode │
 *     │    u8    │   │   │ u8  │  u8   │  u8   │   u8   │   2    2  │
 *     └──────────┴───┴───┴─────┴───────┴───────┴────────┴───────────┴─ …
 *
 *     mode          pre-ints   lgArr: 2^lgArr places for   detail
 *     0 list            2      coupons                     number of coupons
 *     1 set             3      coupons                     0
 *     2 registers      10      exceptions, 0 = none        curMin
 *
 * Type 0, 1, 2 is HLL_4, HLL_6, HLL_8: bits of a register, also those that a list will turn into. Lists
 * and tables are compact (flag 8), or whole with zeros for the places that are free.
 */
export const HLL_FORMAT = 'DataSketches HLL sketch'
const FAMILY = 7
const VERSION = 1
const LG_K_MIN = 4
const LG_K_MAX = 21

export const LIST = 0
export const SET = 1
export const REGISTERS = 2
const PRE_INTS = [2, 3, 10] as const

/** Bits of a register in HLL_4, HLL_6 and HLL_8. */
export type HllBits = 4 | 6 | 8

export interface HllPreamble {
  readonly lgK: number
  readonly mode: number
  readonly bits: HllBits
  readonly lgArr: number
  readonly flags: number
  readonly detail: number
}

/** What was read: `precision` is lgK, or the largest precision we have. */
export interface OpenHllPreamble extends HllPreamble {
  readonly precision: number
  readonly isEmpty: boolean
  readonly isCompact: boolean
}

/** The reader stands behind the preamble. @throws format-damaged, format-version */
export function openHll(source: Uint8Array): { preamble: OpenHllPreamble; reader: ByteReader } {
  const { bytes, flags, reader } = openDataSketches(source, HLL_FORMAT, FAMILY, [VERSION])
  const lgK = bytes[3]!
  const mode = bytes[7]! & 3
  const type = bytes[7]! >>> 2
  if (lgK < LG_K_MIN || lgK > LG_K_MAX) throw reader.damaged(`its lgK is ${lgK}`)
  if (type > 2) throw reader.damaged(`its type is ${type}`)
  if (bytes[0] !== PRE_INTS[mode]) throw reader.damaged(`its mode is ${mode}, of ${bytes[0]} words`)
  let precision = lgK
  while (!isPrecision(precision)) precision--
  const preamble = {
    lgK,
    precision,
    mode,
    bits: (4 + 2 * type) as HllBits,
    lgArr: bytes[4]!,
    flags,
    detail: bytes[6]!,
    isEmpty: (flags & FLAG_EMPTY) !== 0,
    isCompact: (flags & FLAG_COMPACT) !== 0
  }
  return { preamble, reader }
}

/** Starts a compact sketch; what belongs to its mode follows. */
export function startHll(preamble: HllPreamble): ByteWriter {
  const { lgK, mode, bits, lgArr, flags, detail } = preamble
  const writer = new ByteWriter().u8(PRE_INTS[mode]!).u8(VERSION).u8(FAMILY).u8(lgK).u8(lgArr)
  return writer
    .u8(flags | FLAG_COMPACT)
    .u8(detail)
    .u8(mode | ((bits - 4) << 1))
}
