const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true })

const SLOTS = 8_192
/** Longer texts are decoded each time. */
const BYTES_MAX = 64

/**
 * Texts by their bytes: names that come again and again, of groups and topics, are decoded once and stay the
 * same string, whose hash a map then knows. Invalid sequences become U+FFFD. A slot has the text that came last.
 */
class TextCache {
  private readonly texts: (string | undefined)[] = new Array(SLOTS)
  /** By slot: the length, then the bytes. */
  private readonly bytes = new Uint8Array(SLOTS * (BYTES_MAX + 1))

  text(bytes: Uint8Array, start: number, end: number): string {
    const length = end - start
    if (length > BYTES_MAX) return decoder.decode(bytes.subarray(start, end))
    const slot = slotOf(bytes, start, end)
    const known = this.bytes
    const from = slot * (BYTES_MAX + 1)
    const found = this.texts[slot]
    if (found !== undefined && known[from] === length) {
      let same = 0
      while (same < length && known[from + 1 + same] === bytes[start + same]) same++
      if (same === length) return found
    }
    const text = decoder.decode(bytes.subarray(start, end))
    known[from] = length
    for (let i = 0; i < length; i++) known[from + 1 + i] = bytes[start + i]!
    this.texts[slot] = text
    return text
  }
}

/** FNV-1a. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c_9dc5
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x0100_0193)
  return (hash ^ (hash >>> 15)) & (SLOTS - 1)
}

let cache: TextCache | undefined

/** The text of these bytes, from the cache of this thread. */
export function cachedText(bytes: Uint8Array, start: number, end: number): string {
  cache ??= new TextCache()
  return cache.text(bytes, start, end)
}
