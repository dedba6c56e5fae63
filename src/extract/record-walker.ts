import { failure } from '../core/errors.ts'
import type { Records } from './extractor.ts'

/*
 * A record of RecordBatch v2 (KIP-98, Kafka's DefaultRecord); numbers are zigzag varints:
 *
 *   length | attributes 1 B | timestampDelta | offsetDelta
 *   | keyLength (−1 null) | key | valueLength (−1 null) | value
 *   | headerCount | (nameLength | name | valueLength (−1 null) | value) …
 */
/** Start of a span that is null. */
export const NULL = -1

const NO_BYTES = new Uint8Array(0)
const NULL_LENGTH = -1
const ATTRIBUTES_LENGTH = 1
const INT32_VARINT_BYTES = 5
const INT64_VARINT_BYTES = 10

/**
 * Walks the records of a batch one by one. A record that leaves its bounds, or does not fill them,
 * throws `format-damaged`; Kafka's own clients refuse the same.
 */
export class RecordWalker {
  /** Of the record that `next` found. */
  offset = 0
  /** Milliseconds since the epoch, NaN when the record has none. */
  time = Number.NaN
  /** Spans in `bytes`; a start of `NULL` says that there is none. */
  keyStart = NULL
  keyEnd = 0
  valueStart = NULL
  valueEnd = 0
  bytes: Uint8Array = NO_BYTES

  private batch: Records | undefined
  private at = 0
  private end = 0
  private left = 0

  /** Begins at the position `at` of the batch, with `left` records to come. */
  begin(batch: Records, at: number = batch.start, left: number = batch.count): void {
    this.batch = batch
    this.bytes = batch.bytes
    this.at = at
    this.end = batch.end
    this.left = left
  }

  /** Moves to the next record at or after `fromOffset`; false at the end of the batch. */
  next(): boolean {
    const batch = this.batch
    if (batch === undefined) return false
    while (this.left > 0) {
      this.left--
      this.read(batch)
      if (this.offset >= batch.fromOffset) return true
    }
    if (this.left < 0) throw this.damaged('it has a negative number of records')
    if (this.at !== this.end) throw this.damaged('bytes follow its last record')
    this.release()
    return false
  }

  /** Forgets the batch, so that its bytes can be collected. */
  release(): void {
    this.batch = undefined
    this.bytes = NO_BYTES
  }

  private read(batch: Records): void {
    const batchEnd = this.end
    const length = this.varint(INT32_VARINT_BYTES)
    if (length < 0 || length > batchEnd - this.at) throw this.damaged('a record leaves the batch')
    const recordEnd = this.at + length
    this.end = recordEnd
    this.at += ATTRIBUTES_LENGTH
    const timeDelta = this.varint(INT64_VARINT_BYTES)
    const offsetDelta = this.varint(INT32_VARINT_BYTES)
    if (offsetDelta < 0) throw this.damaged('an offset lies before the batch')
    this.offset = batch.baseOffset + offsetDelta
    const time = batch.logAppendTime ? batch.maxTime : batch.baseTime + timeDelta
    this.time = time < 0 ? Number.NaN : time
    this.keyStart = this.block()
    this.keyEnd = this.at
    this.valueStart = this.block()
    this.valueEnd = this.at
    this.headers()
    if (this.at !== recordEnd) throw this.damaged('a record does not fill its length')
    this.end = batchEnd
  }

  /** Passes over length-prefixed bytes: where they start, or `NULL`. */
  private block(): number {
    const length = this.varint(INT32_VARINT_BYTES)
    if (length === NULL_LENGTH) return NULL
    if (length < 0 || length > this.end - this.at) throw this.damaged('a field leaves its record')
    this.at += length
    return this.at - length
  }

  private headers(): void {
    const count = this.varint(INT32_VARINT_BYTES)
    if (count < 0) throw this.damaged('a record has a negative number of headers')
    for (let i = 0; i < count; i++) {
      if (this.block() === NULL) throw this.damaged('a header has no name')
      this.block()
    }
  }

  /** A zigzag varint; beyond 2^53 (times only) it loses low bits, never its sign. */
  private varint(bytesMax: number): number {
    const bytes = this.bytes
    const first = this.at
    const stop = Math.min(this.end, first + bytesMax)
    let value = 0
    let scale = 1
    for (let at = first; at < stop; at++) {
      const byte = bytes[at]!
      value += (byte & 127) * scale
      if (byte < 128) {
        this.at = at + 1
        return (bytes[first]! & 1) === 0 ? value / 2 : -(value + 1) / 2
      }
      scale *= 128
    }
    throw this.damaged('a number leaves its record')
  }

  private damaged(problem: string): Error {
    this.release()
    return failure('format-damaged', { format: 'record batch', problem })
  }
}
