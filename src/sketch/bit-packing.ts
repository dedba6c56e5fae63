/*
 * Numbers of a fixed width of bits, one after the other, highest bit first; the last byte is filled up
 * with zeros. Two numbers of 12 bits:
 *
 *      byte 0            byte 1            byte 2
 *     ┌─────────────────┬─────────────────┬─────────────────┐
 *     │ a11 …        a4 │ a3 … a0 b11… b8 │ b7 …         b0 │
 *     └─────────────────┴─────────────────┴─────────────────┘
 *
 * A number of up to 64 bits comes in two unsigned words.
 */
export function packedBytes(count: number, width: number): number {
  return Math.ceil((count * width) / 8)
}

/** How many bits a number takes; 0 takes none. */
export function widthOf(high: number, low: number): number {
  return high === 0 ? 32 - Math.clz32(low) : 64 - Math.clz32(high)
}

/** Packs numbers into bytes that have room for them. */
export class BitWriter {
  private readonly bytes: Uint8Array
  private at = 0
  /** The byte being filled, from its highest bit, and how many of its bits are free. */
  private partial = 0
  private room = 8

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  number(high: number, low: number, width: number): void {
    if (width > 32) this.word(high, width - 32)
    this.word(low, Math.min(width, 32))
  }

  /** Writes the last byte, filled up with zeros. */
  finish(): void {
    if (this.room < 8) this.bytes[this.at] = this.partial
  }

  private word(value: number, width: number): void {
    let { at, partial, room } = this
    let left = width
    while (left >= room) {
      left -= room
      this.bytes[at++] = partial | ((value >>> left) & ((1 << room) - 1))
      partial = 0
      room = 8
    }
    room -= left
    this.partial = partial | ((value & ((1 << left) - 1)) << room)
    this.room = room
    this.at = at
  }
}

/** Unpacks what `BitWriter` packed. The caller made sure that the bytes are there. */
export class BitReader {
  /** The words of the number read last. */
  high = 0
  low = 0
  private readonly bytes: Uint8Array
  private at = 0
  /** Lowest bits of the byte at `at` that weren't read yet. */
  private rest = 8

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  number(width: number): void {
    this.high = width > 32 ? this.word(width - 32) : 0
    this.low = this.word(Math.min(width, 32))
  }

  /** True when nothing but zeros fills up the last byte. */
  isFilledWithZeros(): boolean {
    return this.rest === 8 || (this.bytes[this.at]! & ((1 << this.rest) - 1)) === 0
  }

  private word(width: number): number {
    let { at, rest } = this
    let value = 0
    let left = width
    while (left >= rest) {
      left -= rest
      value = (value << rest) | (this.bytes[at++]! & ((1 << rest) - 1))
      rest = 8
    }
    if (left > 0) {
      rest -= left
      value = (value << left) | ((this.bytes[at]! >>> rest) & ((1 << left) - 1))
    }
    this.rest = rest
    this.at = at
    return value >>> 0
  }
}
