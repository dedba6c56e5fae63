/** Zeros below the lowest one of a 32-bit word; 32 when there is no one. */
export function trailingZeros(word: number): number {
  return word === 0 ? 32 : 31 - Math.clz32(word & -word)
}
