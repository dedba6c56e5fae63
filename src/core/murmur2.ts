import { word } from './word-math.ts'

/**
 * MurmurHash2 in 32 bits (A. Appleby, public domain) with the seed of Kafka's Java client: equal keys
 * meet in one partition whoever sends them. Frozen: the partition of a group comes from it.
 */
const SEED = 0x9747_b28c
const M = 0x5bd1_e995

/** Java's `Utils.murmur2` of `bytes[start, end)`: a signed 32-bit number. */
export function murmur2(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  const length = end - start
  let hash = SEED ^ length
  let at = start
  for (; at + 4 <= end; at += 4) {
    const mixed = Math.imul(word(bytes, at), M)
    hash = Math.imul(hash, M) ^ Math.imul(mixed ^ (mixed >>> 24), M)
  }
  const rest = end - at
  if (rest >= 3) hash ^= bytes[at + 2]! << 16
  if (rest >= 2) hash ^= bytes[at + 1]! << 8
  if (rest >= 1) hash = Math.imul(hash ^ bytes[at]!, M)
  hash = Math.imul(hash ^ (hash >>> 13), M)
  return hash ^ (hash >>> 15)
}

/** The partition of a key, as Kafka's Java client chooses it. */
export function partitionOfKey(
  bytes: Uint8Array,
  partitions: number,
  start = 0,
  end: number = bytes.length
): number {
  return (murmur2(bytes, start, end) & 0x7fff_ffff) % partitions
}
