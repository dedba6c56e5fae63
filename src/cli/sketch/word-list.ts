import { murmur3x64128 } from '../../core/murmur3.ts'
import type { HashColumns } from '../../sketch/index.ts'

/** The words of a text: what stands between ASCII white space, as bytes. */
export class WordList {
  readonly bytes: Uint8Array
  readonly count: number
  private readonly starts: Uint32Array
  private readonly ends: Uint32Array
  private readonly buffer: Buffer
  private readonly hash = new Uint32Array(4)

  private constructor(bytes: Uint8Array, starts: Uint32Array, ends: Uint32Array) {
    this.bytes = bytes
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.starts = starts
    this.ends = ends
    this.count = starts.length
  }

  static of(bytes: Uint8Array): WordList {
    const starts: number[] = []
    const ends: number[] = []
    let isInside = false
    for (let at = 0; at < bytes.length; at++) {
      const isWord = !isSpace(bytes[at]!)
      if (isWord === isInside) continue
      isInside = isWord
      if (isWord) starts.push(at)
      else ends.push(at)
    }
    if (isInside) ends.push(bytes.length)
    return new WordList(bytes, Uint32Array.from(starts), Uint32Array.from(ends))
  }

  /** A word as a string: a character for each byte, so that bytes that are no UTF-8 stay different. */
  word(index: number): string {
    return this.buffer.toString('latin1', this.starts[index], this.ends[index])
  }

  /** Each different word once. */
  distinct(): WordList {
    const first = new Map<string, number>()
    for (let i = 0; i < this.count; i++) {
      const word = this.word(i)
      if (!first.has(word)) first.set(word, i)
    }
    const places = Uint32Array.from(first.values())
    const starts = places.map(i => this.starts[i]!)
    return new WordList(
      this.bytes,
      starts,
      places.map(i => this.ends[i]!)
    )
  }

  /** The hashes of words `from` … `to` − 1, from row 0 on. */
  hashInto(columns: HashColumns, from: number, to: number, seed: number): void {
    const { bytes, starts, ends, hash } = this
    for (let i = from, row = 0; i < to; i++, row++) {
      murmur3x64128(bytes, starts[i]!, ends[i]!, seed, hash)
      columns.h1lo[row] = hash[0]!
      columns.h1hi[row] = hash[1]!
      columns.h2lo[row] = hash[2]!
      columns.h2hi[row] = hash[3]!
    }
  }
}

/** Space, and tab to carriage return. */
function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)
}
