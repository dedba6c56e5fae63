import { BATCH_COUNT, BATCH_END, BATCH_FULL } from './produce-layout.ts'

const NEWLINE: i32 = 0x0a
const OBJECT_OPEN: u32 = 0x7b
const OBJECT_CLOSE: u32 = 0x7d
/** As lengths of a record are written: −1 for no key, 0 for no headers. */
const NO_KEY: u32 = 1
const NO_HEADERS: u32 = 0
/** What a record adds to a batch beside key and value, at most: `BatchEncoder.recordSize`. */
const RECORD_OVERHEAD: usize = 29
const BLOCK: usize = 64

/** Position of the next line feed, at or behind `end` when there is none. */
function newlineFrom(at: usize, end: usize): usize {
  const newlines = i8x16.splat(<i8>NEWLINE)
  for (let next = at; next < end; next += BLOCK) {
    const low =
      i8x16.bitmask(i8x16.eq(v128.load(next), newlines)) |
      (i8x16.bitmask(i8x16.eq(v128.load(next, 16), newlines)) << 16)
    const high =
      i8x16.bitmask(i8x16.eq(v128.load(next, 32), newlines)) |
      (i8x16.bitmask(i8x16.eq(v128.load(next, 48), newlines)) << 16)
    const bits = <u64>(<u32>low) | ((<u64>(<u32>high)) << 32)
    if (bits != 0) return next + <usize>ctz<u64>(bits)
  }
  return end
}

function varintSize(zigzag: u32): u32 {
  return zigzag < 128 ? 1 : (38 - clz<u32>(zigzag)) / 7
}

function writeVarint(at: usize, zigzag: u32): usize {
  let end = at
  let rest = zigzag
  while (rest > 127) {
    store<u8>(end++, (rest & 127) | 128)
    rest >>= 7
  }
  store<u8>(end, rest)
  return end + 1
}

/** Up to 63 bytes behind both ends are read and written. */
function copy(to: usize, from: usize, length: usize): void {
  for (let at: usize = 0; at < length; at += BLOCK) {
    v128.store(to + at, v128.load(from + at))
    v128.store(to + at, v128.load(from + at, 16), 16)
    v128.store(to + at, v128.load(from + at, 32), 32)
    v128.store(to + at, v128.load(from + at, 48), 48)
  }
}

/**
 * Appends the lines from `start` on as records without key and headers, all with the same time delta (in
 * zigzag form), and returns the position behind the last one. Stops before a line that is no frame at
 * sight (it begins with `{` and ends with `}`) or has no end before `end`, and before one that `batchMax`
 * has no room for. Readable twin: `BatchEncoder.append` for each line.
 */
export function records(
  start: usize,
  end: usize,
  batchEnd: usize,
  batchMax: usize,
  first: u32,
  timeDelta: u32
): usize {
  const timeSize = varintSize(timeDelta)
  let at = start
  let to = batchEnd
  let count = first
  let full: u32 = 0
  while (at < end) {
    const newline = newlineFrom(at, end)
    if (newline >= end) break
    const length = newline - at
    if (length < 2) break
    if (<u32>load<u8>(at) != OBJECT_OPEN || <u32>load<u8>(newline - 1) != OBJECT_CLOSE) break
    if (to + length + RECORD_OVERHEAD > batchMax) {
      // One that an empty batch has no room for is odd.
      full = count > 0 ? 1 : 0
      break
    }
    const valueLength = (<u32>length) << 1
    const offsetDelta = count << 1
    const body = 3 + timeSize + varintSize(offsetDelta) + varintSize(valueLength) + <u32>length
    to = writeVarint(to, body << 1)
    store<u8>(to, 0)
    to = writeVarint(to + 1, timeDelta)
    to = writeVarint(to, offsetDelta)
    store<u8>(to, NO_KEY)
    to = writeVarint(to + 1, valueLength)
    copy(to, at, length)
    to += length
    store<u8>(to, NO_HEADERS)
    to++
    count++
    at = newline + 1
  }
  store<u32>(BATCH_END, <u32>to)
  store<u32>(BATCH_COUNT, count)
  store<u32>(BATCH_FULL, full)
  return at
}
