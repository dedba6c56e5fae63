import { ADDRESS_BITS, REGISTER_MAX, registerValueOf } from './coupon.ts'

const LANES = 4
const TOP_BITS = 0x8080_8080

/**
 * 2^precision registers of one byte each, on the same memory as words of four. The histogram is counted
 * when somebody asks, and kept until a register changes.
 */
export class RegisterArray {
  readonly precision: number
  readonly values: Uint8Array
  private readonly words: Int32Array
  private readonly mask: number
  private readonly lanes = new Int32Array(LANES * (REGISTER_MAX + 1))
  private counted = false

  constructor(precision: number) {
    this.precision = precision
    this.values = new Uint8Array(2 ** precision)
    this.words = new Int32Array(this.values.buffer)
    this.mask = this.values.length - 1
  }

  get memoryBytes(): number {
    return this.values.byteLength + this.lanes.byteLength
  }

  add(h1lo: number, h2lo: number, h2hi: number): void {
    this.raise(h1lo & this.mask, registerValueOf(h2lo, h2hi))
  }

  addCoupon(coupon: number): void {
    this.raise(coupon & this.mask, coupon >>> ADDRESS_BITS)
  }

  /**
   * Takes the larger of each pair of registers; a source of higher precision is folded on the way,
   * since its slots that agree in their low bits share one slot here.
   *
   * Four registers at a time. Values stay below 128, so the subtraction never borrows from the next byte,
   * and the top bit of a byte of `larger` says that theirs is the larger one; `larger − (larger >>> 7)`
   * makes a mask of it. Readable twin: `ours[slot & mask] = max(ours[slot & mask], theirs[slot])`.
   */
  merge(source: RegisterArray): void {
    const ours = this.words
    const theirs = source.words
    const last = ours.length - 1
    for (let i = 0; i < theirs.length; i++) {
      const left = ours[i & last]!
      const right = theirs[i]!
      const larger = ~((left | TOP_BITS) - right) & TOP_BITS
      if (larger === 0) continue
      ours[i & last] = left ^ ((left ^ right) & (larger - (larger >>> 7)))
      this.counted = false
    }
  }

  /** How many registers hold each value 0 … 63. Valid until the next change. */
  histogram(): Int32Array {
    if (!this.counted) this.count()
    return this.lanes.subarray(0, REGISTER_MAX + 1)
  }

  clear(): void {
    this.values.fill(0)
    this.counted = false
  }

  private raise(slot: number, value: number): void {
    if (value <= this.values[slot]!) return
    this.values[slot] = value
    this.counted = false
  }

  /** One lane for each byte of a word: neighbours often hold equal values, and would wait for each other. */
  private count(): void {
    const { words, lanes } = this
    lanes.fill(0)
    for (let i = 0; i < words.length; i++) {
      const word = words[i]!
      lanes[word & 63]!++
      lanes[64 + ((word >>> 8) & 63)]!++
      lanes[128 + ((word >>> 16) & 63)]!++
      lanes[192 + (word >>> 24)]!++
    }
    for (let k = 0; k <= REGISTER_MAX; k++) {
      lanes[k]! += lanes[64 + k]! + lanes[128 + k]! + lanes[192 + k]!
    }
    this.counted = true
  }
}
