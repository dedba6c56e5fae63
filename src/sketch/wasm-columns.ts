import type { HashColumns } from './sketch.ts'
import { COLUMNS_AT, KEYS_MAX, REGISTERS_AT } from './wasm-memory.ts'

/** What the module exports: `wasm/murmur3.ts` and `wasm/registers.ts`. */
export interface HashExports {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly hash: (offsetsAt: number, bytesAt: number, count: number) => void
  readonly raise: (last: number, from: number, to: number) => number
  readonly merge: (last: number, count: number) => number
}

/** The kernel's columns, seen through views of its memory and valid until its next call. */
export class WasmColumns implements HashColumns {
  readonly h1lo: Uint32Array
  readonly h1hi: Uint32Array
  readonly h2lo: Uint32Array
  readonly h2hi: Uint32Array
  private readonly exports: HashExports
  private readonly memory: Uint8Array

  constructor(exports: HashExports) {
    const { buffer } = exports.memory
    const column = (index: number): Uint32Array =>
      new Uint32Array(buffer, COLUMNS_AT + index * KEYS_MAX * 4, KEYS_MAX)
    this.h1lo = column(0)
    this.h1hi = column(1)
    this.h2lo = column(2)
    this.h2hi = column(3)
    this.exports = exports
    this.memory = new Uint8Array(buffer)
  }

  /**
   * Raises 2^precision registers by rows [from, to). True when one of them grew. They are copied into
   * WASM memory and back: 0.1 ns a key at precision 14 and full columns, and any number of sketches
   * can take turns. Readable twin: `PlainHashKernel.raiseRegisters`.
   */
  raise(values: Uint8Array, from: number, to: number): boolean {
    this.memory.set(values, REGISTERS_AT)
    if (this.exports.raise(values.length - 1, from, to) === 0) return false
    values.set(this.memory.subarray(REGISTERS_AT, REGISTERS_AT + values.length))
    return true
  }
}
