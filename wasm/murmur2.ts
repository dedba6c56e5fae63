const SEED: u32 = 0x9747_b28c
const M: u32 = 0x5bd1_e995

/** MurmurHash2 in 32 bits, as Kafka chooses partitions by. Readable twin: `src/core/murmur2.ts`. */
export function murmur2(start: usize, length: u32): u32 {
  let hash = SEED ^ length
  let at = start
  const words = start + <usize>(length & ~3)
  for (; at < words; at += 4) {
    const mixed = load<u32>(at) * M
    hash = (hash * M) ^ ((mixed ^ (mixed >> 24)) * M)
  }
  const rest = length & 3
  if (rest == 3) hash ^= (<u32>load<u8>(at, 2)) << 16
  if (rest >= 2) hash ^= (<u32>load<u8>(at, 1)) << 8
  if (rest >= 1) hash = (hash ^ <u32>load<u8>(at)) * M
  hash = (hash ^ (hash >> 13)) * M
  return hash ^ (hash >> 15)
}
