/** What a frame of `lz4Frame` is made of; blocks are ready. */
export interface FrameParts {
  readonly blocks: readonly { readonly bytes: Buffer; readonly stored?: boolean }[]
  readonly alone: boolean
  /** What the blocks unpack to, for the size and the checksum. */
  readonly content: Buffer
  readonly sized?: boolean
  readonly summed?: boolean
  readonly blocksSummed?: boolean
  /** 4 to 7. */
  readonly blockCode?: number
}

/** Writes lz4 frames with everything that the format has and our own encoder has not. */
export function lz4Frame(parts: FrameParts): Buffer {
  const { blocks, alone, content, sized, summed, blocksSummed, blockCode = 4 } = parts
  const flags =
    0x40 | (alone ? 0x20 : 0) | (blocksSummed ? 0x10 : 0) | (sized ? 8 : 0) | (summed ? 4 : 0)
  const descriptor = [Buffer.from([flags, blockCode << 4])]
  if (sized) {
    const size = Buffer.alloc(8)
    size.writeBigUInt64LE(BigInt(content.length))
    descriptor.push(size)
  }
  const head = Buffer.concat(descriptor)
  const pieces = [word(0x184d_2204), head, Buffer.from([(xxHash32(head) >>> 8) & 255])]
  for (const { bytes, stored } of blocks) {
    pieces.push(word(bytes.length + (stored ? 0x8000_0000 : 0)), bytes)
    if (blocksSummed) pieces.push(word(xxHash32(bytes)))
  }
  pieces.push(word(0))
  if (summed) pieces.push(word(xxHash32(content)))
  return Buffer.concat(pieces)
}

export interface Sequence {
  readonly literals: Buffer
  readonly distance: number
  /** 4 or more. */
  readonly length: number
}

/** Writes a block of sequences and last literals. */
export function lz4Block(sequences: readonly Sequence[], last: Buffer): Buffer {
  const bytes: number[] = []
  const put = (literals: Buffer, length: number): void => {
    const match = Math.max(0, length - 4)
    bytes.push((Math.min(15, literals.length) << 4) | Math.min(15, match))
    more(literals.length)
    bytes.push(...literals)
  }
  const more = (length: number): void => {
    if (length < 15) return
    let rest = length - 15
    for (; rest >= 255; rest -= 255) bytes.push(255)
    bytes.push(rest)
  }
  for (const { literals, distance, length } of sequences) {
    put(literals, length)
    bytes.push(distance & 255, distance >> 8)
    more(length - 4)
  }
  put(last, 0)
  return Buffer.from(bytes)
}

/** What sequences mean, byte by byte. */
export function unpackSequences(
  before: Buffer,
  sequences: readonly Sequence[],
  last: Buffer
): Buffer {
  const bytes = [...before]
  for (const { literals, distance, length } of sequences) {
    bytes.push(...literals)
    for (let i = 0; i < length; i++) bytes.push(bytes[bytes.length - distance]!)
  }
  return Buffer.from([...bytes.slice(before.length), ...last])
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

/** xxHash32 with seed 0, as its specification writes it. */
function xxHash32(bytes: Buffer): number {
  const [p1, p2, p3, p4, p5] = [2654435761, 2246822519, 3266489917, 668265263, 374761393]
  const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by))
  const lanes = [p1! + p2!, p2!, 0, -p1!].map(lane => lane | 0)
  let at = 0
  for (; bytes.length - at >= 16; ) {
    for (let i = 0; i < 4; i++, at += 4) {
      const lane = (lanes[i]! + Math.imul(bytes.readUInt32LE(at), p2!)) | 0
      lanes[i] = Math.imul(rotate(lane, 13), p1!)
    }
  }
  let hash = p5! | 0
  if (bytes.length >= 16) {
    hash = [1, 7, 12, 18].reduce((sum, by, i) => (sum + rotate(lanes[i]!, by)) | 0, 0)
  }
  hash = (hash + bytes.length) | 0
  for (; bytes.length - at >= 4; at += 4) {
    hash = Math.imul(rotate((hash + Math.imul(bytes.readUInt32LE(at), p3!)) | 0, 17), p4!)
  }
  for (; at < bytes.length; at++) {
    hash = Math.imul(rotate((hash + Math.imul(bytes[at]!, p5!)) | 0, 11), p1!)
  }
  hash = Math.imul(hash ^ (hash >>> 15), p2!)
  hash = Math.imul(hash ^ (hash >>> 13), p3!)
  return (hash ^ (hash >>> 16)) >>> 0
}
