// Snappy in record batches comes in two dresses:
//
//   raw     uncompressed length (varint) | elements                      librdkafka, Go clients
//   xerial  82 'SNAPPY' 00 | version 4 | compatible 4 | blocks           Java's snappy-java
//           block: length 4, big-endian | raw snappy
const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
export const XERIAL_HEADER_BYTES = 16
const LENGTH_BYTES_MAX = 5

export function isXerial(bytes: Buffer): boolean {
  return bytes.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)
}

/** How many bytes it says it unpacks to, without unpacking it; decoders hold it to that. */
export function snappyLength(bytes: Buffer): number {
  if (!isXerial(bytes)) return rawLength(bytes, 0, bytes.length)
  let total = 0
  let at = XERIAL_HEADER_BYTES
  while (at < bytes.length) {
    if (at + 4 > bytes.length) throw new Error('snappy: it ends too early')
    const size = bytes.readUInt32BE(at)
    at += 4
    if (size > bytes.length - at) throw new Error('snappy: it ends too early')
    total += rawLength(bytes, at, at + size)
    at += size
  }
  return total
}

function rawLength(bytes: Buffer, start: number, end: number): number {
  let length = 0
  let scale = 1
  for (let at = start; at < Math.min(end, start + LENGTH_BYTES_MAX); at++) {
    const byte = bytes[at]!
    length += (byte & 127) * scale
    if (byte < 128) return length
    scale *= 128
  }
  throw new Error('snappy: no length')
}
