/** Bytes of JSON text at a position that moves: what the generator writes by itself, without strings. */

const ZERO = 0x30
const LOWER_A = 0x61
const HEX = Uint8Array.from('0123456789abcdef', digit => digit.charCodeAt(0))
const DIGITS_MAX = 16

/** Distinct inputs give distinct outputs: the finalizer of MurmurHash3 (A. Appleby), a bijection. */
export function mix32(value: number): number {
  let mixed = value
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/** Writes a whole number from 0 to 2^53 − 1 and returns the position after it. */
export function writeNumber(bytes: Uint8Array, at: number, value: number): number {
  let end = at + 1
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) end++
  let rest = value
  for (let next = end - 1; next >= at; next--) {
    const tenth = Math.floor(rest / 10)
    bytes[next] = ZERO + rest - tenth * 10
    rest = tenth
  }
  return end
}

/** The `digits` lowest hex digits of a 32-bit number. */
export function writeHex(bytes: Uint8Array, at: number, value: number, digits: number): number {
  for (let i = 0; i < digits; i++) bytes[at + i] = HEX[(value >>> (4 * (digits - 1 - i))) & 15]!
  return at + digits
}

/** Replaces the character at `at` by its escape and moves what follows: `a` → `\u0061`. */
export function escapeInPlace(bytes: Uint8Array, at: number, end: number): number {
  const code = bytes[at]!
  bytes.copyWithin(at + 6, at + 1, end)
  bytes[at] = 0x5c
  bytes[at + 1] = 0x75
  writeHex(bytes, at + 2, code, 4)
  return end + 5
}

/** A group's code: two letters up to 676 groups, more beyond: `aa`, `ab`, … */
export function writeLetters(bytes: Uint8Array, at: number, value: number): number {
  let letters = 2
  for (let room = 676; value >= room && letters < DIGITS_MAX; room *= 26) letters++
  let rest = value
  for (let next = at + letters - 1; next >= at; next--) {
    bytes[next] = LOWER_A + (rest % 26)
    rest = Math.floor(rest / 26)
  }
  return at + letters
}
