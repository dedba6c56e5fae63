/*
 * The memory of the produce kernel, given by the facade and sized once, since growing it would detach the
 * views. What finds fields is the extraction kernel's, and lies where `extract-layout.ts` says. Matches are found
 * by position, and position 0 stands for none: what is compressed lies far behind.
 *
 *     1 KiB          3 KiB   4 KiB           16 KiB  64 KiB  384 KiB
 *     ├──────────────┼───────┼───────────────┼───────┼───────┼─────────────┼───┼──────────────┼───────┐
 *     │ vectors,     │ state │ the key's     │ table │ lines │ batch       │ … │ compressed   │ lanes │
 *     │ what is found│       │ field         │       │       │ … slack     │   │ … slack      │       │
 *     └──────────────┴───────┴───────────────┴───────┴───────┴─────────────┴───┴──────────────┴───────┘
 *
 * Bytes are copied in blocks of up to 64, and where records compress badly only every hundredth byte or so is
 * looked at: some hundred bytes behind an end may be touched, and those are the slack's. The facade repeats
 * these numbers; a test compares them.
 */

/** What `records` leaves behind: how many it made, and 1 + the lane that has no room for the next one, or 0. */
export const TAKEN: usize = 3_072
export const FULL_LANE: usize = 3_076

/** Bits of how lines are taken: looked at whole; each has a key, by which its lane is chosen. */
export const WHOLE: usize = 1
export const KEYED: usize = 2

/** Where four bytes with this hash were last seen; 4,096 entries of 32 bits. */
export const TABLE_AT: usize = 16_384
export const TABLE_BITS: usize = 12
export const TABLE_BYTES: usize = 16_384

/** Lines to append, or records to compress that lie elsewhere. */
export const LINES_AT: usize = 65_536
export const LINES_BYTES: usize = 262_144
/** The first batch, header first, as long as the caller wants; slack, more of them, what one compresses to. */
export const BATCH_AT: usize = 393_216
export const SLACK_BYTES: usize = 1_024

/**
 * A lane is a batch that takes lines, five words: where its last record ends, up to where there is room, its
 * records, their time delta in zigzag form, and how many records of a call came before its first one.
 */
export const LANE_BYTES: usize = 20
export const LANE_END: usize = 0
export const LANE_MAX: usize = 4
export const LANE_COUNT: usize = 8
export const LANE_DELTA: usize = 12
export const LANE_FIRST: usize = 16
