import { compileModule, createMemory, instantiate } from '../core/web-assembly.ts'
import { fingerprintTableBase64 } from './fingerprint-table-module.ts'
import type { HashColumns } from './sketch.ts'
import { FRESH_AT, TABLE_AT, TABLE_COLUMNS_AT, TABLE_ROWS_MAX } from './table-memory.ts'

/** What the module exports: `wasm/fingerprint-table.ts`. */
interface TableExports {
  readonly addRows: (...of: [count: number, ...table: TableNumbers]) => number
  readonly moveIn: (...of: [count: number, ...table: TableNumbers]) => void
}

type TableNumbers = [last: number, shift: number, salt: number, lowerSalt: number]

/** How a set spreads its fingerprints over the places. */
export interface Spread {
  readonly shift: number
  readonly salt: number
  readonly lowerSalt: number
}

const PAGE_BYTES = 65_536
/** Places that fit where the columns are. */
const MOVED_MAX = TABLE_ROWS_MAX * 2

let compiled: object | undefined

/**
 * The places of a large set, in a WASM memory of their own, and the kernel that adds columns of hashes to
 * them. Small sets do without: each memory takes a page and some hundred bytes, and GiBs of addresses.
 */
export class FingerprintTable {
  /** Pairs of coupon and lower word; `FingerprintSet.places`. */
  readonly places: Int32Array
  /** The lower words of the fingerprints that were new in the last `addRows`. */
  readonly fresh: Int32Array
  private readonly exports: TableExports
  private readonly columns: readonly Uint32Array[]
  private readonly staged: Int32Array
  private readonly last: number

  private constructor(words: number) {
    compiled ??= compileModule(fingerprintTableBase64)
    const bytes = words * 4
    const memory = createMemory((TABLE_AT + bytes) / PAGE_BYTES)
    const { buffer } = memory
    // The module is ours: its exports are what `wasm/` says.
    this.exports = instantiate(compiled, { env: { memory } }) as TableExports
    this.places = new Int32Array(buffer, TABLE_AT, words)
    this.fresh = new Int32Array(buffer, FRESH_AT, TABLE_ROWS_MAX)
    this.columns = [0, 1, 2, 3].map(
      index =>
        new Uint32Array(buffer, TABLE_COLUMNS_AT + index * TABLE_ROWS_MAX * 4, TABLE_ROWS_MAX)
    )
    this.staged = new Int32Array(buffer, TABLE_COLUMNS_AT, MOVED_MAX * 2)
    this.last = bytes - 1
  }

  /** A table of so many words, at least a page; undefined where there is no WASM, or no room for it. */
  static create(words: number): FingerprintTable | undefined {
    try {
      return new FingerprintTable(words)
    } catch {
      return undefined
    }
  }

  /** Adds rows [from, to), at most TABLE_ROWS_MAX; how many fingerprints were new. */
  addRows({ h1lo, h1hi, h2lo, h2hi }: HashColumns, from: number, to: number, of: Spread): number {
    const [toH1lo, toH1hi, toH2lo, toH2hi] = this.columns
    toH1lo!.set(h1lo.subarray(from, to))
    toH1hi!.set(h1hi.subarray(from, to))
    toH2lo!.set(h2lo.subarray(from, to))
    toH2hi!.set(h2hi.subarray(from, to))
    return this.exports.addRows(to - from, this.last, of.shift, of.salt, of.lowerSalt)
  }

  /** Moves in all of a smaller table, in which no fingerprint is twice. */
  moveIn(places: Int32Array, of: Spread): void {
    for (let from = 0; from < places.length; from += MOVED_MAX * 2) {
      const some = places.subarray(from, from + MOVED_MAX * 2)
      this.staged.set(some)
      this.exports.moveIn(some.length / 2, this.last, of.shift, of.salt, of.lowerSalt)
    }
  }
}
