/** Measures the parts that count; what prepares them stays outside. */
export class Stopwatch {
  /** Milliseconds of each part. */
  readonly laps: number[] = []

  time<T>(work: () => T): T {
    const started = performance.now()
    const result = work()
    this.laps.push(performance.now() - started)
    return result
  }

  nanosecondsPer(count: number): number {
    return nanosecondsPer(count, this.laps)
  }
}

/** What laps, in milliseconds, come to for each of `count` things. */
export function nanosecondsPer(count: number, laps: readonly number[]): number {
  return (laps.reduce((sum, lap) => sum + lap, 0) * 1e6) / count
}
