import { ByteReader } from '../core/bytes.ts'
import { failure } from '../core/errors.ts'

/*
 * What every sketch of Apache DataSketches starts with (docs/formats/datasketches.md), little-endian:
 *
 *      0           1        2        3         4        5       6       7
 *     ┌───────────┬────────┬────────┬─────────┬────────┬───────┬───────────────┐
 *     │ pre-longs │ serVer │ family │ by kind │ by     │ flags │    by kind    │
 *     │ or -ints  │   u8   │   u8   │         │ kind   │  u8   │               │
 *     └───────────┴────────┴────────┴─────────┴────────┴───────┴───────────────┘
 */
const PREAMBLE_BYTES = 8

export const FLAG_EMPTY = 4
export const FLAG_COMPACT = 8

export interface DataSketchesPreamble {
  /** The first eight bytes. */
  readonly bytes: Uint8Array
  readonly words: number
  readonly version: number
  readonly flags: number
  /** Stands behind them. */
  readonly reader: ByteReader
}

/**
 * Reads the first eight bytes and makes sure that the rest is of this family.
 * @throws format-damaged, format-version
 */
export function openDataSketches(
  source: Uint8Array,
  format: string,
  family: number,
  versions: readonly number[]
): DataSketchesPreamble {
  const reader = new ByteReader(source, format)
  const bytes = reader.raw(PREAMBLE_BYTES)
  const version = bytes[1]!
  if (bytes[2] !== family) throw reader.damaged(`its family is ${bytes[2]}, not ${family}`)
  const known = Math.max(...versions)
  if (version > known) throw failure('format-version', { format, found: version, known })
  if (!versions.includes(version)) throw reader.damaged(`its version is ${version}`)
  return { bytes, words: bytes[0]!, version, flags: bytes[5]!, reader }
}
