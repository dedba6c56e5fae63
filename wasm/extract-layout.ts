/*
 * The memory of the extraction kernel, given by the facade and sized once, since growing it would detach
 * the views: columns, what the kernel remembers of groups, and the bytes of frames.
 *
 *     1.5 KiB  2 KiB      4 KiB    8 KiB   64 KiB         640 KiB  …  1.25 MiB       1.5 MiB      …        end
 *     ├────────┼──────────┼────────┼───────┼──────────────┼───────────┼──────────────┼───────────┬────────┤
 *     │ state  │ spans    │ fields │ names │ columns      │ groups    │ scratch      │ input     │ slack  │
 *     └────────┴──────────┴────────┴───────┴──────────────┴───────────┴──────────────┴───────────┴────────┘
 *
 * Frames are read in blocks of 64 bytes, so up to 80 bytes behind the last one are loaded and masked away:
 * the slack keeps that inside the memory. The facade repeats these numbers; a test compares them.
 */

/** What a call is given and what it leaves behind, one place each. */
export const STATE_AT: usize = 1536
/** Rows filled; a call goes on behind them. */
export const ROWS: usize = STATE_AT
export const CAPACITY: usize = STATE_AT + 4
/** Rows that are left to the plain twin. */
export const SLOW_COUNT: usize = STATE_AT + 8
/** Number of the next line. */
export const LINE: usize = STATE_AT + 16
/** Of the batch: offset and time of its base, its first wanted offset, the time of all if it has one. */
export const BASE_OFFSET: usize = STATE_AT + 24
export const FROM_OFFSET: usize = STATE_AT + 32
export const BASE_TIME: usize = STATE_AT + 40
export const APPEND_TIME: usize = STATE_AT + 48
export const HAS_APPEND_TIME: usize = STATE_AT + 56
/** Records not read yet. */
export const LEFT: usize = STATE_AT + 60
/** 1 when a record could not be read. */
export const STUCK: usize = STATE_AT + 64
/** Groups that this call met first. */
export const FRESH_GROUPS: usize = STATE_AT + 68
export const GROUP_COUNT: usize = STATE_AT + 72
export const ARENA_USED: usize = STATE_AT + 76

/* What is wanted: written once by the facade. */
export const FRAME_BYTES_MAX: usize = STATE_AT + 80
export const KEY_BYTES_MAX: usize = STATE_AT + 84
/** Bits of all slots, and of those without which a frame is left to the plain twin. */
export const WANTED: usize = STATE_AT + 88
export const NEEDED: usize = STATE_AT + 92
/** Entries of the top level: the first, behind the last, and their bits with those below. */
export const TOP_FIRST: usize = STATE_AT + 96
export const TOP_LAST: usize = STATE_AT + 100
export const TOP_BITS: usize = STATE_AT + 104
/** Slot of the time, or −1 for that of the record. */
export const TIME_SLOT: usize = STATE_AT + 108
/** Parts of the key; 0 for that of the record. Then the slots of the parts, and of the groups' fields. */
export const KEY_PARTS: usize = STATE_AT + 112
export const KEY_SLOTS: usize = STATE_AT + 116
export const BY_COUNT: usize = STATE_AT + 132
export const BY_SLOTS: usize = STATE_AT + 136

/** By slot, 16 bytes each: kind, start, end. */
export const SPANS_AT: usize = 2048
export const SPAN_BYTES: usize = 16

/**
 * Names that are looked for, 64 bytes each: the first 16 bytes of the name with its closing quote; which of
 * these bytes count; where those behind the 16th are and how many; the bit of its slot, 0 when only something
 * below it is wanted; its slot; then the first entry below it, the one behind the last, and their bits.
 */
export const FIELDS_AT: usize = 4096
export const FIELD_BYTES: usize = 64
export const FIELD_MASK: usize = 16
export const FIELD_REST: usize = 32
export const FIELD_REST_LENGTH: usize = 36
export const FIELD_BIT: usize = 40
export const FIELD_SLOT: usize = 44
export const BELOW_FIRST: usize = 48
export const BELOW_LAST: usize = 52
export const BELOW_BITS: usize = 56

/** What the entries point to: names are at most 255 bytes. */
export const NAMES_AT: usize = 8192

/** An entry without bits, for names that are not looked for. */
export const NO_FIELD: usize = NAMES_AT - FIELD_BYTES

export const ROWS_MAX: usize = 8192

/* Columns, in the order of `src/extract/columns.ts`; then three of the kernel's own. */
export const COLUMNS_AT: usize = 65536
export const TIME_AT: usize = COLUMNS_AT
export const RECORD_TIME_AT: usize = TIME_AT + ROWS_MAX * 8
export const OFFSET_AT: usize = RECORD_TIME_AT + ROWS_MAX * 8
export const H1_LOW_AT: usize = OFFSET_AT + ROWS_MAX * 8
export const H1_HIGH_AT: usize = H1_LOW_AT + ROWS_MAX * 4
export const H2_LOW_AT: usize = H1_HIGH_AT + ROWS_MAX * 4
export const H2_HIGH_AT: usize = H2_LOW_AT + ROWS_MAX * 4
export const GROUP_AT: usize = H2_HIGH_AT + ROWS_MAX * 4
export const START_AT: usize = GROUP_AT + ROWS_MAX * 4
export const END_AT: usize = START_AT + ROWS_MAX * 4
export const VERDICT_AT: usize = END_AT + ROWS_MAX * 4
/** The record's key, for the plain twin; a start of −1 says that there is none. */
export const KEY_START_AT: usize = VERDICT_AT + ROWS_MAX
export const KEY_END_AT: usize = KEY_START_AT + ROWS_MAX * 4
/** Rows that are left to the plain twin, in their order. */
export const SLOW_AT: usize = KEY_END_AT + ROWS_MAX * 4

/** Open addressing: number of the group + 1, 0 where the slot is free; at most half of them are taken. */
export const GROUP_SLOTS_AT: usize = 655360
export const GROUP_SLOTS: usize = 16384
export const GROUPS_MAX: usize = 8192
/** By group, 16 bytes each: its id in the facade's table, where its bytes are, how many, the row that met it. */
export const GROUPS_AT: usize = 786432
export const GROUP_BYTES: usize = 16
/** Their bytes, each from a multiple of eight on and filled up with zeros. */
export const ARENA_AT: usize = 917504
export const ARENA_BYTES: usize = 393216
export const GROUP_BYTES_MAX: usize = 256

/** A group, or a key of several fields, as it is put together. */
export const SCRATCH_AT: usize = 1310720
export const SCRATCH_BYTES: usize = 262144

export const INPUT_AT: usize = 1572864
export const SLACK_BYTES: usize = 4096
