import type { ByteReader } from '../core/bytes.ts'

/**
 * A list or table of a DataSketches HLL sketch that holds `count` words: compact, or whole up to the end
 * of the bytes, where 0 is a free place.
 * @throws format-damaged
 */
export function readWords(reader: ByteReader, count: number, isCompact: boolean): Uint32Array {
  if (count * 4 > reader.remaining) throw reader.damaged(`${count} words don't fit in it`)
  const words = new Uint32Array(count)
  let found = 0
  for (let left = isCompact ? count : Math.floor(reader.remaining / 4); left > 0; left--) {
    const word = reader.u32()
    if (word === 0 && !isCompact) continue
    if (found === count) throw reader.damaged(`it holds more than ${count} words`)
    words[found++] = word
  }
  if (found !== count) throw reader.damaged(`it holds ${found} words, not ${count}`)
  return words
}
