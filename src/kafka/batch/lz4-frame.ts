// An LZ4 frame (lz4_Frame_format, version 1.6), little-endian:
//
//   magic 4 | FLG 1 | BD 1 | [content size 8] | [dictionary id 4] | header checksum 1
//   then blocks:  size 4 (top bit: stored as it is) | bytes | [block checksum 4]
//   end mark 4 (zero) | [content checksum 4]
//
//   FLG: 7-6 version = 1, 4 block checksum, 3 content size, 2 content checksum, 0 dictionary id
//   BD:  6-4 largest block: 4 = 64 KiB, 5 = 256 KiB, 6 = 1 MiB, 7 = 4 MiB
const MAGIC = 0x184d_2204
const HEADER_BYTES = 7
const STORED = 0x8000_0000
const BLOCK_CHECKSUM = 0x10
const CONTENT_SIZE = 0x08
const CONTENT_CHECKSUM = 0x04
const DICTIONARY = 0x01
// A byte of a compressed block stands for at most 255 bytes.
const RATIO_MAX = 255

/** Where a frame ends, and how many bytes it can unpack to at the most, without unpacking it. */
export interface Lz4Extent {
  readonly end: number
  readonly bytesMax: number
}

/** Reads the outline of the first frame. Throws when it is not a whole frame. */
export function lz4Extent(bytes: Buffer): Lz4Extent {
  if (bytes.length < HEADER_BYTES || bytes.readUInt32LE(0) !== MAGIC) throw damaged('no lz4 frame')
  const flags = bytes[4]!
  const blockCode = (bytes[5]! >> 4) & 7
  if (flags >> 6 !== 1) throw damaged('unknown version')
  if (blockCode < 4) throw damaged('unknown block size')
  if ((flags & DICTIONARY) !== 0) throw damaged('it needs a dictionary')
  const blockMax = 1 << (8 + 2 * blockCode)
  const blockTail = (flags & BLOCK_CHECKSUM) === 0 ? 0 : 4
  let at = HEADER_BYTES + ((flags & CONTENT_SIZE) === 0 ? 0 : 8)
  let bytesMax = 0
  for (;;) {
    if (at + 4 > bytes.length) throw damaged('it ends too early')
    const word = bytes.readUInt32LE(at)
    at += 4
    if (word === 0) break
    const size = word >= STORED ? word - STORED : word
    if (size > bytes.length - at) throw damaged('it ends too early')
    bytesMax += word >= STORED ? size : Math.min(blockMax, size * RATIO_MAX)
    at += size + blockTail
  }
  const end = at + ((flags & CONTENT_CHECKSUM) === 0 ? 0 : 4)
  if (end > bytes.length) throw damaged('it ends too early')
  return { end, bytesMax }
}

function damaged(problem: string): Error {
  return new Error(`lz4: ${problem}`)
}
