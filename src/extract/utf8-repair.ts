/*
 * Well-formed UTF-8 (Unicode 16, table 3-7): the range of the second byte depends on the first.
 *
 *   first    second   then          first    second   then
 *   00-7f                           ee-ef    80-bf    80-bf
 *   c2-df    80-bf                  f0       90-bf    80-bf 80-bf
 *   e0       a0-bf    80-bf         f1-f3    80-bf    80-bf 80-bf
 *   e1-ec    80-bf    80-bf         f4       80-8f    80-bf 80-bf
 *   ed       80-9f    80-bf
 */
const TWO_FIRST = 0xc2
const THREE_FIRST = 0xe0
const FOUR_FIRST = 0xf0
const FOUR_LAST = 0xf4

/**
 * Copies UTF-8 to `out`, each piece that is none as U+FFFD like every decoder of the web (the WHATWG's
 * "maximal subparts"). Returns the bytes written; stops when `out` is full.
 */
export function repairUtf8(bytes: Uint8Array, start: number, end: number, out: Uint8Array): number {
  let length = 0
  let at = start
  while (at < end && length < out.length) {
    const first = bytes[at]!
    const wanted = widthOf(first)
    const next = wanted === 1 ? at + 1 : partEnd(bytes, at, end, wanted)
    if (wanted > 0 && next - at === wanted) {
      for (; at < next; at++) out[length++] = bytes[at]!
    } else {
      out[length++] = 0xef
      out[length++] = 0xbf
      out[length++] = 0xbd
      at = next
    }
  }
  return Math.min(length, out.length)
}

/** Bytes of a character by its first one, 0 when none begins so. */
function widthOf(first: number): number {
  if (first < 0x80) return 1
  if (first < TWO_FIRST || first > FOUR_LAST) return 0
  return first < THREE_FIRST ? 2 : first < FOUR_FIRST ? 3 : 4
}

/** The end of what could still become a character of `wanted` bytes; at least one byte. */
function partEnd(bytes: Uint8Array, at: number, end: number, wanted: number): number {
  const first = bytes[at]!
  let low = first === THREE_FIRST ? 0xa0 : first === FOUR_FIRST ? 0x90 : 0x80
  let high = first === 0xed ? 0x9f : first === FOUR_LAST ? 0x8f : 0xbf
  let next = at + 1
  while (next < end && next - at < wanted) {
    const byte = bytes[next]!
    if (byte < low || byte > high) break
    low = 0x80
    high = 0xbf
    next++
  }
  return next
}
