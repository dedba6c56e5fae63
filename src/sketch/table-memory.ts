/*
 * Where things lie in the memory of a large table of fingerprints. `wasm/table-layout.ts` has the picture
 * and the same numbers; a test compares the two.
 */
export const TABLE_ROWS_MAX = 2048
export const TABLE_COLUMNS_AT = 0
export const FRESH_AT = 32768
export const FIRST_PLACES_AT = 40960
export const FINGERPRINTS_AT = 49152
export const TABLE_AT = 65536
