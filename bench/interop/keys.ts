/** The keys user-<from> … as bytes, `count` of them; halves are rounded down. */
export function userKeys(from: number, count: number): Uint8Array[] {
  const first = Math.floor(from)
  return Array.from({ length: count }, (_, i) => Buffer.from(`user-${first + i}`))
}
