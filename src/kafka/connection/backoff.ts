/** The first pause between two attempts, and the longest one. */
const FIRST_MS = 50
const LONGEST_MS = 2_000

/**
 * The pause before attempt `attempt` (1 = the first repeat): doubles up to the longest, and is spread
 * over its upper half so that clients that failed together don't come back together.
 * `random`: 0 ≤ x < 1.
 */
export function backoffMs(attempt: number, random: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt - 1, 20))
  return full / 2 + (full / 2) * random
}
