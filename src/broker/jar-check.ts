import { open } from 'node:fs/promises'

const END_SIGNATURE = 0x06054b50
const END_BYTES = 22
const COMMENT_BYTES_MAX = 0xffff

/**
 * True when the file is there and is a whole zip. A download that was cut off has no end record,
 * and one that lost bytes in the middle has its directory at another place than the record says.
 *
 *     end record (PKWARE APPNOTE 4.3.16), little-endian, the last thing in the file
 *     0  u32 signature      10 u16 entries      12 u32 directory bytes
 *     16 u32 directory at   20 u16 comment bytes, then the comment
 */
export async function isWholeJar(path: string): Promise<boolean> {
  try {
    const file = await open(path)
    try {
      const { size } = await file.stat()
      const tail = Buffer.alloc(Math.min(size, END_BYTES + COMMENT_BYTES_MAX))
      await file.read(tail, 0, tail.length, size - tail.length)
      return endsWhole(tail, size)
    } finally {
      await file.close()
    }
  } catch {
    return false
  }
}

function endsWhole(tail: Buffer, size: number): boolean {
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== END_SIGNATURE) continue
    const commentBytes = tail.readUInt16LE(at + 20)
    const directoryEnd = tail.readUInt32LE(at + 16) + tail.readUInt32LE(at + 12)
    const endRecordAt = size - tail.length + at
    if (at + END_BYTES + commentBytes === tail.length && directoryEnd === endRecordAt) return true
  }
  return false
}

/** The jars of a class path that are missing or damaged. */
export async function damagedJars(paths: readonly string[]): Promise<string[]> {
  const whole = await Promise.all(paths.map(isWholeJar))
  return paths.filter((_, i) => !whole[i])
}
