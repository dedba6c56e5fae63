import { crc32c } from '@node-rs/crc32'
import { type Codec, codecIds, compress } from '../../src/kafka/batch/codecs.ts'

/** What a crafted batch holds; the rest is as Kafka would write it. */
export interface Crafted {
  readonly base: number
  readonly values?: readonly (string | null)[]
  /** Offset deltas of the values, for compacted batches. */
  readonly deltas?: readonly number[]
  readonly lastDelta?: number
  readonly producerId?: number
  readonly transactional?: boolean
  readonly codec?: Codec
  readonly appendTime?: boolean
  readonly marker?: 'abort' | 'commit' | 'emptied'
  readonly time?: number
}

const TRANSACTIONAL = 0x10
const CONTROL = 0x20
const APPEND_TIME = 0x08

/**
 * An encoder of its own for tests, straight from the format page of Kafka: the product's encoder
 * cannot write control batches, gaps or batches at an offset, and shares no code with this one.
 */
export function craftBatch(crafted: Crafted): Buffer {
  const { base, producerId = -1, codec = 'none', marker, time = 1_700_000_000_000 } = crafted
  const records = marker === undefined ? dataRecords(crafted) : markerRecords(marker)
  const payload = compress(codec, Buffer.concat(records))
  const head = Buffer.alloc(61)
  head.writeBigInt64BE(BigInt(base), 0)
  head.writeInt32BE(49 + payload.length, 8)
  head.writeInt32BE(3, 12)
  head[16] = 2
  let attributes = codecIds[codec]
  if (crafted.transactional === true || marker !== undefined) attributes |= TRANSACTIONAL
  if (marker !== undefined) attributes |= CONTROL
  if (crafted.appendTime === true) attributes |= APPEND_TIME
  head.writeInt16BE(attributes, 21)
  head.writeInt32BE(crafted.lastDelta ?? Math.max(0, records.length - 1), 23)
  head.writeBigInt64BE(BigInt(time), 27)
  head.writeBigInt64BE(BigInt(time + 1_000), 35)
  head.writeBigInt64BE(BigInt(producerId), 43)
  head.writeInt16BE(producerId < 0 ? -1 : 0, 51)
  head.writeInt32BE(-1, 53)
  head.writeInt32BE(records.length, 57)
  return sealBatch(Buffer.concat([head, payload]))
}

/** Puts the right checksum into a batch that was changed. */
export function sealBatch(batch: Buffer): Buffer {
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17)
  return batch
}

function dataRecords({ values = [], deltas }: Crafted): Buffer[] {
  return values.map((value, i) =>
    record(i, deltas?.[i] ?? i, null, value === null ? null : Buffer.from(value))
  )
}

function markerRecords(marker: 'abort' | 'commit' | 'emptied'): Buffer[] {
  if (marker === 'emptied') return []
  const key = Buffer.from([0, 0, 0, marker === 'commit' ? 1 : 0])
  return [record(0, 0, key, Buffer.alloc(6))]
}

function record(
  timeDelta: number,
  delta: number,
  key: Buffer | null,
  value: Buffer | null
): Buffer {
  const body = Buffer.concat([
    Buffer.from([0]),
    varint(timeDelta),
    varint(delta),
    varint(key?.length ?? -1),
    key ?? Buffer.alloc(0),
    varint(value?.length ?? -1),
    value ?? Buffer.alloc(0),
    varint(0)
  ])
  return Buffer.concat([varint(body.length), body])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = BigInt(value) < 0n ? -BigInt(value) * 2n - 1n : BigInt(value) * 2n
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Buffer.from(bytes)
}
