import {
  BELOW_BITS,
  BELOW_FIRST,
  BELOW_LAST,
  FIELD_BIT,
  FIELD_BYTES,
  FIELD_MASK,
  FIELD_REST,
  FIELD_REST_LENGTH,
  FIELD_SLOT,
  NEEDED,
  NO_FIELD,
  TOP_BITS,
  TOP_FIRST,
  TOP_LAST,
  WANTED
} from './extract-layout.ts'
import { takeValue } from './field-value.ts'
import {
  COLON,
  COMMA,
  NOWHERE,
  nestedEnd,
  OBJECT_CLOSE,
  OBJECT_OPEN,
  QUOTE,
  QUOTES,
  SLASHES,
  SPACE,
  scalarEnd,
  spaceEnd,
  stringEnd
} from './json-skip.ts'

const COMMA_QUOTE: u32 = 0x222c
const QUOTE_COLON: u32 = 0x3a22

/** Bits of the wanted slots that the last frame lacks. */
export let missing: u32 = 0

/**
 * Finds the wanted fields of the frame whose members begin at `start`, as `FieldScanner.members` does: the same
 * strictness, the same early stop. False when the frame is left to that: it is damaged, lacks what it
 * needs, or has something odd on the way.
 */
export function findFields(start: usize, end: usize): bool {
  let first = <usize>load<u32>(TOP_FIRST)
  let last = <usize>load<u32>(TOP_LAST)
  let bits = load<u32>(TOP_BITS)
  let open = load<u32>(WANTED)
  let left = open
  // Bits below the member that is read, 0 on the top level.
  let below: u32 = 0
  let at = tokenFrom(start, end)
  let ended = <u32>load<u8>(at) == OBJECT_CLOSE
  for (;;) {
    if (ended) {
      // At the bracket behind the last member of an object.
      if (below == 0) break
      at++
      open &= ~below
      below = 0
      first = <usize>load<u32>(TOP_FIRST)
      last = <usize>load<u32>(TOP_LAST)
      bits = load<u32>(TOP_BITS)
    } else {
      if (at >= end || <u32>load<u8>(at) != QUOTE) return false
      const name = at + 1
      at = nameEnd(name, end)
      if (at == NOWHERE) return false
      const entry = entryOf(name, first, last)
      const byte = <u32>load<u8>(at)
      const own = load<u32>(entry, FIELD_BIT) & open
      const within = load<u32>(entry, BELOW_BITS) & open
      if (own != 0) {
        at = takeValue(at, end, byte, <usize>load<u32>(entry, FIELD_SLOT))
        open &= ~own
        left &= ~own
      } else if (within != 0 && byte == OBJECT_OPEN) {
        below = within
        first = <usize>load<u32>(entry, BELOW_FIRST)
        last = <usize>load<u32>(entry, BELOW_LAST)
        bits = within
        at = tokenFrom(at + 1, end)
        ended = <u32>load<u8>(at) == OBJECT_CLOSE
        continue
      } else {
        at = passValue(at, end, byte)
        open &= ~within
      }
      if (at == NOWHERE) return false
      if (left == 0) {
        missing = 0
        return true
      }
    }
    // Behind a member. When nothing is left to find here, only brackets count up to the object's end.
    if ((bits & open) == 0) {
      at = nestedEnd(at, end, 1)
      if (at == NOWHERE) return false
      at--
      ended = true
      continue
    }
    ended = false
    if (<u32>load<u16>(at) == COMMA_QUOTE) {
      at++
      continue
    }
    at = tokenFrom(at, end)
    ended = <u32>load<u8>(at) == OBJECT_CLOSE
    if (ended) continue
    if (<u32>load<u8>(at) != COMMA) return false
    at = tokenFrom(at + 1, end)
  }
  missing = left
  return at < end && (left & load<u32>(NEEDED)) == 0 && spaceEnd(at + 1, end) == end
}

/** The first byte that is no white space. */
function tokenFrom(at: usize, end: usize): usize {
  return <u32>load<u8>(at) > SPACE ? at : spaceEnd(at, end)
}

/** Passes over the rest of a name and the colon: where the value begins. `NOWHERE` when it has an escape, or no end. */
function nameEnd(at: usize, end: usize): usize {
  const quotes = v128.load(QUOTES)
  const slashes = v128.load(SLASHES)
  for (let next = at; next < end; next += 16) {
    const bytes = v128.load(next)
    const hits = i8x16.bitmask(v128.or(i8x16.eq(bytes, quotes), i8x16.eq(bytes, slashes)))
    if (hits == 0) continue
    const close = next + <usize>ctz<i32>(hits)
    const ends = <u32>load<u16>(close)
    if (ends == QUOTE_COLON) return tokenFrom(close + 2, end)
    if ((ends & 0xff) != QUOTE) return NOWHERE
    const colon = spaceEnd(close + 1, end)
    return <u32>load<u8>(colon) == COLON ? tokenFrom(colon + 1, end) : NOWHERE
  }
  return NOWHERE
}

/** The entry of the name at `at`; one without bits when there is none. */
function entryOf(at: usize, first: usize, last: usize): usize {
  const word = load<u64>(at)
  for (let entry = first; entry < last; entry += FIELD_BYTES) {
    if (((word ^ load<u64>(entry)) & load<u64>(entry, FIELD_MASK)) != 0) continue
    const differs = v128.xor(v128.load(at), v128.load(entry))
    if (v128.any_true(v128.and(differs, v128.load(entry, FIELD_MASK)))) continue
    if (isRest(entry, at + 16)) return entry
  }
  return NO_FIELD
}

/** Passes over a value that is not wanted. */
function passValue(at: usize, end: usize, byte: u32): usize {
  if (byte == QUOTE) return stringEnd(at + 1, end)
  if ((byte | SPACE) == OBJECT_OPEN) return nestedEnd(at + 1, end, 1)
  const next = scalarEnd(at, end)
  return next == at ? NOWHERE : next
}

/** True when the bytes of the entry's name behind the 16th are at `at`. */
function isRest(entry: usize, at: usize): bool {
  const length = <usize>load<u32>(entry, FIELD_REST_LENGTH)
  const rest = <usize>load<u32>(entry, FIELD_REST)
  for (let i: usize = 0; i < length; i++) {
    if (load<u8>(rest + i) != load<u8>(at + i)) return false
  }
  return true
}
