import type { BatchRecords } from './record-batch.ts'

// A record inside a batch (KIP-98); numbers are zigzag varints:
//
//   length | attributes 1 | time delta | offset delta | key length | key | value length | value |
//   header count | each: name length | name | value length | value          (length −1: null)

/** One record's parts: views, valid as long as the batch's bytes are. */
export interface RecordView<Bytes> {
  readonly timeDelta: number
  readonly offsetDelta: number
  readonly key: Bytes | null
  readonly value: Bytes | null
  readonly headers: readonly Header<Bytes>[]
}

type Header<Bytes> = readonly [name: string, value: Bytes | null]

const NO_HEADERS: readonly Header<never>[] = Object.freeze([])
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const VARINT_BYTES_MAX = 10

/**
 * Reads the records of a batch one by one. For readers at a modest rate: an object per record. Throws
 * an ordinary error where the bytes make no sense.
 */
export class RecordWalker<Bytes extends Uint8Array = Buffer> {
  private readonly bytes: Bytes
  private at: number
  private readonly end: number
  private bound: number

  constructor(records: Omit<BatchRecords, 'bytes'> & { readonly bytes: Bytes }) {
    this.bytes = records.bytes
    this.at = records.start
    this.end = records.end
    this.bound = records.end
  }

  next(): RecordView<Bytes> {
    this.bound = this.end
    const length = this.varint()
    if (length < 0 || length > this.end - this.at) throw damaged(`a record of ${length} bytes`)
    const end = this.at + length
    this.bound = end
    this.skip(1)
    const timeDelta = this.varint()
    const offsetDelta = this.varint()
    const key = this.block()
    const value = this.block()
    const count = this.varint()
    // A header takes two bytes at least.
    if (count < 0 || count > (end - this.at) / 2) throw damaged(`${count} headers`)
    const headers = count === 0 ? NO_HEADERS : this.headers(count)
    this.at = end
    return { timeDelta, offsetDelta, key, value, headers }
  }

  private headers(count: number): readonly Header<Bytes>[] {
    const headers: Header<Bytes>[] = []
    for (let i = 0; i < count; i++) {
      const name = this.block()
      headers.push([name ? decoder.decode(name) : '', this.block()])
    }
    return headers
  }

  private block(): Bytes | null {
    const length = this.varint()
    if (length < 0) return null
    this.skip(length)
    // A part is of the type of the whole.
    return this.bytes.subarray(this.at - length, this.at) as Bytes
  }

  private skip(length: number): void {
    if (length > this.bound - this.at) throw damaged('a record that ends too early')
    this.at += length
  }

  private varint(): number {
    let value = 0
    let scale = 1
    for (let i = 0; i < VARINT_BYTES_MAX; i++) {
      if (this.at >= this.bound) throw damaged('a record that ends too early')
      const byte = this.bytes[this.at++]!
      value += (byte & 127) * scale
      if (byte < 128) return value % 2 === 0 ? value / 2 : -(value + 1) / 2
      scale *= 128
    }
    throw damaged('a number without an end')
  }
}

function damaged(problem: string): Error {
  return new Error(problem)
}
