/*
 * The memory of the produce kernel, given by the facade and sized once, since growing it would detach the
 * views. Matches are found by position, and position 0 stands for none: what is compressed lies far behind.
 *
 *     1 KiB    16 KiB     64 KiB        384 KiB
 *     ├────────┼──────────┼─────────────┼───────────────┬────────────────────┬────────┐
 *     │ state  │ table    │ lines       │ batch … slack │ compressed records │ slack  │
 *     └────────┴──────────┴─────────────┴───────────────┴────────────────────┴────────┘
 *
 * Bytes are copied in blocks of up to 64, and where records compress badly only every hundredth byte or so is
 * looked at: some hundred bytes behind an end may be touched, and those are the slack's. The facade repeats
 * these numbers; a test compares them.
 */

/** What `records` leaves behind: the end of the batch, its records, and 1 when the next one has no room. */
export const BATCH_END: usize = 1_024
export const BATCH_COUNT: usize = 1_028
export const BATCH_FULL: usize = 1_032

/** Where four bytes with this hash were last seen; 4,096 entries of 32 bits. */
export const TABLE_AT: usize = 16_384
export const TABLE_BITS: usize = 12
export const TABLE_BYTES: usize = 16_384

/** Lines to append, or records to compress that lie elsewhere. */
export const LINES_AT: usize = 65_536
export const LINES_BYTES: usize = 262_144
/** The batch, header first, as long as the caller wants; the slack and what it compresses to follow. */
export const BATCH_AT: usize = 393_216
export const SLACK_BYTES: usize = 1_024
