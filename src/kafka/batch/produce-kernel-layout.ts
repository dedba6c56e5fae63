/*
 * Places in the memory of the produce kernel, drawn in `wasm/produce-layout.ts`, and those of what finds fields in
 * `wasm/extract-layout.ts`; a test compares them.
 */
export const KEY_BYTES_MAX = 1_620
export const WANTED = 1_624
export const NEEDED = 1_628
export const TOP_FIRST = 1_632
export const TOP_LAST = 1_636
export const TOP_BITS = 1_640
export const FIELDS_AT = 4_096
export const FIELD_BYTES = 64
export const FIELD_MASK = 16
export const FIELD_REST = 32
export const FIELD_REST_LENGTH = 36
export const FIELD_BIT = 40
export const NAMES_AT = 8_192

export const WHOLE = 1
export const KEYED = 2
export const TAKEN = 3_072
export const FULL_LANE = 3_076
export const LINES_AT = 65_536
export const LINES_BYTES = 262_144
export const BATCH_AT = 393_216
export const SLACK_BYTES = 1_024
export const LANE_BYTES = 20
export const LANE_END = 0
export const LANE_MAX = 4
export const LANE_COUNT = 8
export const LANE_DELTA = 12
export const LANE_FIRST = 16
