/*
 * The memory of the hash kernel: 20 pages of 64 KiB, sized once, since growing it would detach the views.
 *
 *     0          64 KiB                     192 KiB      448 KiB      704 KiB           1.25 MiB − 64
 *     ├───────────┼─────┬─────┬─────┬────────┼────────────┼────────────┼─────────────────┼────────┤
 *     │ offsets   │ h1lo  h1hi  h2lo  h2hi   │ registers  │ others     │ bytes of keys   │ slack  │
 *     └───────────┴─────┴─────┴─────┴────────┴────────────┴────────────┴─────────────────┴────────┘
 *
 * Keys are read in words of eight bytes, so up to 15 bytes behind the last one are loaded and masked
 * away: the slack keeps that inside the memory. The facade repeats these numbers; a test compares them.
 */
export const PAGES = 20

/** Keys of one call. */
export const KEYS_MAX = 8192

/** KEYS_MAX + 1 words: key i lies between offset i and offset i + 1. */
export const OFFSETS_AT = 0

/** Four columns of KEYS_MAX words each, one behind the other. */
export const COLUMNS_AT = 65536

/** One byte for each of up to 2^18 registers. */
export const REGISTERS_AT = 196608

/** As many, to merge into the first. */
export const OTHERS_AT = 458752

export const BYTES_AT = 720896
export const BYTES_MAX = 589760
