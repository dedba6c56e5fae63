/*
 * Where things lie in the memory of the extraction kernel. `wasm/extract-layout.ts` has the picture and the
 * same numbers; a test compares the two.
 */
export const STATE_AT = 1536
export const SPANS_AT = 2048
export const FIELDS_AT = 4096
export const FIELD_BYTES = 64
export const NAMES_AT = 8192
export const ROWS_MAX = 8192
export const COLUMNS_AT = 65536
export const KEY_START_AT = 499712
export const KEY_END_AT = 532480
export const SLOW_AT = 565248
export const GROUP_SLOTS_AT = 655360
export const GROUP_SLOTS = 16384
export const GROUPS_AT = 786432
export const GROUPS_MAX = 8192
export const INPUT_AT = 1572864
export const SLACK_BYTES = 4096
