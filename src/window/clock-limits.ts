/** Frames that the clock looks back on at all. */
export const NEIGHBOUR_FRAMES = 1_024
/** Frames that say where time is now. */
export const RECENT_FRAMES = 48
/** Entries of the ring. */
export const RING_ENTRIES = 16
/** Entries of one key in the ring: one device alone never fills it. */
export const KEY_ENTRIES = 4
/** A suspended frame is decided at the latest when so many frames have passed it. */
export const SUSPENDED_MAX = 64
