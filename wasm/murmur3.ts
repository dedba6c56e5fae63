import { H1_HIGH, H1_LOW, H2_HIGH, H2_LOW } from './columns.ts'

/*
 * MurmurHash3_x64_128 (A. Appleby, public domain) over a column of keys.
 * Readable twin: `src/core/murmur3.ts`.
 */

/** The seed of Apache DataSketches. */
const SEED: u64 = 9001

const C1: u64 = 0x87c3_7b91_1142_53d5
const C2: u64 = 0x4cf5_ad43_2745_937f
const MIX1: u64 = 0xff51_afd7_ed55_8ccd
const MIX2: u64 = 0xc4ce_b9fe_1a85_ec53

const ONES: u64 = ~(<u64>0)

/**
 * Hashes `count` keys into the columns. `offsetsAt` points at count + 1 words, `bytesAt` to where offset
 * 0 is or would be. The facade checked the offsets: they ascend and stay within the bytes.
 */
export function hash(offsetsAt: usize, bytesAt: usize, count: u32): void {
  const end = (<usize>count) << 2
  let at = bytesAt + load<u32>(offsetsAt)
  for (let row: usize = 0; row < end; row += 4) {
    const stop = bytesAt + load<u32>(offsetsAt + row, 4)
    const length = <u64>(stop - at)
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
    at = stop

    h1 ^= length
    h2 ^= length
    h1 += h2
    h2 += h1
    h1 = mix(h1)
    h2 = mix(h2)
    h1 += h2
    h2 += h1
    store<u32>(row, <u32>h1, H1_LOW)
    store<u32>(row, <u32>(h1 >> 32), H1_HIGH)
    store<u32>(row, <u32>h2, H2_LOW)
    store<u32>(row, <u32>(h2 >> 32), H2_HIGH)
  }
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
