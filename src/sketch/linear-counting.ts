import { failure } from '../core/errors.ts'
import { roundedEstimate } from './estimate-rounding.ts'
import { linearBounds, linearKeys } from './linear-estimator.ts'
import type { Confidence, Estimate, HashColumns } from './sketch.ts'

/** Within the 32 bits of the hash that choose one; 8 MiB. */
const BITS_MAX = 2 ** 26

/**
 * Linear counting over any number of bits, 1 … 2^26: a key sets the bit that the lowest word of h1 modulo
 * the bits points at. Good to a few keys per bit. When the last bit is set, at about bits·ln(bits) keys,
 * nothing more can be told: value and high are then the largest safe integer, and only low means something.
 */
export class LinearCounting {
  readonly bits: number
  /** Bit i is bit i mod 8 of byte i / 8. */
  readonly bytes: Uint8Array
  private readonly words: Int32Array
  /** Bits that are 1. */
  private ones = 0

  /** @throws RangeError when `bits` isn't a whole number from 1 to 2^26 */
  constructor(bits: number) {
    if (!Number.isInteger(bits) || bits < 1 || bits > BITS_MAX) {
      throw new RangeError(`${bits} is not a whole number of bits from 1 to ${BITS_MAX}`)
    }
    this.bits = bits
    this.words = new Int32Array(Math.ceil(bits / 32))
    this.bytes = new Uint8Array(this.words.buffer, 0, Math.ceil(bits / 8))
  }

  /** How many bits are 1: there are at least so many keys. */
  get count(): number {
    return this.ones
  }

  /** Adds a key by the lowest word of h1. */
  add(h1lo: number): void {
    this.set((h1lo >>> 0) % this.bits)
  }

  addColumns({ h1lo }: HashColumns, from: number, to: number): void {
    const { bits } = this
    if (isPower(bits)) {
      for (let i = from; i < to; i++) this.set(h1lo[i]! & (bits - 1))
    } else {
      for (let i = from; i < to; i++) this.set(h1lo[i]! % bits)
    }
  }

  /**
   * Union with another one of as many bits, or, when both numbers are powers of two from 8, of more:
   * bits that agree in their low address bits fold into one.
   * @throws sketch-mismatch
   */
  merge(source: LinearCounting): void {
    const { bits, bytes, words } = this
    if (bits === source.bits) {
      for (let i = 0; i < words.length; i++) words[i]! |= source.words[i]!
    } else if (isPower(bits) && isPower(source.bits) && bits < source.bits && bits >= 8) {
      for (let i = 0; i < source.bytes.length; i++) {
        bytes[i & (bytes.length - 1)]! |= source.bytes[i]!
      }
    } else {
      const [left, right] = [`${bits}-bit linear`, `${source.bits}-bit linear`]
      throw failure('sketch-mismatch', { left, right })
    }
    this.recount()
  }

  /** Takes over bits as they stand in `bytes`. */
  load(bytes: Uint8Array): void {
    this.bytes.set(bytes)
    this.recount()
  }

  /** The precision it states is the base-2 logarithm of the bits, rounded down. */
  estimate(confidence: Confidence): Estimate {
    const { bits, ones } = this
    const zeros = bits - ones
    const precision = 31 - Math.clz32(bits)
    return roundedEstimate(
      { method: 'linear', precision, confidence },
      linearKeys(zeros, bits),
      linearBounds(zeros, bits, confidence),
      ones
    )
  }

  clear(): void {
    this.words.fill(0)
    this.ones = 0
  }

  private set(bit: number): void {
    const at = bit >>> 3
    const before = this.bytes[at]!
    const after = before | (1 << (bit & 7))
    if (after === before) return
    this.bytes[at] = after
    this.ones++
  }

  private recount(): void {
    this.ones = 0
    for (let word of this.words) {
      word -= (word >>> 1) & 0x5555_5555
      word = (word & 0x3333_3333) + ((word >>> 2) & 0x3333_3333)
      this.ones += Math.imul((word + (word >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24
    }
  }
}

function isPower(bits: number): boolean {
  return (bits & (bits - 1)) === 0
}
