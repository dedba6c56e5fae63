import { COLUMNS_AT, KEYS_MAX } from './memory-layout.ts'

/** Where the four words of a hash lie, for the first key; the next one's follow 4 bytes behind. */
export const H1_LOW: usize = COLUMNS_AT
export const H1_HIGH: usize = COLUMNS_AT + KEYS_MAX * 4
export const H2_LOW: usize = COLUMNS_AT + KEYS_MAX * 8
export const H2_HIGH: usize = COLUMNS_AT + KEYS_MAX * 12
