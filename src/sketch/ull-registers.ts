import { ADDRESS_BITS, registerValueOf } from './coupon.ts'
import type { HashColumns } from './sketch.ts'
import { stateOf, ULL_STATES, unite } from './ull-register.ts'
import { WasmColumns } from './wasm-columns.ts'

const LANES = 4

/** `unite` for all pairs of states: 64 KiB, built when the first registers are. */
let unions: Uint8Array | undefined

/**
 * 2^precision UltraLogLog registers of one byte each, on the same memory as words of four. The histogram
 * is counted when somebody asks, and kept until a register changes.
 */
export class UllRegisters {
  readonly precision: number
  readonly states: Uint8Array
  private readonly words: Int32Array
  private readonly mask: number
  private readonly unions: Uint8Array
  private readonly lanes = new Int32Array(LANES * ULL_STATES)
  private counted = false

  constructor(precision: number) {
    this.precision = precision
    this.states = new Uint8Array(2 ** precision)
    this.words = new Int32Array(this.states.buffer)
    this.mask = this.states.length - 1
    this.unions = unions ??= unionTable()
  }

  get memoryBytes(): number {
    return this.states.byteLength + this.lanes.byteLength
  }

  add(h1lo: number, h2lo: number, h2hi: number): void {
    this.take(h1lo & this.mask, registerValueOf(h2lo, h2hi))
  }

  addCoupon(coupon: number): void {
    this.take(coupon & this.mask, coupon >>> ADDRESS_BITS)
  }

  /** Adds coupons from row `from` on; a 0 among them is none. */
  addCoupons(coupons: Int32Array, from: number, to: number): void {
    for (let i = from; i < to; i++) if (coupons[i] !== 0) this.addCoupon(coupons[i]!)
  }

  addColumns(columns: HashColumns, from: number, to: number): void {
    if (columns instanceof WasmColumns && columns.paysFor(this.states, to - from)) {
      if (columns.raiseStates(this.states, from, to)) this.counted = false
      return
    }
    const { h1lo, h2lo, h2hi } = columns
    for (let i = from; i < to; i++) {
      this.take(h1lo[i]! & this.mask, registerValueOf(h2lo[i]!, h2hi[i]!))
    }
  }

  /**
   * Unites each pair of registers; a source of higher precision is folded on the way, since its slots
   * that agree in their low bits share one slot here.
   * Readable twin: `ours[slot & mask] = unite(ours[slot & mask], theirs[slot])`.
   */
  merge(source: UllRegisters): void {
    const { words: ours, unions } = this
    const theirs = source.words
    const last = ours.length - 1
    for (let i = 0; i < theirs.length; i++) {
      const left = ours[i & last]!
      const right = theirs[i]!
      if (left === right || right === 0) continue
      ours[i & last] =
        unions[((left & 255) << 8) | (right & 255)]! |
        (unions[(left & 0xff00) | ((right >>> 8) & 255)]! << 8) |
        (unions[((left >>> 8) & 0xff00) | ((right >>> 16) & 255)]! << 16) |
        (unions[((left >>> 16) & 0xff00) | (right >>> 24)]! << 24)
    }
    this.counted = false
  }

  /** How many registers are in each state 0 … 255. Valid until the next change. */
  histogram(): Int32Array {
    if (!this.counted) this.count()
    return this.lanes.subarray(0, ULL_STATES)
  }

  clear(): void {
    this.states.fill(0)
    this.counted = false
  }

  private take(slot: number, value: number): void {
    const before = this.states[slot]!
    const after = this.unions[(before << 8) | stateOf(value)]!
    if (after === before) return
    this.states[slot] = after
    this.counted = false
  }

  /** One lane for each byte of a word: neighbours often are in equal states, and would wait for each other. */
  private count(): void {
    const { words, lanes } = this
    lanes.fill(0)
    for (let i = 0; i < words.length; i++) {
      const word = words[i]!
      lanes[word & 255]!++
      lanes[ULL_STATES + ((word >>> 8) & 255)]!++
      lanes[2 * ULL_STATES + ((word >>> 16) & 255)]!++
      lanes[3 * ULL_STATES + (word >>> 24)]!++
    }
    for (let state = 0; state < ULL_STATES; state++) {
      lanes[state]! +=
        lanes[ULL_STATES + state]! + lanes[2 * ULL_STATES + state]! + lanes[3 * ULL_STATES + state]!
    }
    this.counted = true
  }
}

function unionTable(): Uint8Array {
  const table = new Uint8Array(ULL_STATES * ULL_STATES)
  for (let left = 0; left < ULL_STATES; left++) {
    for (let right = 0; right < ULL_STATES; right++) {
      table[(left << 8) | right] = unite(left, right)
    }
  }
  return table
}
