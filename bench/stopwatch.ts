/** Adds up the time of the parts that count; what prepares them stays outside. */
export class Stopwatch {
  private milliseconds = 0

  time<T>(work: () => T): T {
    const started = performance.now()
    const result = work()
    this.milliseconds += performance.now() - started
    return result
  }

  nanosecondsPer(count: number): number {
    return (this.milliseconds * 1e6) / count
  }
}
