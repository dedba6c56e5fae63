/*
 * Steps over JSON without looking at it, 16 or 64 bytes at a time. Readable twins: `valueEnd` and
 * `spaceEnd` of `src/extract/json-walk.ts`. A step that finds no end returns `NOWHERE`; where the bytes are
 * such that only the plain twin can tell, too.
 *
 * Vectors that never change are loaded from memory: V8 builds a constant anew at each use.
 */
export const NOWHERE: usize = 0

export const QUOTE: u32 = 0x22
export const COMMA: u32 = 0x2c
export const MINUS: u32 = 0x2d
export const ZERO: u32 = 0x30
export const COLON: u32 = 0x3a
export const ARRAY_OPEN: u32 = 0x5b
export const OBJECT_OPEN: u32 = 0x7b
export const OBJECT_CLOSE: u32 = 0x7d
export const SPACE: u32 = 0x20

// prettier-ignore
const SYMBOLS: usize = memory.data<u8>([
  0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22,
  0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c, 0x5c,
  0x7b, 0x7b, 0x7b, 0x7b, 0x7b, 0x7b, 0x7b, 0x7b, 0x7b, 0x7b, 0x7b, 0x7b, 0x7b, 0x7b, 0x7b, 0x7b,
  0x7d, 0x7d, 0x7d, 0x7d, 0x7d, 0x7d, 0x7d, 0x7d, 0x7d, 0x7d, 0x7d, 0x7d, 0x7d, 0x7d, 0x7d, 0x7d,
  0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20,
  0x0a, 0x0a, 0x0a, 0x0a, 0x0a, 0x0a, 0x0a, 0x0a, 0x0a, 0x0a, 0x0a, 0x0a, 0x0a, 0x0a, 0x0a, 0x0a,
  0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 2,
  0, 2, 0, 0, 0, 0, 0, 0, 1, 5, 8, 2, 9, 0, 0, 1, 0, 2, 4, 0, 8, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0
])
export const QUOTES: usize = SYMBOLS
export const SLASHES: usize = SYMBOLS + 16
const OPENS: usize = SYMBOLS + 32
const CLOSES: usize = SYMBOLS + 48
export const SPACES: usize = SYMBOLS + 64
const NEWLINES: usize = SYMBOLS + 80
const LOW_NIBBLES: usize = SYMBOLS + 96
/** Delimiters by both nibbles of a byte: one it is when they have a bit in common. */
const DELIMITERS_LOW: usize = SYMBOLS + 112
const DELIMITERS_HIGH: usize = SYMBOLS + 128

const ODD_BITS: u64 = 0xaaaa_aaaa_aaaa_aaaa

/** Position of the first byte that is not JSON white space, `end` when there is none. */
export function spaceEnd(at: usize, end: usize): usize {
  let next = at
  while (next < end) {
    const byte = <u32>load<u8>(next)
    if (byte != SPACE && byte != 0x0a && byte != 0x0d && byte != 0x09) break
    next++
  }
  return next
}

/** One bit for each of 64 bytes that is `symbol`. */
function bitsOf(a: v128, b: v128, c: v128, d: v128, symbol: v128): u64 {
  const low = i8x16.bitmask(i8x16.eq(a, symbol)) | (i8x16.bitmask(i8x16.eq(b, symbol)) << 16)
  const high = i8x16.bitmask(i8x16.eq(c, symbol)) | (i8x16.bitmask(i8x16.eq(d, symbol)) << 16)
  return <u64>(<u32>low) | ((<u64>(<u32>high)) << 32)
}

/** The bits of an exclusive or over all bits up to each: of quotes, what is inside of strings. */
function prefixXor(bits: u64): u64 {
  let sum = bits ^ (bits << 1)
  sum ^= sum << 2
  sum ^= sum << 4
  sum ^= sum << 8
  sum ^= sum << 16
  return sum ^ (sum << 32)
}

/** Position of the next line feed, `end` when there is none. */
export function newlineFrom(at: usize, end: usize): usize {
  const newlines = v128.load(NEWLINES)
  for (let next = at; next < end; next += 64) {
    const a = i8x16.eq(v128.load(next), newlines)
    const b = i8x16.eq(v128.load(next, 16), newlines)
    const c = i8x16.eq(v128.load(next, 32), newlines)
    const d = i8x16.eq(v128.load(next, 48), newlines)
    if (!v128.any_true(v128.or(v128.or(a, b), v128.or(c, d)))) continue
    const low = i8x16.bitmask(a) | (i8x16.bitmask(b) << 16)
    const high = i8x16.bitmask(c) | (i8x16.bitmask(d) << 16)
    const found = next + <usize>ctz<u64>(<u64>(<u32>low) | ((<u64>(<u32>high)) << 32))
    return min<usize>(found, end)
  }
  return end
}

/** Passes over a number or literal: the position of the delimiter behind it, at or behind `end` if there is none. */
export function scalarEnd(at: usize, end: usize): usize {
  const nibbles = v128.load(LOW_NIBBLES)
  const lows = v128.load(DELIMITERS_LOW)
  const highs = v128.load(DELIMITERS_HIGH)
  const zeros = i8x16.splat(0)
  for (let next = at; next < end; next += 16) {
    const bytes = v128.load(next)
    const low = i8x16.swizzle(lows, v128.and(bytes, nibbles))
    const high = i8x16.swizzle(highs, i8x16.shr_u(bytes, 4))
    const passes = i8x16.bitmask(i8x16.eq(v128.and(low, high), zeros))
    if (passes != 0xffff) return next + ctz<i32>(~passes)
  }
  return end
}

/** Passes over the rest of a string, its closing quote included. */
export function stringEnd(at: usize, end: usize): usize {
  const quotes = v128.load(QUOTES)
  const slashes = v128.load(SLASHES)
  let carried: u64 = 0
  for (let next = at; next < end; next += 64) {
    const a = v128.load(next)
    const b = v128.load(next, 16)
    const c = v128.load(next, 32)
    const d = v128.load(next, 48)
    const slash = bitsOf(a, b, c, d, slashes)
    const quote = bitsOf(a, b, c, d, quotes)
    const escaping = slash & ~carried
    const terminal = (((escaping << 1) | ODD_BITS) - escaping) ^ ODD_BITS
    const closing = quote & ~(terminal ^ (slash | carried))
    if (closing != 0) {
      const found = next + <usize>ctz<u64>(closing)
      return found < end ? found + 1 : NOWHERE
    }
    carried = (terminal & slash) >> 63
  }
  return NOWHERE
}

/**
 * Passes over what is left of `open` objects and arrays, from a place outside of strings: behind the
 * bracket that closes the last of them. A backslash outside of strings is no JSON, and not what the masks
 * take it for: `NOWHERE`.
 */
export function nestedEnd(at: usize, end: usize, open: u64): usize {
  const quotes = v128.load(QUOTES)
  const slashes = v128.load(SLASHES)
  const spaces = v128.load(SPACES)
  const opens = v128.load(OPENS)
  const closes = v128.load(CLOSES)
  let depth = open
  let carried: u64 = 0
  let inside: u64 = 0
  for (let next = at; next < end; next += 64) {
    const a = v128.load(next)
    const b = v128.load(next, 16)
    const c = v128.load(next, 32)
    const d = v128.load(next, 48)
    const slash = bitsOf(a, b, c, d, slashes)
    const quote = bitsOf(a, b, c, d, quotes)
    const escaping = slash & ~carried
    const terminal = (((escaping << 1) | ODD_BITS) - escaping) ^ ODD_BITS
    const strings = prefixXor(quote & ~(terminal ^ (slash | carried))) ^ inside
    carried = (terminal & slash) >> 63
    inside = <u64>(<i64>strings >> 63)
    const stray = slash & ~strings
    if (stray != 0 && (end - next >= 64 || stray << (64 - <u64>(end - next)) != 0)) return NOWHERE
    // Both kinds of bracket differ in this bit alone.
    const e = v128.or(a, spaces)
    const f = v128.or(b, spaces)
    const g = v128.or(c, spaces)
    const h = v128.or(d, spaces)
    const opening = bitsOf(e, f, g, h, opens) & ~strings
    const closing = bitsOf(e, f, g, h, closes) & ~strings
    const closed = popcnt<u64>(closing)
    if (closed >= depth) {
      const found = next + lastClose(opening, closing, depth)
      if (found != next) return found <= end ? found : NOWHERE
    }
    depth += popcnt<u64>(opening) - closed
  }
  return NOWHERE
}

/** How many bytes of the block lie before the end of what is open; 0 when it does not end here. */
function lastClose(opening: u64, closing: u64, open: u64): usize {
  let left = closing
  for (let closed: u64 = 1; left != 0; closed++) {
    const before = popcnt<u64>(opening & (left ^ (left - 1)))
    if (open + before == closed) return <usize>ctz<u64>(left) + 1
    left &= left - 1
  }
  return 0
}
