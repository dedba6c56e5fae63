import {
  BY_COUNT,
  END_AT,
  GROUP_AT,
  KEY_PARTS,
  RECORD_TIME_AT,
  SLOW_AT,
  SLOW_COUNT,
  SPAN_BYTES,
  SPANS_AT,
  START_AT,
  TIME_AT,
  TIME_SLOT,
  VERDICT_AT,
  WANTED
} from './extract-layout.ts'
import { NUMBER } from './field-value.ts'
import { findFields } from './frame-fields.ts'
import { takeGroup } from './group-value.ts'
import { OBJECT_OPEN } from './json-skip.ts'
import { hashSpan, hashValues } from './key-value.ts'
import { timeOf } from './time-value.ts'

const TIME_MS_MAX: f64 = 140737488355328
const RECORD: i32 = -1

/* Codes of verdicts, as `src/extract/columns.ts` has them. */
export const COUNTED: u32 = 0
export const TOMBSTONE: u32 = 1
export const TOO_LONG: u32 = 3

/** Where the frame is in the chunk that the caller sees. */
export function noteSpan(row: usize, start: usize, end: usize): void {
  store<u32>(START_AT + (row << 2), <u32>start)
  store<u32>(END_AT + (row << 2), <u32>end)
}

export function noteVerdict(row: usize, verdict: u32): void {
  store<u8>(VERDICT_AT + row, verdict)
}

/** Leaves a row to the plain twin. */
export function leave(row: usize): void {
  const count = load<u32>(SLOW_COUNT)
  store<u32>(SLOW_AT + ((<usize>count) << 2), <u32>row)
  store<u32>(SLOW_COUNT, count + 1)
}

/** Judges the frame whose bracket is at `start`: counted, or left to the plain twin. */
export function takeFrame(
  row: usize,
  start: usize,
  end: usize,
  keyStart: usize,
  keyEnd: usize
): void {
  if (load<u32>(WANTED) != 0) {
    if (start >= end || <u32>load<u8>(start) != OBJECT_OPEN || !findFields(start + 1, end)) {
      leave(row)
      return
    }
  }
  if (
    (load<u32>(KEY_PARTS) == 0 ? hashSpan(keyStart, keyEnd, row) : hashValues(row)) &&
    takeTime(row) &&
    takeGroupOf(row)
  ) {
    noteVerdict(row, COUNTED)
  } else {
    leave(row)
  }
}

function takeTime(row: usize): bool {
  const slot = load<i32>(TIME_SLOT)
  let time: f64
  if (slot == RECORD) {
    time = load<f64>(RECORD_TIME_AT + (row << 3))
    // Not for NaN either.
    if (!(time <= TIME_MS_MAX)) return false
  } else {
    const span = SPANS_AT + <usize>slot * SPAN_BYTES
    if (load<u32>(span) > NUMBER) return false
    time = timeOf(load<u32>(span, 4), load<u32>(span, 8))
    if (isNaN<f64>(time)) return false
  }
  store<f64>(TIME_AT + (row << 3), time)
  return true
}

function takeGroupOf(row: usize): bool {
  if (load<u32>(BY_COUNT) != 0) return takeGroup(row)
  store<u32>(GROUP_AT + (row << 2), 0)
  return true
}
