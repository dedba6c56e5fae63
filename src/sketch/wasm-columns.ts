import type { HashColumns } from './sketch.ts'
import { COLUMNS_AT, KEYS_MAX, OTHERS_AT, REGISTERS_AT } from './wasm-memory.ts'

/** With more registers than this for each row, their way into WASM memory and back costs what it saves. */
const REGISTERS_A_ROW_MAX = 64

/** What the module exports: the files of `wasm/`. */
export interface HashExports {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly hash: (offsetsAt: number, bytesAt: number, count: number) => void
  readonly raise: (last: number, from: number, to: number) => number
  readonly merge: (last: number, count: number) => number
  readonly raiseStates: (last: number, from: number, to: number) => number
  readonly listBelow: (thetaHigh: number, from: number, to: number) => number
}

/** The kernel's columns, seen through views of its memory and valid until its next call. */
export class WasmColumns implements HashColumns {
  readonly h1lo: Uint32Array
  readonly h1hi: Uint32Array
  readonly h2lo: Uint32Array
  readonly h2hi: Uint32Array
  /** Rows that `listBelow` found. */
  readonly listed: Uint32Array
  private readonly exports: HashExports
  private readonly memory: Uint8Array
  /** Views of the registers by their number, a power of two. */
  private readonly windows: (Uint8Array | undefined)[] = new Array(33).fill(undefined)

  constructor(exports: HashExports) {
    const { buffer } = exports.memory
    const column = (index: number): Uint32Array =>
      new Uint32Array(buffer, COLUMNS_AT + index * KEYS_MAX * 4, KEYS_MAX)
    this.h1lo = column(0)
    this.h1hi = column(1)
    this.h2lo = column(2)
    this.h2hi = column(3)
    this.listed = new Uint32Array(buffer, OTHERS_AT, KEYS_MAX)
    this.exports = exports
    this.memory = new Uint8Array(buffer)
  }

  /** True when so many rows are worth copying the registers. */
  paysFor(registers: Uint8Array, rows: number): boolean {
    return rows * REGISTERS_A_ROW_MAX >= registers.length
  }

  /**
   * Raises 2^precision registers by rows [from, to). True when one of them grew. They are copied into
   * WASM memory and back: 0.1 ns a key at precision 14 and full columns, and any number of sketches
   * can take turns. Readable twin: `PlainHashKernel.raiseRegisters`.
   */
  raise(values: Uint8Array, from: number, to: number): boolean {
    this.memory.set(values, REGISTERS_AT)
    return this.exports.raise(values.length - 1, from, to) !== 0 && this.bringBack(values)
  }

  /** `raise` for registers of UltraLogLog. Readable twin: `UllRegisters.add`. */
  raiseStates(states: Uint8Array, from: number, to: number): boolean {
    this.memory.set(states, REGISTERS_AT)
    return this.exports.raiseStates(states.length - 1, from, to) !== 0 && this.bringBack(states)
  }

  /** Writes the rows of [from, to) with h1hi >>> 1 ≤ thetaHigh into `listed`; how many they are. */
  listBelow(thetaHigh: number, from: number, to: number): number {
    return this.exports.listBelow(thetaHigh, from, to)
  }

  /** The first `count` registers in WASM memory. */
  registers(count: number): Uint8Array {
    const exponent = Math.clz32(count)
    this.windows[exponent] ??= this.memory.subarray(REGISTERS_AT, REGISTERS_AT + count)
    return this.windows[exponent]
  }

  private bringBack(registers: Uint8Array): true {
    registers.set(this.registers(registers.length))
    return true
  }
}
