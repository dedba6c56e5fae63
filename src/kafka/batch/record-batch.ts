import { crc32c } from '@node-rs/crc32'
import { failure, type HeadcountError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { formatBytes } from '../../core/units.ts'
import type { LogPoint } from '../../port/source.ts'
import { codecOf, decompress } from './codecs.ts'

// A RecordBatch v2 (KIP-98, KIP-82), big-endian. A section of a Fetch response is a run of them;
// the last may be cut off.
//
//    0  base offset        8 | offset of the first record when it was written
//    8  length             4 | of what follows
//   12  leader epoch       4
//   16  magic              1 | 2
//   17  CRC-32C            4 | of bytes 21 to the end
//   21  attributes         2 | 0-2 codec, 3 append time, 4 transactional, 5 control, 6 delete horizon
//   23  last offset delta  4 | kept when compaction removes the last records
//   27  base time          8
//   35  largest time       8
//   43  producer id        8
//   51  producer epoch     2
//   53  base sequence      4
//   57  records            4 | 0 when compaction removed all
//   61  the records, compressed as a whole
const AT_LENGTH = 8
const AT_LEADER_EPOCH = 12
const AT_MAGIC = 16
const AT_CRC = 17
const AT_ATTRIBUTES = 21
const AT_LAST_OFFSET_DELTA = 23
const AT_BASE_TIME = 27
const AT_MAX_TIME = 35
const AT_PRODUCER_ID = 43
const AT_COUNT = 57
const HEADER_BYTES = 61
// What `length` does not count.
const PREFIX_BYTES = 12
const MAGIC = 2

const CODEC_MASK = 0x07
const APPEND_TIME = 0x08
const TRANSACTIONAL = 0x10
const CONTROL = 0x20

// Length, attributes, time delta, offset delta, key length, value length, header count.
const RECORD_BYTES_MIN = 7
const TWO_32 = 2 ** 32

/** Which log the bytes come from, for errors. */
export interface LogName {
  readonly topic: string
  readonly partition: number
}

/** The bytes of a batch's records, ready to be walked. */
export interface BatchRecords {
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
}

/**
 * Walks the batches of one section without an object per batch: `next` moves on, the fields tell
 * where it is. Whatever the bytes are, it ends, and reads nothing outside of `[start, end)`.
 */
export class BatchWalker {
  private readonly log: LogName
  private readonly unpack: typeof decompress
  private bytes: Buffer = Buffer.alloc(0)
  private at = 0
  private behind = 0
  private limit = 0

  baseOffset = 0
  /** Offset behind the batch: where reading goes on. */
  nextOffset = 0
  /** Records as the header counts them. */
  count = 0
  /** Milliseconds since the epoch. */
  baseTime = 0
  maxTime = 0
  private attributes = 0

  /** `unpack` may reuse its memory from call to call: what `records` gives is then valid as long. */
  constructor(log: LogName, unpack = decompress) {
    this.log = log
    this.unpack = unpack
  }

  /** Starts on a section, before its first batch. */
  begin(bytes: Buffer, start: number, end: number): void {
    this.bytes = bytes
    this.at = start
    this.behind = start
    this.limit = end
  }

  /**
   * Moves to the next whole batch; false at the end of the section or at a batch that is cut off.
   * Throws `batch-corrupt` or `batch-oversize`.
   */
  next(): boolean {
    const at = this.behind
    this.at = at
    if (this.limit - at < HEADER_BYTES) return false
    const { bytes } = this
    const baseOffset = int64(bytes, at)
    const length = bytes.readInt32BE(at + AT_LENGTH)
    const magic = bytes[at + AT_MAGIC]!
    if (!Number.isSafeInteger(baseOffset) || baseOffset < 0) {
      throw this.corrupt('its offset is out of range', -1)
    }
    if (magic < MAGIC) {
      throw this.corrupt(`message format ${magic} is older than Kafka 0.11`, baseOffset)
    }
    if (magic > MAGIC) throw this.corrupt(`unknown message format ${magic}`, baseOffset)
    if (length < HEADER_BYTES - PREFIX_BYTES) throw this.corrupt(`length ${length}`, baseOffset)
    if (length > limits.batchBytesMax) throw oversize(this.log, baseOffset, limits.batchBytesMax)
    if (length > this.limit - at - PREFIX_BYTES) return false
    this.behind = at + PREFIX_BYTES + length
    this.readHeader(baseOffset)
    return true
  }

  /** Where the batch lies, also one that `next` refuses. */
  get place(): number {
    return this.at
  }

  /** True when the section has bytes that no whole batch covers. */
  get cut(): boolean {
    return this.behind < this.limit
  }

  get transactional(): boolean {
    return (this.attributes & TRANSACTIONAL) !== 0
  }

  get control(): boolean {
    return (this.attributes & CONTROL) !== 0
  }

  /** The broker's append time, `maxTime`, stands for every record. */
  get logAppendTime(): boolean {
    return (this.attributes & APPEND_TIME) !== 0
  }

  get producerId(): bigint {
    return this.bytes.readBigInt64BE(this.at + AT_PRODUCER_ID)
  }

  /**
   * Compares the checksum: the only thing that notices a disk which changes bytes. It does not cover the
   * offset, which brokers set: that is held against the batch that follows.
   */
  verify(): void {
    const { bytes, at, behind, baseOffset } = this
    if (!isIntact(bytes, at, behind)) throw this.corrupt('its checksum is wrong', baseOffset)
    if (this.limit - behind < AT_LENGTH) return
    const next = int64(bytes, behind)
    if (next >= this.nextOffset) return
    throw this.corrupt(`the batch behind it is at offset ${next}`, baseOffset)
  }

  /** The batch as it came, with its header. */
  get whole(): Buffer {
    return this.bytes.subarray(this.at, this.behind)
  }

  /** The records as they came. */
  get packed(): Buffer {
    return this.bytes.subarray(this.at + HEADER_BYTES, this.behind)
  }

  /** The records, decompressed: in the section itself, or where they were unpacked to. */
  records(): BatchRecords {
    const start = this.at + HEADER_BYTES
    const codec = codecOf(this.attributes & CODEC_MASK)
    if (codec === undefined) throw this.corrupt('unknown codec', this.baseOffset)
    if (codec === 'none') return this.counted({ bytes: this.bytes, start, end: this.behind })
    let bytes: Buffer | undefined
    try {
      bytes = this.unpack(codec, this.packed, limits.batchInflatedBytesMax)
    } catch (error) {
      const problem = `${codec}: ${error instanceof Error ? error.message : String(error)}`
      throw this.corrupt(problem, this.baseOffset, error)
    }
    if (bytes === undefined) {
      throw oversize(this.log, this.baseOffset, limits.batchInflatedBytesMax)
    }
    return this.counted({ bytes, start: 0, end: bytes.length })
  }

  corrupt(problem: string, offset: number, cause?: unknown): HeadcountError {
    return failure('batch-corrupt', { ...this.log, offset, problem }, cause)
  }

  private readHeader(baseOffset: number): void {
    const { bytes, at } = this
    const lastDelta = bytes.readInt32BE(at + AT_LAST_OFFSET_DELTA)
    const count = bytes.readInt32BE(at + AT_COUNT)
    if (lastDelta < 0) throw this.corrupt(`last offset delta ${lastDelta}`, baseOffset)
    if (count < 0) throw this.corrupt(`${count} records`, baseOffset)
    this.baseOffset = baseOffset
    this.nextOffset = baseOffset + lastDelta + 1
    this.count = count
    this.attributes = bytes.readInt16BE(at + AT_ATTRIBUTES)
    this.baseTime = int64(bytes, at + AT_BASE_TIME)
    this.maxTime = int64(bytes, at + AT_MAX_TIME)
  }

  // A count that the bytes cannot hold would make readers size tables for nothing.
  private counted(records: BatchRecords): BatchRecords {
    if (this.count * RECORD_BYTES_MIN <= records.end - records.start) return records
    const problem = `${this.count} records in ${records.end - records.start} bytes`
    throw this.corrupt(problem, this.baseOffset)
  }
}

/**
 * Where a reader stands behind the last whole batch, from the headers alone; at `from` when there is none. It
 * checks nothing: the walk that follows does.
 */
export function standingBehind(
  bytes: Buffer,
  start: number,
  end: number,
  from: LogPoint
): LogPoint {
  let { offset, leaderEpoch } = from
  for (let at = start; holdsBatch(bytes, at, end); at = behindBatch(bytes, at)) {
    const behind = int64(bytes, at) + bytes.readInt32BE(at + AT_LAST_OFFSET_DELTA) + 1
    if (!Number.isSafeInteger(behind)) break
    if (behind > offset) {
      offset = behind
      leaderEpoch = bytes.readInt32BE(at + AT_LEADER_EPOCH)
    }
  }
  return { offset, leaderEpoch }
}

/**
 * Offset of the first batch that lies before a known point of the log and is of a later leader: the log was
 * cut there since, and written anew. Undefined where it was not.
 */
export function cutBefore(
  bytes: Buffer,
  start: number,
  end: number,
  known: LogPoint
): number | undefined {
  for (let at = start; holdsBatch(bytes, at, end); at = behindBatch(bytes, at)) {
    const base = int64(bytes, at)
    if (base >= known.offset) return undefined
    if (bytes.readInt32BE(at + AT_LEADER_EPOCH) > known.leaderEpoch) return base
  }
  return undefined
}

/** What looks like a batch behind a damaged one: so many checksums are computed, and no more. */
const TRIES_MAX = 64

/**
 * Where reading can go on behind a batch that cannot be read: at the first batch with a right checksum, wherever
 * it begins, since the length may be what is damaged. At the end of a section only the header is left, of
 * which any field may be wrong: then its count is believed, then its last offset, then the end of the log,
 * whichever is first behind `position`. So reading always moves on, and never over a batch that is whole.
 */
export function resumeBehind(
  bytes: Buffer,
  at: number,
  end: number,
  { position, highWatermark }: { position: number; highWatermark: number }
): number {
  const section = bytes.subarray(0, end)
  let tries = 0
  for (let from = at + 1; tries < TRIES_MAX; from++) {
    const magic = section.indexOf(MAGIC, from + AT_MAGIC)
    if (magic < 0) break
    from = magic - AT_MAGIC
    if (!holdsBatch(bytes, from, end)) continue
    const base = int64(bytes, from)
    if (base <= position || !Number.isSafeInteger(base)) continue
    tries++
    if (isIntact(bytes, from, behindBatch(bytes, from))) return base
  }
  const logEnd = Math.max(position + 1, highWatermark)
  if (end - at < HEADER_BYTES) return logEnd
  const base = int64(bytes, at)
  const counted = base + bytes.readInt32BE(at + AT_COUNT)
  const last = base + bytes.readInt32BE(at + AT_LAST_OFFSET_DELTA) + 1
  return [counted, last].find(next => next > position && next <= logEnd) ?? logEnd
}

function isIntact(bytes: Buffer, at: number, behind: number): boolean {
  return crc32c(bytes.subarray(at + AT_ATTRIBUTES, behind)) === bytes.readUInt32BE(at + AT_CRC)
}

function holdsBatch(bytes: Buffer, at: number, end: number): boolean {
  if (end - at < HEADER_BYTES) return false
  const length = bytes.readInt32BE(at + AT_LENGTH)
  return length >= HEADER_BYTES - PREFIX_BYTES && length <= end - at - PREFIX_BYTES
}

function behindBatch(bytes: Buffer, at: number): number {
  return at + PREFIX_BYTES + bytes.readInt32BE(at + AT_LENGTH)
}

function oversize(log: LogName, offset: number, bytesMax: number): HeadcountError {
  return failure('batch-oversize', { ...log, offset, limit: formatBytes(bytesMax) })
}

// Offsets and times are exact below 2^53, 285,000 years of either.
function int64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * TWO_32 + bytes.readUInt32BE(at + 4)
}
