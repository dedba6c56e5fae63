import { Buffer } from 'node:buffer'
import type { HeadcountError } from '../../core/errors.ts'
import { formatBytes } from '../../core/units.ts'
import { addressFailure, ourError } from './client-errors.ts'
import type { ReadInto } from './dial.ts'
import type { Slab } from './slab.ts'

// A response on the wire:
//
//   0        4                8
//   +--------+----------------+------------------------------+
//   | size   | correlation id | header tags (flexible), body |   big-endian
//   +--------+----------------+------------------------------+
//            |<-------------------- size ------------------->|
const SIZE_BYTES = 4
const HEADER_BYTES = 8

// The first four letters of an HTTP answer, and the first bytes of a TLS record, read as a size.
const HTTP = 0x48_54_54_50
const TLS_RECORD = /^1[4-7]03/

// Small, because it is copied; the reads behind it go to the slab.
const ASIDE_BYTES = 16_384

/** Who gets the responses and the trouble; the connection. */
export interface FrameTaker {
  readonly address: string
  /** True keeps the frame in place until `release`. */
  deliver(correlation: number, bytes: Buffer, start: number, end: number): boolean
  fail(error: HeadcountError): void
}

/** Cuts what a socket reads into responses, each contiguous in the slab. */
export class FrameReader {
  readonly onread: ReadInto
  private readonly slab: Slab
  private readonly taker: FrameTaker
  // slab[start, used) is what has not been handed over yet.
  private start = 0
  private used = 0
  private held = 0
  private readonly aside = Buffer.allocUnsafeSlow(ASIDE_BYTES)

  constructor(slab: Slab, taker: FrameTaker) {
    this.slab = slab
    this.taker = taker
    this.onread = {
      buffer: () => this.room(),
      callback: (size, into) => {
        this.arrived(size, into)
        return true
      }
    }
  }

  /** The kept frame has been worked on; what came behind it follows. */
  release(): void {
    if (this.held === 0) return
    this.start += this.held
    this.held = 0
    this.cut()
  }

  // The next read's place is fixed when the last one ends. While a frame is kept the slab may be
  // rearranged before that read comes, so it goes to the side and is copied to where it belongs.
  private arrived(size: number, into: Uint8Array): void {
    const { bytes } = this.slab
    const inPlace = into.buffer === bytes.buffer && into.byteOffset === bytes.byteOffset + this.used
    if (!inPlace) {
      if (!this.slab.grow(this.used + size, this.used)) {
        this.fail(tooMuch())
        return
      }
      this.slab.bytes.set(into.subarray(0, size), this.used)
    }
    this.used += size
    this.cut()
  }

  // Node calls this outside of any handler: a throw here would end the process.
  private room(): Uint8Array {
    if (this.held > 0) return this.aside
    if (this.used < this.slab.bytes.length) return this.slab.bytes.subarray(this.used)
    if (this.slab.grow(this.used * 2, this.used)) return this.slab.bytes.subarray(this.used)
    this.fail(tooMuch())
    return this.aside
  }

  private cut(): void {
    try {
      while (this.held === 0 && this.used - this.start >= SIZE_BYTES) {
        const size = this.sizeAt(this.start)
        const total = SIZE_BYTES + size
        if (this.used - this.start < total) {
          this.compact()
          this.slab.grow(total, this.used)
          return
        }
        const { bytes } = this.slab
        const correlation = bytes.readInt32BE(this.start + SIZE_BYTES)
        const kept = this.taker.deliver(
          correlation,
          bytes,
          this.start + HEADER_BYTES,
          this.start + total
        )
        if (kept) this.held = total
        else this.start += total
      }
      if (this.held > 0) return
      this.compact()
      this.slab.settle(this.used)
    } catch (error) {
      this.fail(error)
    }
  }

  private sizeAt(at: number): number {
    const size = this.slab.bytes.readInt32BE(at)
    if (size >= HEADER_BYTES - SIZE_BYTES && size <= this.slab.bytesMax - SIZE_BYTES) return size
    const { address } = this.taker
    if (size === HTTP) throw addressFailure('broker-protocol', address, 'it answers in HTTP')
    const start = this.slab.bytes.toString('hex', at, at + SIZE_BYTES)
    if (TLS_RECORD.test(start)) {
      throw addressFailure('broker-protocol', address, 'it answers in TLS')
    }
    const problem =
      size < 0 ? 'no length in front of its answer' : `an answer of ${formatBytes(size)}`
    throw addressFailure('broker-protocol', address, problem)
  }

  private compact(): void {
    if (this.start === 0) return
    if (this.start < this.used) this.slab.bytes.copyWithin(0, this.start, this.used)
    this.used -= this.start
    this.start = 0
  }

  private fail(error: unknown): void {
    this.used = 0
    this.start = 0
    this.taker.fail(ourError(error, this.taker.address, 'a request'))
  }
}

function tooMuch(): Error {
  return new Error('more bytes than were asked for')
}
