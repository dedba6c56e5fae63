/* Places in the memory of the produce kernel, drawn in `wasm/produce-layout.ts`; a test compares them. */
export const BATCH_END = 1_024
export const BATCH_COUNT = 1_028
export const BATCH_FULL = 1_032
export const LINES_AT = 65_536
export const LINES_BYTES = 262_144
export const BATCH_AT = 393_216
export const SLACK_BYTES = 1_024
