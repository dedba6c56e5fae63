/** The upper 32 bits of an unsigned 32 × 32 product, in 16-bit limbs that stay integers in V8. */
export function high(left: number, right: number): number {
  const l0 = left & 0xffff
  const l1 = left >>> 16
  const r0 = right & 0xffff
  const r1 = right >>> 16
  const middle = (Math.imul(l1, r0) + (Math.imul(l0, r0) >>> 16)) | 0
  const cross = (Math.imul(l0, r1) + (middle & 0xffff)) | 0
  return (Math.imul(l1, r1) + (middle >>> 16) + (cross >>> 16)) | 0
}

/** Four bytes as a little-endian 32-bit number, signed. */
export function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}

/**
 * 1 when an addition that gave `sum` wrapped around; `part` is either of its terms. `Number` of a
 * comparison compiles without a branch; a conditional here is mispredicted half of the time (+40 %).
 */
export function carry(sum: number, part: number): number {
  return Number(sum >>> 0 < part >>> 0)
}
