import {
  FINGERPRINTS_AT,
  FIRST_PLACES_AT,
  FRESH_AT,
  TABLE_AT,
  TABLE_COLUMNS_AT,
  TABLE_ROWS_MAX
} from './table-layout.ts'

/*
 * A table of fingerprints, open addressing with linear probing, as `FingerprintSet` has it: the same
 * places, so that both work on one memory. `last` is the table's size in bytes less one.
 */
const H1_HIGH: usize = TABLE_ROWS_MAX * 4
const H2_LOW: usize = TABLE_ROWS_MAX * 8
const H2_HIGH: usize = TABLE_ROWS_MAX * 12

const ADDRESS_BITS: u32 = 26
const ADDRESS_MASK: u32 = 0x03ff_ffff
const ZEROS_MAX: u64 = 62

/**
 * Adds the hashes in `count` rows; the lower words of the new ones are listed, and how many they are is
 * returned. There is room for all of them. Readable twin: `FingerprintSet.add`.
 *
 * In a large table nearly every look-up waits for memory. The first loop reads all first places, so that
 * these waits overlap; the second finds them in the cache.
 */
export function addRows(count: u32, last: u32, shift: u32, salt: u32, lowerSalt: u32): u32 {
  const end = (<usize>count) << 2
  let seen: u64 = 0
  for (let row: usize = 0; row < end; row += 4) {
    const h1lo = load<u32>(row, TABLE_COLUMNS_AT)
    const h2 = ((<u64>load<u32>(row, H2_HIGH)) << 32) | load<u32>(row, H2_LOW)
    const value = <u32>min<u64>(clz<u64>(h2), ZEROS_MAX) + 1
    const coupon = (value << ADDRESS_BITS) | (h1lo & ADDRESS_MASK)
    const lower = (h1lo >> ADDRESS_BITS) | (load<u32>(row, H1_HIGH) << (32 - ADDRESS_BITS))
    const place = placeOf(coupon, lower, shift, salt, lowerSalt)
    store<u32>(row, place, FIRST_PLACES_AT)
    store<u64>(row << 1, ((<u64>lower) << 32) | coupon, FINGERPRINTS_AT)
    seen ^= load<u64>(place, TABLE_AT)
  }
  // Stored, since the compiler drops what nobody uses; overwritten by the first new one.
  store<u64>(0, seen, FRESH_AT)
  let fresh: usize = 0
  for (let row: usize = 0; row < end; row += 4) {
    const fingerprint = load<u64>(row << 1, FINGERPRINTS_AT)
    let place = load<u32>(row, FIRST_PLACES_AT)
    let found = load<u64>(place, TABLE_AT)
    while (found != 0 && found != fingerprint) {
      place = (place + 8) & last
      found = load<u64>(place, TABLE_AT)
    }
    if (found != 0) continue
    store<u64>(place, fingerprint, TABLE_AT)
    store<u32>(fresh, <u32>(fingerprint >> 32), FRESH_AT)
    fresh += 4
  }
  return <u32>(fresh >> 2)
}

/** Moves in `count` places of a smaller table, free ones among them, which hold no fingerprint twice. */
export function moveIn(count: u32, last: u32, shift: u32, salt: u32, lowerSalt: u32): void {
  const end = (<usize>count) << 3
  for (let at: usize = 0; at < end; at += 8) {
    const fingerprint = load<u64>(at, TABLE_COLUMNS_AT)
    if (fingerprint == 0) continue
    let place = placeOf(<u32>fingerprint, <u32>(fingerprint >> 32), shift, salt, lowerSalt)
    while (load<u64>(place, TABLE_AT) != 0) place = (place + 8) & last
    store<u64>(place, fingerprint, TABLE_AT)
  }
}

/** Bytes from the start of the table. */
function placeOf(coupon: u32, lower: u32, shift: u32, salt: u32, lowerSalt: u32): u32 {
  const spread = lower * lowerSalt
  return ((((spread ^ (spread >> 16)) + coupon) * salt) >> shift) << 3
}
