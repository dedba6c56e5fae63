import { leave, noteSpan, noteVerdict, TOMBSTONE, takeFrame } from './extract-frame.ts'
import {
  APPEND_TIME,
  BASE_OFFSET,
  BASE_TIME,
  CAPACITY,
  FRAME_BYTES_MAX,
  FROM_OFFSET,
  HAS_APPEND_TIME,
  KEY_END_AT,
  KEY_START_AT,
  LEFT,
  OFFSET_AT,
  RECORD_TIME_AT,
  ROWS,
  STUCK,
  WANTED
} from './extract-layout.ts'
import { OBJECT_OPEN } from './json-skip.ts'

const NULL_LENGTH: i64 = -1
/** A schema id of Confluent: 0x00 and four bytes. */
const CONFLUENT_BYTES: usize = 5
/** Bits of the longest number of 32 bits, and of the longest one that no double rounds. */
const INT32_BITS: u64 = 35
const TIME_BITS: u64 = 49

/** Behind the number that was read last; 0 when it was longer than any that is taken here. */
let behind: usize = 0

/**
 * Takes the next records of a batch, up to full columns, and returns the position behind the last one. When
 * one of them does not lie in its bounds, or not whole before `end`, it is not taken, and that is said:
 * the plain twin goes on from there. Readable twin: `RecordWalker`.
 */
export function records(start: usize, end: usize, shift: usize): usize {
  const capacity = <usize>load<u32>(CAPACITY)
  let left = load<i32>(LEFT)
  let row = <usize>load<u32>(ROWS)
  let at = start
  let stuck: u32 = 0
  while (row < capacity && left > 0) {
    const next = record(at, end, row, shift)
    if (next == 0) {
      stuck = 1
      break
    }
    // A record before the first wanted offset fills no row.
    if (next > 0) row++
    at += <usize>abs<i32>(next)
    left--
  }
  store<u32>(ROWS, <u32>row)
  store<i32>(LEFT, left)
  store<u32>(STUCK, stuck)
  return at
}

/** Takes the record at `start`: its bytes, negative when it is passed over; 0 when it cannot be read. */
function record(start: usize, batchEnd: usize, row: usize, shift: usize): i32 {
  if (start >= batchEnd) return 0
  const length = number(start, INT32_BITS)
  let at = behind
  if (at == 0 || length < 1 || at > batchEnd || length > <i64>(batchEnd - at)) return 0
  const end = at + <usize>length
  const timeDelta = number(at + 1, TIME_BITS)
  at = behind
  if (at == 0) return 0
  const offsetDelta = number(at, INT32_BITS)
  at = behind
  if (at == 0 || offsetDelta < 0 || offsetDelta > <i64>u32.MAX_VALUE) return 0
  const keyLength = number(at, INT32_BITS)
  const keyStart = behind
  if (keyStart == 0 || keyStart > end || keyLength < NULL_LENGTH) return 0
  if (keyLength > <i64>(end - keyStart)) return 0
  const keyEnd = keyStart + <usize>max<i64>(keyLength, 0)
  const valueLength = number(keyEnd, INT32_BITS)
  const valueStart = behind
  if (valueStart == 0 || valueStart > end || valueLength < NULL_LENGTH) return 0
  if (valueLength > <i64>(end - valueStart)) return 0
  const valueEnd = valueStart + <usize>max<i64>(valueLength, 0)
  if (headersEnd(valueEnd, end) != end) return 0
  const offset = load<f64>(BASE_OFFSET) + <f64>offsetDelta
  if (offset < load<f64>(FROM_OFFSET)) return -(<i32>(end - start))
  const time =
    load<u32>(HAS_APPEND_TIME) != 0 ? load<f64>(APPEND_TIME) : load<f64>(BASE_TIME) + <f64>timeDelta
  store<f64>(OFFSET_AT + (row << 3), offset)
  store<f64>(RECORD_TIME_AT + (row << 3), time < 0 ? NaN : time)
  noteSpan(row, valueStart - shift, valueEnd - shift)
  store<i32>(KEY_START_AT + (row << 2), keyLength == NULL_LENGTH ? -1 : <i32>(keyStart - shift))
  store<i32>(KEY_END_AT + (row << 2), <i32>(keyEnd - shift))
  if (valueLength == NULL_LENGTH) noteVerdict(row, TOMBSTONE)
  else takeValue(row, valueStart, valueEnd, keyStart, keyEnd)
  return <i32>(end - start)
}

function takeValue(row: usize, start: usize, end: usize, keyStart: usize, keyEnd: usize): void {
  let frame = start
  if (load<u32>(WANTED) != 0 && end - start > CONFLUENT_BYTES && load<u8>(start) == 0) {
    frame += CONFLUENT_BYTES
    if (<u32>load<u8>(frame) != OBJECT_OPEN) {
      leave(row)
      return
    }
  }
  if (end - start > <usize>load<u32>(FRAME_BYTES_MAX)) leave(row)
  else takeFrame(row, frame, end, keyStart, keyEnd)
}

/** Behind the headers at `start`; 0 when they are not what they should be. */
function headersEnd(start: usize, end: usize): usize {
  const count = number(start, INT32_BITS)
  let at = behind
  if (at == 0 || count < 0) return 0
  for (let i: i64 = 0; i < count; i++) {
    const nameLength = number(at, INT32_BITS)
    at = behind
    if (at == 0 || at > end || nameLength < 0 || nameLength > <i64>(end - at)) return 0
    const valueLength = number(at + <usize>nameLength, INT32_BITS)
    at = behind
    if (at == 0 || at > end || valueLength < NULL_LENGTH || valueLength > <i64>(end - at)) return 0
    at += <usize>max<i64>(valueLength, 0)
  }
  return at
}

/** A zigzag varint of up to `bits` / 7 bytes. */
function number(at: usize, bits: u64): i64 {
  const first = <u64>load<u8>(at)
  if (first < 128) {
    behind = at + 1
    return <i64>(first >> 1) ^ -(<i64>(first & 1))
  }
  let value = first & 127
  let next = at + 1
  for (let shift: u64 = 7; shift < bits; shift += 7) {
    const byte = <u64>load<u8>(next)
    next++
    value |= (byte & 127) << shift
    if (byte < 128) {
      behind = next
      return <i64>(value >> 1) ^ -(<i64>(value & 1))
    }
  }
  behind = 0
  return 0
}
