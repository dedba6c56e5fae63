/** Furthest from 1970 that a date can be, in ms (ECMA-262, time values). */
const TIME_MAX_MS = 8.64e15

/** A time read from a topic as ISO 8601, undefined when it is none. */
export function isoInstant(ms: number): string | undefined {
  return Math.abs(ms) <= TIME_MAX_MS ? new Date(ms).toISOString() : undefined
}
