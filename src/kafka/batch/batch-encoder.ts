import { crc32c } from '@node-rs/crc32'
import { assert } from '../../core/assert.ts'
import { type Codec, codecIds, compress } from './codecs.ts'
import type { ProduceBuffers } from './produce-buffers.ts'
import type { ProduceKernel } from './produce-kernel.ts'
import { varintSize, writeVarint } from './varint.ts'

/*
 * RecordBatch v2 (KIP-98), big-endian:
 *
 *    0  base offset        int64   0, the broker sets it
 *    8  length             int32   of everything behind this field
 *   12  leader epoch       int32   −1, the broker sets it
 *   16  magic              int8    2
 *   17  CRC-32C            uint32  of everything behind this field
 *   21  attributes         int16   bits 0-2 codec, 4 transactional
 *   23  last offset delta  int32   records − 1
 *   27  base time          int64   of the first record, ms
 *   35  maximum time       int64
 *   43  producer id        int64   −1 without
 *   51  producer epoch     int16   −1 without
 *   53  base sequence      int32   −1 without
 *   57  records            int32
 *   61  the records, compressed as a whole
 *
 * A record, all lengths and deltas as in varint.ts, length −1 for null:
 *
 *   length | attributes int8 = 0 | time delta | offset delta | key length | key | value length | value
 *   | headers | each: key length | key | value length | value
 */
const BATCH_HEADER_BYTES = 61
const MAGIC = 2
const TRANSACTIONAL = 0x10
const AT = {
  length: 8,
  leaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTime: 27,
  maxTime: 35,
  producerId: 43,
  producerEpoch: 51,
  sequence: 53,
  count: 57
} as const
/** Sequences run from 0 to 2^31 − 1 and wrap; a batch may cross the end. */
const SEQUENCES = 2 ** 31
/** Up to the year 73,000; keeps every delta exact. */
const TIME_MAX = 2 ** 51

export interface RecordHeader {
  /** UTF-8. */
  readonly key: Uint8Array
  readonly value: Uint8Array | null
}

/** Who wrote a batch: what the broker recognises a batch sent twice by. */
export interface BatchIdentity {
  readonly producerId: bigint
  readonly epoch: number
  /** Of the batch's first record. */
  readonly sequence: number
}

const CAPACITY = 16_384
const NO_HEADERS: readonly RecordHeader[] = []
/** Time deltas up to this are a number of 32 bits in zigzag form. */
const SMALL_DELTA_MAX = 2 ** 30

export interface BatchEncoderOptions {
  /** Bytes there is room for at first. */
  readonly capacity?: number
  /** Compresses lz4. */
  readonly kernel?: ProduceKernel | undefined
  /** Which of the kernel's lanes: the batch is built there, and takes lines many at a time. */
  readonly lane?: number | undefined
  /** Where finished batches come from. */
  readonly buffers?: ProduceBuffers
}

/** Collects records in Kafka's own bytes; `close` and `stampBatch` make them a batch that is ready for Produce. */
export class BatchEncoder {
  /** Its lane of the kernel, when it has one. */
  readonly lane: number | undefined
  private readonly kernel: ProduceKernel | undefined
  private readonly home: Buffer | undefined
  private readonly buffers: ProduceBuffers | undefined
  private bytes: Buffer
  private at = BATCH_HEADER_BYTES
  private records = 0
  private baseTime = 0
  private maxTime = 0

  constructor(options: BatchEncoderOptions = {}) {
    const { capacity = CAPACITY, kernel, lane, buffers } = options
    this.kernel = kernel
    this.lane = lane
    this.home = lane === undefined ? undefined : kernel?.batch(lane)
    this.buffers = buffers
    this.bytes = this.home ?? Buffer.allocUnsafeSlow(Math.max(capacity, BATCH_HEADER_BYTES))
  }

  /** Records so far. */
  get count(): number {
    return this.records
  }

  /** Size of the batch if it were finished now, uncompressed. */
  get size(): number {
    return this.at
  }

  /** What the record would add to `size`, at most. */
  static recordSize(
    key: Uint8Array | null,
    value: Uint8Array | null,
    headers: readonly RecordHeader[] = NO_HEADERS
  ): number {
    // Length, attributes, both deltas and two more lengths at their longest.
    return 28 + (key?.length ?? 0) + (value?.length ?? 0) + headersSize(headers)
  }

  /** Copies a record in. `timeMs`: 0 … 2^51. */
  append(
    key: Uint8Array | null,
    value: Uint8Array | null,
    timeMs: number,
    headers: readonly RecordHeader[] = NO_HEADERS
  ): void {
    assert(timeMs >= 0 && timeMs <= TIME_MAX, `record time ${timeMs} is in range`)
    const timeDelta = this.noteTime(timeMs)
    const keyLength = key === null ? -1 : key.length
    const valueLength = value === null ? -1 : value.length
    const body =
      1 +
      varintSize(timeDelta) +
      varintSize(this.records) +
      varintSize(keyLength) +
      (key === null ? 0 : keyLength) +
      varintSize(valueLength) +
      (value === null ? 0 : valueLength) +
      headersSize(headers)
    this.room(varintSize(body) + body)
    const bytes = this.bytes
    let at = writeVarint(bytes, this.at, body)
    bytes[at++] = 0
    at = writeVarint(bytes, at, timeDelta)
    at = writeVarint(bytes, at, this.records)
    at = writeBlock(bytes, at, key)
    at = writeBlock(bytes, at, value)
    at = writeHeaders(bytes, at, headers)
    this.at = at
    this.records++
  }

  /**
   * Lets the kernel append lines as records of this time, in a batch of at most `bytesMax`: none when the
   * batch has outgrown the lane, or its times are too far apart. `append` for each line does the same.
   */
  openLane(timeMs: number, bytesMax: number): void {
    assert(timeMs >= 0 && timeMs <= TIME_MAX, `record time ${timeMs} is in range`)
    const { kernel, lane, records } = this
    if (kernel === undefined || lane === undefined) return
    const first = records === 0 ? timeMs : this.baseTime
    const timeDelta = Math.trunc(timeMs) - Math.trunc(first)
    const takes = this.bytes === this.home && Math.abs(timeDelta) < SMALL_DELTA_MAX
    kernel.openLane(lane, this.at, takes ? bytesMax : 0, records, takes ? timeDelta : 0)
  }

  /** Takes over what the kernel appended, and returns how many records that are. */
  closeLane(timeMs: number): number {
    const { kernel, lane, records } = this
    if (kernel === undefined || lane === undefined) return 0
    const count = kernel.laneCount(lane) - records
    if (count <= 0) return 0
    this.noteTime(timeMs)
    this.at = kernel.laneEnd(lane)
    this.records += count
    return count
  }

  /**
   * Closes the batch and empties the encoder; `stampBatch` makes it ready. The bytes belong to the
   * caller: they may be sent again unchanged for as long as the answer is missing.
   */
  close(codec: Codec, transactional: boolean): Buffer {
    assert(this.records > 0, 'a batch holds records')
    const packed =
      codec === 'none'
        ? undefined
        : this.pack(codec, this.bytes.subarray(BATCH_HEADER_BYTES, this.at))
    // What does not compress travels as it is.
    const smaller = packed !== undefined && packed.length < this.at - BATCH_HEADER_BYTES
    const batch = smaller ? this.joinHeader(packed) : this.handOver()
    if (this.home !== undefined) this.bytes = this.home
    batch.writeBigInt64BE(0n, 0)
    batch.writeInt32BE(batch.length - AT.leaderEpoch, AT.length)
    batch.writeInt32BE(-1, AT.leaderEpoch)
    batch[AT.magic] = MAGIC
    batch.writeInt16BE(
      (smaller ? codecIds[codec] : 0) | (transactional ? TRANSACTIONAL : 0),
      AT.attributes
    )
    batch.writeInt32BE(this.records - 1, AT.lastOffsetDelta)
    batch.writeBigInt64BE(BigInt(Math.trunc(this.baseTime)), AT.baseTime)
    batch.writeBigInt64BE(BigInt(Math.trunc(this.maxTime)), AT.maxTime)
    batch.writeInt32BE(this.records, AT.count)
    this.at = BATCH_HEADER_BYTES
    this.records = 0
    return batch
  }

  private pack(codec: Codec, records: Buffer): Buffer {
    return (codec === 'lz4' ? this.kernel?.lz4(records) : undefined) ?? compress(codec, records)
  }

  /** Delta of the record's time from that of the first in the batch. */
  private noteTime(timeMs: number): number {
    if (this.records === 0) {
      this.baseTime = timeMs
      this.maxTime = timeMs
    } else if (timeMs > this.maxTime) {
      this.maxTime = timeMs
    }
    return Math.trunc(timeMs) - Math.trunc(this.baseTime)
  }

  private joinHeader(packed: Uint8Array): Buffer {
    const batch = this.take(BATCH_HEADER_BYTES + packed.length)
    batch.set(packed, BATCH_HEADER_BYTES)
    return batch
  }

  /** A buffer of its own itself goes out: copying it would cost more than another one. */
  private handOver(): Buffer {
    const batch = this.bytes.subarray(0, this.at)
    if (this.bytes === this.home) {
      const copy = this.take(this.at)
      copy.set(batch)
      return copy
    }
    this.bytes = this.take(this.bytes.length)
    return batch
  }

  private take(size: number): Buffer {
    return this.buffers?.take(size) ?? Buffer.allocUnsafeSlow(size)
  }

  private room(size: number): void {
    if (this.at + size <= this.bytes.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.at + size))
    this.bytes.copy(grown, 0, 0, this.at)
    this.bytes = grown
  }
}

/**
 * Puts an identity into a closed batch and seals it with its checksum, both of which it may have had before. Only
 * for a batch that the broker has certainly not stored: under another identity it is not recognised as sent before.
 */
export function stampBatch(batch: Buffer, identity: BatchIdentity): void {
  batch.writeBigInt64BE(identity.producerId, AT.producerId)
  batch.writeInt16BE(identity.epoch, AT.producerEpoch)
  batch.writeInt32BE(identity.sequence, AT.sequence)
  batch.writeUInt32BE(crc32c(batch.subarray(AT.attributes)), AT.crc)
}

/** The sequence of the batch after one with `count` records. */
export function sequenceAfter(sequence: number, count: number): number {
  return (sequence + count) % SEQUENCES
}

function writeBlock(bytes: Uint8Array, at: number, block: Uint8Array | null): number {
  if (block === null) return writeVarint(bytes, at, -1)
  const start = writeVarint(bytes, at, block.length)
  bytes.set(block, start)
  return start + block.length
}

function headersSize(headers: readonly RecordHeader[]): number {
  let size = varintSize(headers.length)
  for (const { key, value } of headers) {
    size += varintSize(key.length) + key.length
    size += value === null ? 1 : varintSize(value.length) + value.length
  }
  return size
}

function writeHeaders(bytes: Uint8Array, at: number, headers: readonly RecordHeader[]): number {
  let end = writeVarint(bytes, at, headers.length)
  for (const header of headers) {
    end = writeBlock(bytes, end, header.key)
    end = writeBlock(bytes, end, header.value)
  }
  return end
}
