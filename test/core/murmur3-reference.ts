const MASK = 0xffff_ffff_ffff_ffffn
const C1 = 0x87c3_7b91_1142_53d5n
const C2 = 0x4cf5_ad43_2745_937fn

/** MurmurHash3_x64_128 as its definition reads, in 64-bit numbers; h1 and h2 in hex. */
export function murmur3Reference(bytes: Uint8Array, seed: number): string {
  let h1 = BigInt(seed)
  let h2 = BigInt(seed)
  const whole = bytes.length - (bytes.length % 16)
  for (let at = 0; at < whole; at += 16) {
    h1 ^= scatter1(read(bytes, at, at + 8))
    h1 = wrap((rotate(h1, 27n) + h2) * 5n + 0x52dc_e729n)
    h2 ^= scatter2(read(bytes, at + 8, at + 16))
    h2 = wrap((rotate(h2, 31n) + h1) * 5n + 0x3849_5ab5n)
  }
  h2 ^= scatter2(read(bytes, whole + 8, bytes.length))
  h1 ^= scatter1(read(bytes, whole, Math.min(whole + 8, bytes.length)))
  const length = BigInt(bytes.length)
  h1 = wrap((h1 ^ length) + (h2 ^ length))
  h2 = wrap((h2 ^ length) + h1)
  h1 = mix(h1)
  h2 = mix(h2)
  h1 = wrap(h1 + h2)
  h2 = wrap(h2 + h1)
  return [h1, h2].map(half => half.toString(16).padStart(16, '0')).join('')
}

function scatter1(k: bigint): bigint {
  return wrap(rotate(wrap(k * C1), 31n) * C2)
}

function scatter2(k: bigint): bigint {
  return wrap(rotate(wrap(k * C2), 33n) * C1)
}

function mix(value: bigint): bigint {
  let k = value
  k = wrap((k ^ (k >> 33n)) * 0xff51_afd7_ed55_8ccdn)
  k = wrap((k ^ (k >> 33n)) * 0xc4ce_b9fe_1a85_ec53n)
  return k ^ (k >> 33n)
}

function read(bytes: Uint8Array, start: number, end: number): bigint {
  let value = 0n
  for (let at = end - 1; at >= start; at--) value = (value << 8n) | BigInt(bytes[at]!)
  return value
}

function rotate(value: bigint, bits: bigint): bigint {
  return wrap(value << bits) | (value >> (64n - bits))
}

function wrap(value: bigint): bigint {
  return value & MASK
}
