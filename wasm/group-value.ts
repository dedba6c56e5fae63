import {
  ARENA_AT,
  ARENA_BYTES,
  ARENA_USED,
  BY_COUNT,
  BY_SLOTS,
  FRESH_GROUPS,
  GROUP_AT,
  GROUP_BYTES,
  GROUP_BYTES_MAX,
  GROUP_COUNT,
  GROUP_SLOTS,
  GROUP_SLOTS_AT,
  GROUPS_AT,
  GROUPS_MAX,
  SCRATCH_AT,
  SPAN_BYTES,
  SPANS_AT
} from './extract-layout.ts'
import { NUMBER, TEXT } from './field-value.ts'
import { missing } from './frame-fields.ts'
import { ARRAY_OPEN, COMMA } from './json-skip.ts'
import { copy, isInteger } from './key-value.ts'

const ARRAY_CLOSE: u32 = 0x5d
const NULL_WORD: u32 = 0x6c6c756e
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15
/** A group that the facade does not know yet has this and its number as id. */
const FRESH: u32 = 0x8000_0000
/** Groups that were made to collide are left to the plain twin. */
const PROBES_MAX: u32 = 32

/**
 * Finds the group of the values that are noted and writes its id into row `row`, or its number among those
 * met first in this call. False for what is not plain ASCII, too long or too much: the plain twin has the
 * id. Readable twins: `GroupReader.read`, `GroupIds.find`.
 */
export function takeGroup(row: usize): bool {
  const count = load<u32>(BY_COUNT)
  let at = SCRATCH_AT
  for (let field: u32 = 0; field < count; field++) {
    store<u8>(at, field == 0 ? ARRAY_OPEN : COMMA)
    at++
    const slot = load<u32>(BY_SLOTS + ((<usize>field) << 2))
    if ((missing & (1 << slot)) != 0) {
      store<u32>(at, NULL_WORD)
      at += 4
      continue
    }
    const span = SPANS_AT + <usize>slot * SPAN_BYTES
    const kind = load<u32>(span)
    let start = <usize>load<u32>(span, 4)
    let end = <usize>load<u32>(span, 8)
    if (kind == NUMBER && !isInteger(start, end)) return false
    if (kind == TEXT) {
      // With its quotes.
      start--
      end++
    }
    const length = end - start
    if (at + length > SCRATCH_AT + GROUP_BYTES_MAX || !isAscii(start, end)) return false
    copy(at, start, <u32>length)
    at += length
  }
  store<u8>(at, ARRAY_CLOSE)
  at++
  if (at > SCRATCH_AT + GROUP_BYTES_MAX) return false
  store<u64>(at, 0)
  return find(<u32>(at - SCRATCH_AT), row)
}

function isAscii(start: usize, end: usize): bool {
  for (let at = start; at < end; at += 16) {
    const high = <u32>i8x16.bitmask(v128.load(at))
    if (high != 0 && (end - at >= 16 || high << (32 - <u32>(end - at)) != 0)) return false
  }
  return true
}

/** Looks the group in the scratch up, by words of eight bytes with zeros behind it. */
function find(length: u32, row: usize): bool {
  let hash = <u64>length
  for (let i: usize = 0; i < <usize>length; i += 8) {
    hash = (hash ^ load<u64>(SCRATCH_AT + i)) * MULTIPLIER
    hash ^= hash >> 29
  }
  let slot = <usize>hash & (GROUP_SLOTS - 1)
  for (let probes: u32 = 0; probes < PROBES_MAX; probes++) {
    const entry = load<u64>(GROUP_SLOTS_AT + (slot << 3))
    if (entry == 0) return add(slot, <u32>(hash >> 32), length, row)
    if (<u32>(entry >> 32) == <u32>(hash >> 32)) {
      const group = GROUPS_AT + (<usize>(<u32>entry) - 1) * GROUP_BYTES
      if (load<u32>(group, 8) == length && holds(load<u32>(group, 4), length)) {
        store<u32>(GROUP_AT + (row << 2), load<u32>(group))
        return true
      }
    }
    slot = (slot + 1) & (GROUP_SLOTS - 1)
  }
  return false
}

function holds(at: usize, length: u32): bool {
  for (let i: usize = 0; i < <usize>length; i += 8) {
    if (load<u64>(at + i) != load<u64>(SCRATCH_AT + i)) return false
  }
  return true
}

function add(slot: usize, hash: u32, length: u32, row: usize): bool {
  const number = load<u32>(GROUP_COUNT)
  const used = load<u32>(ARENA_USED)
  const room = (length + 7) & ~7
  if (number == <u32>GROUPS_MAX || used + room > <u32>ARENA_BYTES) return false
  for (let i: usize = 0; i < <usize>length; i += 8) {
    store<u64>(ARENA_AT + <usize>used + i, load<u64>(SCRATCH_AT + i))
  }
  store<u64>(GROUP_SLOTS_AT + (slot << 3), ((<u64>hash) << 32) | (number + 1))
  const group = GROUPS_AT + <usize>number * GROUP_BYTES
  store<u32>(group, FRESH | number)
  store<u32>(group, <u32>ARENA_AT + used, 4)
  store<u32>(group, length, 8)
  store<u32>(group, <u32>row, 12)
  store<u32>(GROUP_COUNT, number + 1)
  store<u32>(ARENA_USED, used + room)
  store<u32>(FRESH_GROUPS, load<u32>(FRESH_GROUPS) + 1)
  store<u32>(GROUP_AT + (row << 2), FRESH | number)
  return true
}
