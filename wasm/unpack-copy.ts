/*
 * Copies in steps of 16 bytes, rounded up: a branch on the exact length is mispredicted again and again. So up
 * to 63 bytes behind both ends are read and written.
 */

/** Any length; `from` may be 16 bytes or more before `to`. */
export function copyBytes(to: usize, from: usize, length: usize): void {
  copy32(to, from)
  for (let at: usize = 32; at < length; at += 16) v128.store(to + at, v128.load(from + at))
}

/** At most 64 bytes. */
export function copyShort(to: usize, from: usize, length: usize): void {
  copy32(to, from)
  if (length > 32) copy32(to + 32, from + 32)
}

export function copy32(to: usize, from: usize): void {
  v128.store(to, v128.load(from))
  v128.store(to, v128.load(from, 16), 16)
}

/** Repeats the `distance` bytes before `to`, up to `length`. */
export function repeatBytes(to: usize, distance: usize, length: usize): void {
  const from = to - distance
  const end = to + length
  let at = to
  // What is written becomes part of the pattern, until a step reads nothing that it writes.
  while (at - from < 16) {
    v128.store(at, v128.load(from))
    at += at - from
    if (at >= end) return
  }
  copyBytes(at, from, end - at)
}
