import { HASH_SEED, murmur3x64128 } from '../core/murmur3.ts'
import { compileModule, instantiate } from '../core/web-assembly.ts'
import {
  checkKeys,
  checkOthers,
  checkRegisters,
  checkRows,
  type HashKernel,
  type KeyColumn
} from './hash-kernel.ts'
import { hashKernelBase64 } from './hash-kernel-module.ts'
import type { HashColumns, Sketch } from './sketch.ts'
import { type HashExports, WasmColumns } from './wasm-columns.ts'
import {
  BYTES_AT,
  BYTES_MAX,
  KEYS_MAX,
  OFFSETS_AT,
  OTHERS_AT,
  REGISTERS_AT
} from './wasm-memory.ts'

let compiled: object | undefined

/**
 * The hash kernel in WASM, with a memory of 1.25 MiB that never grows. Larger columns pass through in
 * pieces; a key that is longer than the memory has room for is hashed by the plain function.
 */
export class WasmHashKernel implements HashKernel {
  readonly kind = 'wasm'
  readonly keys: KeyColumn
  private readonly exports: HashExports
  private readonly columns: WasmColumns
  private readonly memory: Uint8Array
  private readonly longHash = new Uint32Array(4)

  /** Throws what WebAssembly throws where it is missing or forbidden. */
  constructor() {
    compiled ??= compileModule(hashKernelBase64)
    // The module is ours: its exports are what `wasm/` says.
    this.exports = instantiate(compiled) as HashExports
    const { buffer } = this.exports.memory
    this.keys = {
      bytes: new Uint8Array(buffer, BYTES_AT, BYTES_MAX),
      offsets: new Uint32Array(buffer, OFFSETS_AT, KEYS_MAX + 1)
    }
    this.columns = new WasmColumns(this.exports)
    this.memory = new Uint8Array(buffer)
  }

  hashKeys(keys: KeyColumn, count: number, columns: HashColumns): void {
    checkKeys(keys, count)
    checkRows(columns, count)
    const { h1lo, h1hi, h2lo, h2hi } = this.columns
    for (let from = 0, to = 0; from < count; from = to) {
      to = this.hashNext(keys, from, count)
      const rows = to - from
      columns.h1lo.set(h1lo.subarray(0, rows), from)
      columns.h1hi.set(h1hi.subarray(0, rows), from)
      columns.h2lo.set(h2lo.subarray(0, rows), from)
      columns.h2hi.set(h2hi.subarray(0, rows), from)
    }
  }

  addKeys(sketch: Sketch, keys: KeyColumn, count: number): void {
    checkKeys(keys, count)
    for (let from = 0, to = 0; from < count; from = to) {
      to = this.hashNext(keys, from, count)
      sketch.addColumns(this.columns, 0, to - from)
    }
  }

  raiseRegisters(values: Uint8Array, keys: KeyColumn, count: number): boolean {
    checkKeys(keys, count)
    checkRegisters(values)
    let grown = false
    for (let from = 0, to = 0; from < count; from = to) {
      to = this.hashNext(keys, from, count)
      if (this.columns.raise(values, 0, to - from)) grown = true
    }
    return grown
  }

  mergeRegisters(values: Uint8Array, others: Uint8Array): boolean {
    checkOthers(values, others)
    const { memory } = this
    memory.set(values, REGISTERS_AT)
    memory.set(others, OTHERS_AT)
    if (this.exports.merge(values.length - 1, others.length) === 0) return false
    values.set(this.columns.registers(values.length))
    return true
  }

  /** Hashes keys from `from` on, as many as fit, into the rows from 0; returns the first one left. */
  private hashNext(keys: KeyColumn, from: number, count: number): number {
    if (keys === this.keys) {
      this.exports.hash(OFFSETS_AT, BYTES_AT, count)
      return count
    }
    const { bytes, offsets } = keys
    const to = endOfBatch(offsets, from, count)
    if (to === from) {
      this.hashLong(bytes, offsets[from]!, offsets[from + 1]!)
      return from + 1
    }
    const start = offsets[from]!
    this.keys.bytes.set(bytes.subarray(start, offsets[to]!))
    this.keys.offsets.set(offsets.subarray(from, to + 1))
    this.exports.hash(OFFSETS_AT, BYTES_AT - start, to - from)
    return to
  }

  private hashLong(bytes: Uint8Array, start: number, end: number): void {
    const { h1lo, h1hi, h2lo, h2hi } = this.columns
    murmur3x64128(bytes, start, end, HASH_SEED, this.longHash)
    h1lo[0] = this.longHash[0]!
    h1hi[0] = this.longHash[1]!
    h2lo[0] = this.longHash[2]!
    h2hi[0] = this.longHash[3]!
  }
}

/** The last of the offsets that fit into the kernel's memory together with offset `from`. */
function endOfBatch(offsets: Uint32Array, from: number, count: number): number {
  const last = offsets[from]! + BYTES_MAX
  let fits = from
  let tooFar = Math.min(from + KEYS_MAX, count) + 1
  while (tooFar - fits > 1) {
    const middle = (fits + tooFar) >>> 1
    if (offsets[middle]! <= last) fits = middle
    else tooFar = middle
  }
  return fits
}
