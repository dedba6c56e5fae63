import { copyBytes, copyShort, repeatBytes } from './unpack-copy.ts'

/*
 * Raw snappy (its format description): length (varint), then elements, by the two low bits of their tag:
 *
 *   0  literals   tag >> 2 is length − 1; 60 to 63: it stands in the next 1 to 4 bytes
 *   1  copy       (tag >> 2 & 7) + 4 bytes, distance: tag >> 5 and a byte
 *   2, 3  copy    (tag >> 2) + 1 bytes, distance: 2 or 4 bytes
 */
const LONG: usize = 60
const FAR: usize = 3
const LENGTH_BITS: usize = 35

/**
 * Unpacks to `target` and returns the end; 0 when it is damaged or more than `limit` allows. Up to 63 bytes
 * behind `end` are read, and behind `limit` written.
 */
export function snappyRaw(start: usize, end: usize, target: usize, limit: usize): usize {
  let at = start
  let total: u64 = 0
  for (let shift: usize = 0; ; shift += 7) {
    if (at >= end || shift >= LENGTH_BITS) return 0
    const byte = <u64>load<u8>(at)
    at++
    total |= (byte & 127) << (<u64>shift)
    if (byte < 128) break
  }
  if (total > <u64>(limit - target)) return 0
  const full = target + <usize>total
  return elements(at, end, target, full) == full ? full : 0
}

function elements(start: usize, end: usize, target: usize, full: usize): usize {
  let at = start
  let to = target
  while (at < end) {
    const tag = <usize>load<u8>(at)
    at++
    let length = tag >> 2
    if ((tag & 3) == 0) {
      if (length >= LONG) {
        const size = length - LONG + 1
        if (size > end - at) return 0
        length = <usize>(<u64>load<u32>(at) & (((<u64>1) << (<u64>(size << 3))) - 1))
        at += size
      }
      if (length >= end - at || length >= full - to) return 0
      length++
      copyBytes(to, at, length)
      at += length
      to += length
      continue
    }
    let distance: usize
    if ((tag & 3) != FAR) {
      const isNear = (tag & 3) == 1
      if (end - at < (tag & 3)) return 0
      // Which of the two it is would be a coin's toss as a branch.
      const word = <usize>load<u16>(at)
      distance = select<usize>(((tag >> 5) << 8) | (word & 255), word, isNear)
      length = select<usize>(4 + (length & 7), 1 + length, isNear)
      at += tag & 3
    } else {
      if (end - at < 4) return 0
      length++
      distance = <usize>load<u32>(at)
      at += 4
    }
    if (distance == 0 || distance > to - target || length > full - to) return 0
    if (distance >= 16) copyShort(to, to - distance, length)
    else repeatBytes(to, distance, length)
    to += length
  }
  return to
}
