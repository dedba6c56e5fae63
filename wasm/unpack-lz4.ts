import { copy32, copyBytes, repeatBytes } from './unpack-copy.ts'
import { xxHash32 } from './xx-hash.ts'

/*
 * LZ4: `produce-lz4.ts` shows a frame without options and a block; `src/kafka/batch/lz4-frame.ts` a frame
 * with all of them.
 */
const MAGIC: u32 = 0x184d_2204
const HEADER_BYTES: usize = 7
const MARK_BYTES: usize = 4
const STORED: u32 = 0x8000_0000
/** What the flags must be: version 1, nothing reserved, no dictionary; and what they may be. */
const VERSION_MASK: u32 = 0xc3
const VERSION: u32 = 0x40
const ALONE: u32 = 0x20
const BLOCK_CHECKSUM: u32 = 0x10
const CONTENT_SIZE: u32 = 0x08
const CONTENT_CHECKSUM: u32 = 0x04

const MATCH_MIN: usize = 4
const LONG: usize = 15
/** The most that a token without long lengths stands for: 14 literals, a distance, a match of 18 bytes. */
const NEAR: usize = 34

/** Behind the length that was read last; 0 when it has no end, or is more than was allowed. */
let behind: usize = 0

/** 15 and the bytes at `at`. */
function longLength(at: usize, end: usize, max: usize): usize {
  let length = LONG
  let next = at
  while (next < end && length <= max) {
    const byte = <usize>load<u8>(next)
    next++
    length += byte
    if (byte < 255) {
      behind = next
      return length
    }
  }
  behind = 0
  return 0
}

/** Copies a match and returns its end; 0 when it lies outside of `floor` and `limit`. */
function match(to: usize, distance: usize, length: usize, floor: usize, limit: usize): usize {
  if (distance == 0 || distance > to - floor || length > limit - to) return 0
  if (distance >= 16) copyBytes(to, to - distance, length)
  else repeatBytes(to, distance, length)
  return to + length
}

/** Unpacks one block and returns its end; 0 when it is damaged or more than `limit` allows. */
function block(start: usize, end: usize, floor: usize, target: usize, limit: usize): usize {
  let at = start
  let to = target
  while (at < end) {
    const token = <usize>load<u8>(at)
    at++
    let literals = token >> 4
    let length = token & LONG
    if (literals < LONG && end - at > NEAR && limit - to > NEAR) {
      // Nearly always: some literals, not the last ones, then nearly always a short match.
      v128.store(to, v128.load(at))
      at += literals
      to += literals
      const distance = <usize>load<u16>(at)
      if (length != LONG && distance >= 16 && distance <= to - floor) {
        copy32(to, to - distance)
        to += length + MATCH_MIN
        at += 2
        continue
      }
    } else {
      if (literals == LONG) {
        literals = longLength(at, end, limit - to)
        at = behind
        if (at == 0) return 0
      }
      if (literals > end - at || literals > limit - to) return 0
      copyBytes(to, at, literals)
      at += literals
      to += literals
      if (at == end) return to
      if (end - at < 2) return 0
    }
    const distance = <usize>load<u16>(at)
    at += 2
    if (length == LONG) {
      length = longLength(at, end, limit - to)
      at = behind
      if (at == 0) return 0
    }
    to = match(to, distance, length + MATCH_MIN, floor, limit)
    if (to == 0) return 0
  }
  return 0
}

/**
 * Unpacks the frame at `start` to `target` and returns its end; 0 when it is damaged, needs a dictionary, or
 * has more than `limit` allows. Up to 63 bytes behind `end` are read, and behind `limit` written.
 */
export function lz4Frame(start: usize, end: usize, target: usize, limit: usize): usize {
  if (end - start < HEADER_BYTES + MARK_BYTES || load<u32>(start) != MAGIC) return 0
  const flags = <u32>load<u8>(start, 4)
  const sizes = <u32>load<u8>(start, 5)
  if ((flags & VERSION_MASK) != VERSION || (sizes & 0x8f) != 0 || sizes < 0x40) return 0
  const blockMax: usize = (<usize>1) << (8 + 2 * <usize>(sizes >> 4))
  let at = start + HEADER_BYTES + ((flags & CONTENT_SIZE) != 0 ? 8 : 0)
  if (at > end) return 0
  if (<u32>load<u8>(at - 1) != ((xxHash32(start + 4, at - 1) >> 8) & 0xff)) return 0
  let to = target
  for (;;) {
    if (end - at < MARK_BYTES) return 0
    const word = load<u32>(at)
    at += MARK_BYTES
    if (word == 0) break
    const size = <usize>(word & ~STORED)
    const room = min(limit, to + blockMax)
    if (size > end - at) return 0
    if ((word & STORED) != 0) {
      if (size > room - to) return 0
      memory.copy(to, at, size)
      to += size
    } else {
      to = block(at, at + size, (flags & ALONE) != 0 ? to : target, to, room)
      if (to == 0) return 0
    }
    at += size
    if ((flags & BLOCK_CHECKSUM) == 0) continue
    if (end - at < 4 || load<u32>(at) != xxHash32(at - size, at)) return 0
    at += 4
  }
  if ((flags & CONTENT_CHECKSUM) != 0) {
    if (end - at < 4 || load<u32>(at) != xxHash32(target, to)) return 0
  }
  if ((flags & CONTENT_SIZE) != 0 && load<u64>(start, 6) != <u64>(to - target)) return 0
  return to
}
