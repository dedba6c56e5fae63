/*
 * Where things lie in the memory of the hash kernel. `wasm/memory-layout.ts` has the picture and the
 * same numbers; a test compares the two.
 */
export const KEYS_MAX = 8192
export const OFFSETS_AT = 0
export const COLUMNS_AT = 65536
export const REGISTERS_AT = 196608
export const OTHERS_AT = 458752
export const BYTES_AT = 720896
export const BYTES_MAX = 589760
