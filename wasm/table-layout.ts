/*
 * The memory of a large table of fingerprints: as many pages as it takes, given by the facade and never
 * grown, since growing would detach the views. A larger table is another memory.
 *
 *     0                     32 KiB    40 KiB    48 KiB           64 KiB
 *     ├─────┬─────┬─────┬─────┼─────────┼─────────┼────────────────┼───────────────────────┐
 *     │ h1lo  h1hi  h2lo  h2hi │  fresh  │ places  │  fingerprints  │ table, 8 bytes each … │
 *     └─────┴─────┴─────┴─────┴─────────┴─────────┴────────────────┴───────────────────────┘
 *
 * The facade repeats these numbers; a test compares them.
 */

/** Rows of one call. */
export const TABLE_ROWS_MAX = 2048

/** Four columns of TABLE_ROWS_MAX words; or as many bytes of a smaller table that is moved in. */
export const TABLE_COLUMNS_AT = 0

/** The lower words of those that were new. */
export const FRESH_AT = 32768

/** Where each row looks first. */
export const FIRST_PLACES_AT = 40960

/** What each row looks for. */
export const FINGERPRINTS_AT = 49152

export const TABLE_AT = 65536
