import { failure } from './errors.ts'
import { cachedText } from './text-cache.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true })

/** Memory of writers that were closed, for those that follow. */
const kept: Uint8Array[] = []
const KEPT_MAX = 4
const KEPT_BYTES_MAX = 65_536
const NOTHING = new Uint8Array(0)

/** Little-endian writer that grows by doubling. Not for hot paths: formats only. */
export class ByteWriter {
  private bytes: Uint8Array
  private at = 0

  constructor(capacity = 256) {
    const last = kept.pop()
    this.bytes = last && last.length >= capacity ? last : new Uint8Array(capacity)
  }

  get length(): number {
    return this.at
  }

  u8(value: number): this {
    this.room(1)
    this.bytes[this.at++] = value
    return this
  }

  u32(value: number): this {
    this.room(4)
    const { bytes, at } = this
    bytes[at] = value
    bytes[at + 1] = value >>> 8
    bytes[at + 2] = value >>> 16
    bytes[at + 3] = value >>> 24
    this.at = at + 4
    return this
  }

  f64(value: number): this {
    this.room(8)
    viewOf(this.bytes).setFloat64(this.at, value, true)
    this.at += 8
    return this
  }

  /** Unsigned LEB128 up to 2^53 − 1. */
  varint(value: number): this {
    this.room(8)
    let rest = value
    while (rest > 127) {
      this.bytes[this.at++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    this.bytes[this.at++] = rest
    return this
  }

  /** Signed integers within ±(2^52 − 1), zigzag over `varint`. */
  signed(value: number): this {
    return this.varint(value < 0 ? -value * 2 - 1 : value * 2)
  }

  raw(source: Uint8Array): this {
    this.room(source.length)
    this.bytes.set(source, this.at)
    this.at += source.length
    return this
  }

  /** Length-prefixed bytes. */
  block(source: Uint8Array): this {
    return this.varint(source.length).raw(source)
  }

  /** Length-prefixed UTF-8. */
  text(value: string): this {
    return this.block(encoder.encode(value))
  }

  /** The bytes written so far, as a copy of exactly that size. */
  finish(): Uint8Array {
    return this.bytes.slice(0, this.at)
  }

  /** As `finish`, for the last time: the next writer gets this one's memory. */
  close(): Uint8Array {
    const written = this.finish()
    const { bytes } = this
    this.bytes = NOTHING
    this.at = 0
    if (kept.length < KEPT_MAX && bytes.length <= KEPT_BYTES_MAX) kept.push(bytes)
    return written
  }

  private room(size: number): void {
    if (this.at + size <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.at + size, 64))
    grown.set(this.bytes)
    this.bytes = grown
  }
}

/** Little-endian reader that never leaves its bounds: short or absurd input is `format-damaged`. */
export class ByteReader {
  private readonly bytes: Uint8Array
  private readonly format: string
  private at: number
  private readonly end: number

  constructor(bytes: Uint8Array, format: string, start = 0, end: number = bytes.length) {
    this.bytes = bytes
    this.format = format
    this.at = start
    this.end = end
  }

  get remaining(): number {
    return this.end - this.at
  }

  get position(): number {
    return this.at
  }

  u8(): number {
    this.need(1)
    return this.bytes[this.at++]!
  }

  u32(): number {
    this.need(4)
    const { bytes, at } = this
    this.at = at + 4
    return (
      (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
    )
  }

  f64(): number {
    this.need(8)
    this.at += 8
    return viewOf(this.bytes).getFloat64(this.at - 8, true)
  }

  varint(): number {
    let value = 0
    let scale = 1
    for (let i = 0; i < 8; i++) {
      const byte = this.u8()
      value += (byte & 127) * scale
      if (byte < 128) {
        if (!Number.isSafeInteger(value)) break
        return value
      }
      scale *= 128
    }
    throw this.damaged('a number is out of range')
  }

  signed(): number {
    const value = this.varint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  /** A view of the next `length` bytes: valid as long as the source is. */
  raw(length: number): Uint8Array {
    this.need(length)
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }

  block(): Uint8Array {
    return this.raw(this.varint())
  }

  text(): string {
    return decoder.decode(this.block())
  }

  /** A text that comes again and again. */
  name(): string {
    const length = this.varint()
    this.need(length)
    this.at += length
    return cachedText(this.bytes, this.at - length, this.at)
  }

  /** Declares the end: left-over bytes are damage. */
  finish(): void {
    if (this.at !== this.end) throw this.damaged(`${this.end - this.at} bytes too many`)
  }

  damaged(problem: string): Error {
    return failure('format-damaged', { format: this.format, problem })
  }

  private need(length: number): void {
    if (length > this.end - this.at) throw this.damaged('it ends too early')
  }
}

/** Made where a number needs it: most writers and readers live for one record and never do. */
function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}

export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/** Bytes of their own. The `slice` of a Buffer, which is a Uint8Array too, is a view of what may be reused. */
export function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}

/** Decodes UTF-8; invalid sequences become U+FFFD. */
export function text(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}
