import { hashedRows, hashRows } from '../core/murmur3-columns.ts'
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

const KEYS = 8_192
const KEY_BYTES = 512 * 1_024

/** The hash kernel in plain TypeScript: the readable twin, and what runs where WASM does not. */
export class PlainHashKernel implements HashKernel {
  readonly kind = 'plain'
  readonly keys: KeyColumn = {
    bytes: new Uint8Array(KEY_BYTES),
    offsets: new Uint32Array(KEYS + 1)
  }

  hashKeys(keys: KeyColumn, count: number, columns: HashColumns): void {
    checkKeys(keys, count)
    checkRows(columns, count)
    for (let from = 0, to = 0; from < count; from = to) {
      to = hashRows(keys.bytes, keys.offsets, from, count)
      const rows = to - from
      columns.h1lo.set(hashedRows.h1lo.subarray(0, rows), from)
      columns.h1hi.set(hashedRows.h1hi.subarray(0, rows), from)
      columns.h2lo.set(hashedRows.h2lo.subarray(0, rows), from)
      columns.h2hi.set(hashedRows.h2hi.subarray(0, rows), from)
    }
  }

  addKeys(sketch: Sketch, keys: KeyColumn, count: number): void {
    checkKeys(keys, count)
    for (let from = 0, to = 0; from < count; from = to) {
      to = hashRows(keys.bytes, keys.offsets, from, count)
      sketch.addColumns(hashedRows, 0, to - from)
    }
  }

  raiseRegisters(values: Uint8Array, keys: KeyColumn, count: number): boolean {
    checkKeys(keys, count)
    checkRegisters(values)
    let grown = false
    for (let from = 0, to = 0; from < count; from = to) {
      to = hashRows(keys.bytes, keys.offsets, from, count)
      if (raise(values, to - from)) grown = true
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
}

function raise(values: Uint8Array, rows: number): boolean {
  const { h1lo, h2lo, h2hi } = hashedRows
  const last = values.length - 1
  let grown = false
  for (let row = 0; row < rows; row++) {
    const value = registerValueOf(h2lo[row]!, h2hi[row]!)
    const slot = h1lo[row]! & last
    if (value <= values[slot]!) continue
    values[slot] = value
    grown = true
  }
  return grown
}
