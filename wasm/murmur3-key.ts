/*
 * MurmurHash3_x64_128 (A. Appleby, public domain) of one key. Readable twin: `src/core/murmur3.ts`.
 */

/** The seed of Apache DataSketches. */
const SEED: u64 = 9001

const C1: u64 = 0x87c3_7b91_1142_53d5
const C2: u64 = 0x4cf5_ad43_2745_937f
const MIX1: u64 = 0xff51_afd7_ed55_8ccd
const MIX2: u64 = 0xc4ce_b9fe_1a85_ec53

const ONES: u64 = ~(<u64>0)

/**
 * Writes the four words of the hash of the bytes from `start` to `stop`, each `row` bytes behind where its
 * column begins. Up to 15 bytes behind the key are loaded and masked away.
 */
export function hashKey(
  start: usize,
  stop: usize,
  row: usize,
  h1low: usize,
  h1high: usize,
  h2low: usize,
  h2high: usize
): void {
  const length = <u64>(stop - start)
  let at = start
  let h1 = SEED
  let h2 = SEED
  for (; at + 16 <= stop; at += 16) {
    h1 ^= scatter1(load<u64>(at))
    h1 = (rotl<u64>(h1, 27) + h2) * 5 + 0x52dc_e729
    h2 ^= scatter2(load<u64>(at, 8))
    h2 = (rotl<u64>(h2, 31) + h1) * 5 + 0x3849_5ab5
  }
  const rest = length & 15
  if (rest > 8) {
    h1 ^= scatter1(load<u64>(at))
    h2 ^= scatter2(load<u64>(at, 8) & (ONES >> (128 - (rest << 3))))
  } else if (rest > 0) {
    h1 ^= scatter1(load<u64>(at) & (ONES >> (64 - (rest << 3))))
  }

  h1 ^= length
  h2 ^= length
  h1 += h2
  h2 += h1
  h1 = mix(h1)
  h2 = mix(h2)
  h1 += h2
  h2 += h1
  store<u32>(row + h1low, <u32>h1)
  store<u32>(row + h1high, <u32>(h1 >> 32))
  store<u32>(row + h2low, <u32>h2)
  store<u32>(row + h2high, <u32>(h2 >> 32))
}

function scatter1(k: u64): u64 {
  return rotl<u64>(k * C1, 31) * C2
}

function scatter2(k: u64): u64 {
  return rotl<u64>(k * C2, 33) * C1
}

function mix(h: u64): u64 {
  h = (h ^ (h >> 33)) * MIX1
  h = (h ^ (h >> 33)) * MIX2
  return h ^ (h >> 33)
}
