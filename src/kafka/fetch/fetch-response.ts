import type { AbortedTransaction } from '../batch/committed.ts'

// Fetch v17, response body (the header's tags are behind us); c-: compact, length + 1 as a varint:
//
//   throttle ms 4 | error 2 | session 4 | c-array of topics | tags
//   topic:      id 16 | c-array of partitions | tags
//   partition:  index 4 | error 2 | high watermark 8 | last stable offset 8 | log start 8
//               | c-array of aborted (producer id 8, first offset 8, tags) | preferred replica 4
//               | c-records | tags: 0 = diverging epoch (epoch 4, end offset 8, tags)
//   tags:       count (varint), each: tag | size | bytes

/** One partition's part of a response; its batches are `bytes[start, end)` of the response. */
export interface FetchedPart {
  readonly topicId: string
  readonly partition: number
  readonly error: number
  readonly highWatermark: number
  readonly lastStable: number
  /** First offset that the log still has. */
  readonly logStart: number
  /** Where the log leaves what was read up to the last fetched epoch (KIP-595); undefined where it doesn't. */
  readonly divergesAt: number | undefined
  readonly aborted: readonly AbortedTransaction[]
  /** Node to read from instead, where a rack was named and the broker knows a nearer replica; else −1. */
  readonly preferred: number
  readonly start: number
  readonly end: number
}

const NO_ABORTS: readonly AbortedTransaction[] = []
const ABORTED_BYTES = 17
const DIVERGING_EPOCH = 0
const DIVERGING_BYTES = 12
const UUID_BYTES = 16
const VARINT_BYTES_MAX = 5
// Brokers look back over some ten seconds; no number of theirs stops a reader for good.
const THROTTLE_MS_MAX = 30_000

/** Milliseconds for which the broker's quota wants no further request on this connection (KIP-219). */
export function throttleOf(bytes: Buffer, start: number): number {
  return Math.min(THROTTLE_MS_MAX, Math.max(0, bytes.readInt32BE(start)))
}

/** Reads the outline of a response in place. Throws an ordinary error on bytes that make no sense. */
export function readFetchResponse(bytes: Buffer, start: number, end: number): FetchedPart[] {
  const cursor = new Cursor(bytes, start, end)
  cursor.skip(4)
  const error = cursor.int16()
  if (error !== 0) throw new Error(`Fetch error ${error}`)
  cursor.skip(4)
  const parts: FetchedPart[] = []
  const topics = cursor.compact()
  for (let i = 0; i < topics; i++) {
    const topicId = cursor.uuid()
    const partitions = cursor.compact()
    for (let j = 0; j < partitions; j++) parts.push(readPart(cursor, topicId))
    cursor.skipTags()
  }
  return parts
}

function readPart(cursor: Cursor, topicId: string): FetchedPart {
  const partition = cursor.int32()
  const error = cursor.int16()
  const highWatermark = cursor.int64()
  const lastStable = cursor.int64()
  const logStart = cursor.int64()
  const aborted = readAborted(cursor)
  const preferred = cursor.int32()
  const size = cursor.compact()
  const start = cursor.at
  cursor.skip(size)
  const end = cursor.at
  const divergesAt = readDivergence(cursor)
  return {
    topicId,
    partition,
    error,
    highWatermark,
    lastStable,
    logStart,
    divergesAt,
    aborted,
    preferred,
    start,
    end
  }
}

/** The partition's tagged fields. */
function readDivergence(cursor: Cursor): number | undefined {
  let found: number | undefined
  for (let count = cursor.varint(); count > 0; count--) {
    const tag = cursor.varint()
    const size = cursor.varint()
    if (tag === DIVERGING_EPOCH && size >= DIVERGING_BYTES) {
      cursor.skip(4)
      found = Math.max(0, cursor.int64())
      cursor.skip(size - 12)
    } else cursor.skip(size)
  }
  return found
}

function readAborted(cursor: Cursor): readonly AbortedTransaction[] {
  const count = cursor.compact()
  if (count === 0) return NO_ABORTS
  if (count * ABORTED_BYTES > cursor.left) throw tooShort()
  const aborted: AbortedTransaction[] = []
  for (let i = 0; i < count; i++) {
    aborted.push({ producerId: cursor.bigint64(), firstOffset: cursor.int64() })
    cursor.skipTags()
  }
  return aborted
}

class Cursor {
  at: number
  private readonly bytes: Buffer
  private readonly end: number

  constructor(bytes: Buffer, start: number, end: number) {
    this.bytes = bytes
    this.at = start
    this.end = end
  }

  get left(): number {
    return this.end - this.at
  }

  skip(size: number): void {
    if (size > this.end - this.at) throw tooShort()
    this.at += size
  }

  /** In small letters, as 8-4-4-4-12 hexadecimal digits. */
  uuid(): string {
    this.skip(UUID_BYTES)
    const hex = this.bytes.toString('hex', this.at - UUID_BYTES, this.at)
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  }

  int16(): number {
    this.skip(2)
    return this.bytes.readInt16BE(this.at - 2)
  }

  int32(): number {
    this.skip(4)
    return this.bytes.readInt32BE(this.at - 4)
  }

  /** Exact below 2^53. */
  int64(): number {
    return Number(this.bigint64())
  }

  bigint64(): bigint {
    this.skip(8)
    return this.bytes.readBigInt64BE(this.at - 8)
  }

  /** A compact length or count; a null one is 0. */
  compact(): number {
    return Math.max(0, this.varint() - 1)
  }

  skipTags(): void {
    const count = this.varint()
    for (let i = 0; i < count; i++) {
      this.varint()
      this.skip(this.varint())
    }
  }

  varint(): number {
    let value = 0
    let scale = 1
    for (let i = 0; i < VARINT_BYTES_MAX; i++) {
      this.skip(1)
      const byte = this.bytes[this.at - 1]!
      value += (byte & 127) * scale
      if (byte < 128) return value
      scale *= 128
    }
    throw new Error('a number without an end')
  }
}

function tooShort(): Error {
  return new Error('it ends too early')
}
