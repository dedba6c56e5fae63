import { KEY_BYTES_MAX, SPANS_AT } from './extract-layout.ts'
import { NULL, NUMBER } from './field-value.ts'
import { findFields } from './frame-fields.ts'
import { newlineFrom, OBJECT_CLOSE, OBJECT_OPEN } from './json-skip.ts'
import { isJsonObject } from './json-whole.ts'
import { isInteger } from './key-value.ts'
import { murmur2 } from './murmur2.ts'
import {
  FULL_LANE,
  KEYED,
  LANE_BYTES,
  LANE_COUNT,
  LANE_DELTA,
  LANE_END,
  LANE_FIRST,
  LANE_MAX,
  TAKEN,
  WHOLE
} from './produce-layout.ts'

/** As lengths of a record are written: −1 for no key, 0 for no headers. */
const NO_KEY: u32 = 1
const NO_HEADERS: u32 = 0
/** What a record adds to a batch beside key and value, at most: `BatchEncoder.recordSize`. */
const RECORD_OVERHEAD: usize = 29
const BLOCK: usize = 64

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

/** Finds the key of the frame, which the first span then holds. Readable twin: `KeyField`. */
function findKey(start: usize, end: usize): bool {
  if (!findFields(start + 1, end)) return false
  const kind = load<u32>(SPANS_AT)
  const from = load<u32>(SPANS_AT, 4)
  const length = load<u32>(SPANS_AT, 8) - from
  if (length == 0 || length > load<u32>(KEY_BYTES_MAX) || kind == NULL) return false
  return kind != NUMBER || isInteger(from, from + length)
}

/**
 * Appends the lines from `start` on as records without headers to lanes, of which there is one where lines have
 * no key, and returns the position behind the last one. Stops before a line that is no frame at sight (it
 * begins with `{` and ends with `}`), that is odd, or has no end before `end`, and before one that its lane has
 * no room for. Readable twin: `BatchEncoder.append` for each line.
 */
export function records(start: usize, end: usize, lanes: usize, count: u32, how: u32): usize {
  let at = start
  let taken: u32 = 0
  let full: u32 = 0
  while (at < end) {
    const newline = newlineFrom(at, end)
    if (newline >= end) break
    const length = newline - at
    if (length < 2) break
    if (<u32>load<u8>(at) != OBJECT_OPEN || <u32>load<u8>(newline - 1) != OBJECT_CLOSE) break
    if ((how & <u32>WHOLE) != 0 && !isJsonObject(at, newline)) break
    let index: u32 = 0
    let key: usize = 0
    let keyLength: u32 = 0
    if ((how & <u32>KEYED) != 0) {
      if (!findKey(at, newline)) break
      key = load<u32>(SPANS_AT, 4)
      keyLength = load<u32>(SPANS_AT, 8) - <u32>key
      index = (murmur2(key, keyLength) & 0x7fff_ffff) % count
    }
    const lane = lanes + <usize>index * LANE_BYTES
    const to = <usize>load<u32>(lane, LANE_END)
    const before = load<u32>(lane, LANE_COUNT)
    if (to + length + keyLength + RECORD_OVERHEAD > <usize>load<u32>(lane, LANE_MAX)) {
      // One that an empty batch has no room for is odd.
      full = before > 0 ? index + 1 : 0
      break
    }
    if (before == 0) store<u32>(lane, taken, LANE_FIRST)
    const size = <u32>length
    const last = append(to, at, size, key, keyLength, load<u32>(lane, LANE_DELTA), before)
    store<u32>(lane, <u32>last, LANE_END)
    store<u32>(lane, before + 1, LANE_COUNT)
    taken++
    at = newline + 1
  }
  store<u32>(TAKEN, taken)
  store<u32>(FULL_LANE, full)
  return at
}

/** Writes a record at `to`, without a key where its length is 0, and returns its end. */
function append(
  to: usize,
  value: usize,
  length: u32,
  key: usize,
  keyLength: u32,
  timeDelta: u32,
  offset: u32
): usize {
  const offsetDelta = offset << 1
  const keySize = keyLength == 0 ? 1 : varintSize(keyLength << 1) + keyLength
  const body =
    2 + keySize + varintSize(timeDelta) + varintSize(offsetDelta) + varintSize(length << 1) + length
  let at = writeVarint(to, body << 1)
  store<u8>(at, 0)
  at = writeVarint(at + 1, timeDelta)
  at = writeVarint(at, offsetDelta)
  if (keyLength == 0) {
    store<u8>(at, NO_KEY)
    at++
  } else {
    at = writeVarint(at, keyLength << 1)
    copy(at, key, keyLength)
    at += keyLength
  }
  at = writeVarint(at, length << 1)
  copy(at, value, length)
  at += length
  store<u8>(at, NO_HEADERS)
  return at + 1
}
