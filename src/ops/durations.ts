/** Upper bounds of the histogram, in seconds; beyond the last one is a place of its own. */
export const durationBounds: readonly number[] = Object.freeze([
  0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30
])

export type DurationSums = Pick<Durations, 'count' | 'sum' | 'max' | 'byBound'>

/** How long something periodic took: count, sum, greatest, and a small histogram. */
export class Durations {
  count = 0
  /** Seconds. */
  sum = 0
  max = 0
  /** How many lay between two bounds, `durationBounds` being the upper ones. */
  readonly byBound: Float64Array = new Float64Array(durationBounds.length + 1)

  clear(): void {
    this.count = 0
    this.sum = 0
    this.max = 0
    this.byBound.fill(0)
  }

  /** Takes what was observed elsewhere. */
  add({ count, sum, max, byBound }: DurationSums): void {
    this.count += count
    this.sum += sum
    this.max = Math.max(this.max, max)
    for (let i = 0; i < byBound.length; i++) this.byBound[i]! += byBound[i]!
  }

  observe(ms: number): void {
    const seconds = Math.max(0, ms) / 1_000
    this.count++
    this.sum += seconds
    if (seconds > this.max) this.max = seconds
    let at = 0
    while (at < durationBounds.length && seconds > durationBounds[at]!) at++
    this.byBound[at]!++
  }
}
