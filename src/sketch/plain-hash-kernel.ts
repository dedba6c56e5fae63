import { HASH_SEED, murmur3x64128 } from '../core/murmur3.ts'
import { registerValueOf } from './coupon.ts'
import {
  checkKeys,
  checkOthers,
  checkRegisters,
  checkRows,
  type HashKernel,
  type KeyColumn
} from './hash-kernel.ts'
import type { HashColumns, Sketch } from './sketch.ts'

/** Hashes at a time on their way into a sketch: they stay in the nearest cache. */
const ROWS = 512
const KEYS = 8_192
const KEY_BYTES = 512 * 1_024

/** The hash kernel in plain TypeScript: the readable twin, and what runs where WASM does not. */
export class PlainHashKernel implements HashKernel {
  readonly kind = 'plain'
  readonly keys: KeyColumn = {
    bytes: new Uint8Array(KEY_BYTES),
    offsets: new Uint32Array(KEYS + 1)
  }
  private readonly columns: HashColumns = {
    h1lo: new Uint32Array(ROWS),
    h1hi: new Uint32Array(ROWS),
    h2lo: new Uint32Array(ROWS),
    h2hi: new Uint32Array(ROWS)
  }
  private readonly hash = new Uint32Array(4)

  hashKeys(keys: KeyColumn, count: number, columns: HashColumns): void {
    checkKeys(keys, count)
    checkRows(columns, count)
    this.fill(keys, 0, count, columns)
  }

  addKeys(sketch: Sketch, keys: KeyColumn, count: number): void {
    checkKeys(keys, count)
    for (let from = 0; from < count; from += ROWS) {
      const to = Math.min(from + ROWS, count)
      this.fill(keys, from, to, this.columns)
      sketch.addColumns(this.columns, 0, to - from)
    }
  }

  raiseRegisters(values: Uint8Array, keys: KeyColumn, count: number): boolean {
    checkKeys(keys, count)
    checkRegisters(values)
    const { h1lo, h2lo, h2hi } = this.columns
    const last = values.length - 1
    let grown = false
    for (let from = 0; from < count; from += ROWS) {
      const to = Math.min(from + ROWS, count)
      this.fill(keys, from, to, this.columns)
      for (let row = 0; row < to - from; row++) {
        const value = registerValueOf(h2lo[row]!, h2hi[row]!)
        const slot = h1lo[row]! & last
        if (value <= values[slot]!) continue
        values[slot] = value
        grown = true
      }
    }
    return grown
  }

  mergeRegisters(values: Uint8Array, others: Uint8Array): boolean {
    checkOthers(values, others)
    const last = values.length - 1
    let grown = false
    for (let slot = 0; slot < others.length; slot++) {
      const value = others[slot]!
      if (value <= values[slot & last]!) continue
      values[slot & last] = value
      grown = true
    }
    return grown
  }

  /** The hashes of keys [from, to), into the rows from 0. */
  private fill(
    { bytes, offsets }: KeyColumn,
    from: number,
    to: number,
    { h1lo, h1hi, h2lo, h2hi }: HashColumns
  ): void {
    const { hash } = this
    for (let key = from, row = 0; key < to; key++, row++) {
      murmur3x64128(bytes, offsets[key]!, offsets[key + 1]!, HASH_SEED, hash)
      h1lo[row] = hash[0]!
      h1hi[row] = hash[1]!
      h2lo[row] = hash[2]!
      h2hi[row] = hash[3]!
    }
  }
}
