/* xxHash32 with seed 0, of its specification (Collet, 2012 on); lz4 frames have it as their checksum. */
const PRIME_1: u32 = 2_654_435_761
const PRIME_2: u32 = 2_246_822_519
const PRIME_3: u32 = 3_266_489_917
const PRIME_4: u32 = 668_265_263
const PRIME_5: u32 = 374_761_393

function round(lane: u32, word: u32): u32 {
  return rotl<u32>(lane + word * PRIME_2, 13) * PRIME_1
}

/** Of the bytes from `start` to `end`. */
export function xxHash32(start: usize, end: usize): u32 {
  let at = start
  let hash: u32 = PRIME_5
  if (end - at >= 16) {
    let a: u32 = PRIME_1 + PRIME_2
    let b: u32 = PRIME_2
    let c: u32 = 0
    let d: u32 = 0 - PRIME_1
    for (; end - at >= 16; at += 16) {
      a = round(a, load<u32>(at))
      b = round(b, load<u32>(at, 4))
      c = round(c, load<u32>(at, 8))
      d = round(d, load<u32>(at, 12))
    }
    hash = rotl<u32>(a, 1) + rotl<u32>(b, 7) + rotl<u32>(c, 12) + rotl<u32>(d, 18)
  }
  hash += <u32>(end - start)
  for (; end - at >= 4; at += 4) hash = rotl<u32>(hash + load<u32>(at) * PRIME_3, 17) * PRIME_4
  for (; at < end; at++) hash = rotl<u32>(hash + <u32>load<u8>(at) * PRIME_5, 11) * PRIME_1
  hash = (hash ^ (hash >> 15)) * PRIME_2
  hash = (hash ^ (hash >> 13)) * PRIME_3
  return hash ^ (hash >> 16)
}
