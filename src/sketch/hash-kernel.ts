import { failure } from '../core/errors.ts'
import { isPrecision } from './precision.ts'
import type { HashColumns, Sketch } from './sketch.ts'

/** Keys back to back: key i is `bytes[offsets[i], offsets[i + 1])`. */
export interface KeyColumn {
  readonly bytes: Uint8Array
  readonly offsets: Uint32Array
}

export type HashKernelKind = 'wasm' | 'plain'

/**
 * Hashes whole columns of keys (MurmurHash3_x64_128, seed 9001), for any number of keys of any length.
 * Offsets that descend or leave the bytes are refused before anything is written or added. Keys lie in
 * the kernel's own column whole, or outside of it.
 */
export interface HashKernel {
  readonly kind: HashKernelKind
  /** A column of its own. Keys that are written in here are not copied again. */
  readonly keys: KeyColumn
  /** The hashes of keys 0 … count − 1, into the same rows of `columns`. @throws key-column */
  hashKeys(keys: KeyColumn, count: number, columns: HashColumns): void
  /** Adds the hashes of keys 0 … count − 1 to a sketch. @throws key-column */
  addKeys(sketch: Sketch, keys: KeyColumn, count: number): void
  /**
   * Raises the registers of an hll, one byte each, 2^4 … 2^18 of them, by keys 0 … count − 1. True when
   * one of them grew. @throws key-column
   */
  raiseRegisters(values: Uint8Array, keys: KeyColumn, count: number): boolean
  /**
   * Raises registers to the larger of each pair. There may be more of the others, from a higher
   * precision: they are folded, since those that agree in their low bits share one here. True when one
   * grew. @throws key-column
   */
  mergeRegisters(values: Uint8Array, others: Uint8Array): boolean
}

/** @throws key-column unless there are `count` keys in order within the bytes. */
export function checkKeys({ bytes, offsets }: KeyColumn, count: number): void {
  if (!Number.isInteger(count) || count < 0) {
    throw failure('key-column', { problem: `there cannot be ${count} keys` })
  }
  if (offsets.length <= count) {
    const problem = `${count} keys need ${count + 1} offsets, not ${offsets.length}`
    throw failure('key-column', { problem })
  }
  let before = 0
  for (let i = 0; i <= count; i++) {
    const offset = offsets[i]!
    if (offset < before) {
      throw failure('key-column', { problem: `offset ${i} is ${offset}, after ${before}` })
    }
    before = offset
  }
  if (before > bytes.length) {
    const problem = `offset ${count} is ${before}, the keys have ${bytes.length} bytes`
    throw failure('key-column', { problem })
  }
}

/** @throws key-column unless there are 2^precision registers. */
export function checkRegisters(values: Uint8Array): void {
  const { length } = values
  if ((length & (length - 1)) === 0 && isPrecision(31 - Math.clz32(length))) return
  throw failure('key-column', {
    problem: `${values.length} registers are no power of two, 16 … 2^18`
  })
}

/** @throws key-column unless the others are registers, too, and not fewer. */
export function checkOthers(values: Uint8Array, others: Uint8Array): void {
  checkRegisters(values)
  checkRegisters(others)
  if (others.length >= values.length) return
  const problem = `${others.length} registers cannot be merged into ${values.length}`
  throw failure('key-column', { problem })
}

/** @throws key-column when columns of hashes are shorter than `count`. */
export function checkRows({ h1lo, h1hi, h2lo, h2hi }: HashColumns, count: number): void {
  const rows = Math.min(h1lo.length, h1hi.length, h2lo.length, h2hi.length)
  if (rows >= count) return
  throw failure('key-column', { problem: `${count} hashes do not fit in ${rows} rows` })
}
