import { TABLE_AT, TABLE_BITS, TABLE_BYTES } from './produce-layout.ts'

/*
 * LZ4 (lz4_Frame_format 1.6, lz4_Block_format), little-endian:
 *
 *   frame: magic 4 | FLG = version 1, blocks alone | BD = largest block | header checksum 1
 *          | blocks: size 4 (top bit: stored as it is) | bytes | … | end mark 4 = 0
 *   block: token (literals << 4 | match − 4; 15: more bytes follow, each up to 255)
 *          | literals | offset 2 | … | at last literals only
 *
 * The last match begins 12 bytes before the end of a block or sooner, and its last 5 bytes are literals.
 */
const MAGIC: u32 = 0x184d_2204
const FLAGS: u32 = 0x60
const STORED: u32 = 0x8000_0000
/** The second byte of xxHash32 over FLG and BD, for the largest blocks of 64 KiB, 256 KiB, 1 and 4 MiB. */
const CHECKSUMS: u32 = 0x7351_fb82

const MATCH_MIN: usize = 4
const LAST_LITERALS: usize = 5
const MATCH_LIMIT: usize = 12
const DISTANCE_MAX: usize = 65_535
const LONG_LITERALS: usize = 15
const LONG_MATCH: usize = 15
/** After 64 looks in vain only every second byte is looked at, after 64 more every third, and so on. */
const LOOKS_BITS: u32 = 6
/** Spreads five bytes over the table: a prime near 2^40 divided by the golden ratio. */
const SPREAD: u64 = 889_523_592_379

/** The place of the five bytes at `at` in the table. */
function slot(at: usize): usize {
  return TABLE_AT + ((<usize>(((load<u64>(at) << 24) * SPREAD) >> <u64>(64 - TABLE_BITS))) << 2)
}

function equalBytes(left: usize, right: usize, end: usize): usize {
  let at = left
  let other = right
  if (at + 16 <= end) {
    const differ = ~i8x16.bitmask(i8x16.eq(v128.load(at), v128.load(other))) & 0xffff
    if (differ != 0) return <usize>ctz<i32>(differ)
    at += 16
    other += 16
  }
  while (at + 8 <= end) {
    const differ = load<u64>(at) ^ load<u64>(other)
    if (differ != 0) return at - left + <usize>(ctz<u64>(differ) >> 3)
    at += 8
    other += 8
  }
  while (at < end && load<u8>(at) == load<u8>(other)) {
    at++
    other++
  }
  return at - left
}

function writeMore(to: usize, length: usize): usize {
  let end = to
  let rest = length
  while (rest >= 255) {
    store<u8>(end++, 255)
    rest -= 255
  }
  store<u8>(end, <u32>rest)
  return end + 1
}

/** Writes the token and the literals before a match; up to 15 bytes behind both ends are touched. */
function literals(to: usize, from: usize, length: usize): usize {
  let end = to + 1
  if (length >= LONG_LITERALS) {
    store<u8>(to, 0xf0)
    end = writeMore(end, length - LONG_LITERALS)
  } else {
    store<u8>(to, (<u32>length) << 4)
  }
  for (let at: usize = 0; at < length; at += 16) v128.store(end + at, v128.load(from + at))
  return end + length
}

/** Compresses one block and returns its end. Greedy, one candidate for each hash. */
function block(from: usize, length: usize, target: usize): usize {
  const end = from + length
  let to = target
  let anchor = from
  if (length > MATCH_LIMIT) {
    memory.fill(TABLE_AT, 0, TABLE_BYTES)
    const lastMatch = end - MATCH_LIMIT
    const matchEnd = end - LAST_LITERALS
    let at = from
    let looks: u32 = 1 << LOOKS_BITS
    let place = slot(at)
    while (at <= lastMatch) {
      let match = <usize>load<u32>(place)
      store<u32>(place, <u32>at)
      const next = at + <usize>(looks >> LOOKS_BITS)
      place = slot(next)
      // One branch: each of the two is a coin's toss.
      if ((<u32>(at - match > DISTANCE_MAX) | (load<u32>(match) ^ load<u32>(at))) != 0) {
        at = next
        looks++
        continue
      }
      looks = 1 << LOOKS_BITS
      while (at > anchor && match > from && load<u8>(at - 1) == load<u8>(match - 1)) {
        at--
        match--
      }
      const token = to
      to = literals(to, anchor, at - anchor)
      store<u16>(to, <u32>(at - match))
      to += 2
      const more = equalBytes(at + MATCH_MIN, match + MATCH_MIN, matchEnd)
      if (more >= LONG_MATCH) {
        store<u8>(token, load<u8>(token) | 15)
        to = writeMore(to, more - LONG_MATCH)
      } else {
        store<u8>(token, load<u8>(token) | <u32>more)
      }
      at += MATCH_MIN + more
      anchor = at
      if (at <= lastMatch) {
        store<u32>(slot(at - 2), <u32>(at - 2))
        place = slot(at)
      }
    }
  }
  return literals(to, anchor, end - anchor)
}

/**
 * Compresses `length` bytes into a frame at `target` and returns its size. It takes at most 15 + length +
 * length / 255 + 16 bytes and 4 for each block.
 */
export function lz4(source: usize, length: usize, target: usize): usize {
  let code: u32 = 4
  while (code < 7 && (<usize>1) << (8 + 2 * code) < length) code++
  const blockMax = (<usize>1) << (8 + 2 * code)
  store<u32>(target, MAGIC)
  store<u8>(target, FLAGS, 4)
  store<u8>(target, code << 4, 5)
  store<u8>(target, CHECKSUMS >> ((code - 4) << 3), 6)
  let to = target + 7
  const end = source + length
  for (let at = source; at < end; at += blockMax) {
    const size = min<usize>(blockMax, end - at)
    const blockEnd = block(at, size, to + 4)
    const packed = blockEnd - to - 4
    if (packed < size) {
      store<u32>(to, <u32>packed)
      to = blockEnd
    } else {
      store<u32>(to, <u32>size | STORED)
      memory.copy(to + 4, at, size)
      to += 4 + size
    }
  }
  store<u32>(to, 0)
  return to + 4 - target
}
